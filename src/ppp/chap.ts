import { createHash, timingSafeEqual } from 'node:crypto';
import { CHAP, type ChapValue, decodeChapValue, encodeChapValue } from '../wire/chap';
import { decodeControl, encodeControl } from '../wire/control';
import {
  type AuthenticationOutlets,
  type AuthenticationPeer,
  type Authenticator,
  type AuthenticatorOutlets,
  type Credentials,
  type Decision,
  peerText,
  Retransmission,
  type RetrySettings,
} from './authentication';

/** The response of CHAP with MD5 (RFC 1994 §4.1): MD5 over Identifier, secret and challenge. 16 octets. */
export function chapMd5(identifier: number, secret: string, challenge: Buffer): Buffer {
  return createHash('md5').update(Buffer.of(identifier)).update(secret).update(challenge).digest();
}

/** The peer of CHAP-MD5: answers each challenge, also later ones, until Success or Failure. */
export class ChapPeer implements AuthenticationPeer {
  #answered: number | undefined;
  readonly #response: Retransmission;

  /** @param isOurs tells a challenge that we ourselves sent, which somebody reflects to have us answer it. */
  constructor(
    private readonly credentials: Credentials,
    private readonly outlets: AuthenticationOutlets,
    settings: RetrySettings,
    private readonly isOurs: (challenge: Buffer) => boolean,
  ) {
    this.#response = new Retransmission(settings, (packet) => outlets.send(packet));
  }

  get deadline(): number | undefined {
    return this.#response.deadline;
  }

  get awaitsVerdict(): boolean {
    return this.#response.pending;
  }

  start(): void {
    this.outlets.progress('Waiting for CHAP challenge');
  }

  receive(bytes: Buffer, now: number): void {
    const { code, identifier, data } = decodeControl(bytes, 'CHAP');
    if (code === CHAP.challenge) return this.#challenged(identifier, decodeChapValue(data), now);
    if (code !== CHAP.success && code !== CHAP.failure) return;
    if (!this.#response.pending || identifier !== this.#answered) return;
    this.#response.stop();
    if (code === CHAP.success) this.outlets.succeeded(peerText(data), now);
    else this.outlets.failed(peerText(data), now);
  }

  due(now: number): void {
    if (!this.#response.due(now)) this.outlets.unanswered(now);
  }

  suspend(): void {
    this.#response.suspend();
  }

  #challenged(identifier: number, { value, name }: ChapValue, now: number): void {
    if (this.isOurs(value)) return this.outlets.failed('The challenge was our own, sent back', now);
    this.outlets.progress(`Got CHAP challenge${name.length > 0 ? ` from ${peerText(name)}` : ''}`);
    this.#answered = identifier;
    const data = encodeChapValue({
      value: chapMd5(identifier, this.credentials.password, value),
      name: Buffer.from(this.credentials.username),
    });
    this.#response.start(encodeControl({ code: CHAP.response, identifier, data }), now);
  }
}

const CHALLENGE_LENGTH = 16;

/** The authenticator of CHAP-MD5. Each `start` is a new challenge. */
export class ChapAuthenticator implements Authenticator {
  #identifier = 0;
  #challenge: Buffer = Buffer.alloc(0);
  #pending = false;
  #decision: Decision | undefined;
  readonly #transmission: Retransmission;

  constructor(
    private readonly name: string,
    private readonly outlets: AuthenticatorOutlets,
    settings: RetrySettings,
    private readonly random: (octets: number) => Buffer,
  ) {
    this.#transmission = new Retransmission(settings, (packet) => outlets.send(packet));
  }

  get deadline(): number | undefined {
    return this.#transmission.deadline;
  }

  isOurs(challenge: Buffer): boolean {
    return challenge.equals(this.#challenge);
  }

  start(now: number): void {
    this.#identifier = (this.#identifier + 1) & 0xff;
    this.#challenge = this.random(CHALLENGE_LENGTH);
    this.#pending = false;
    this.#decision = undefined;
    const data = encodeChapValue({ value: this.#challenge, name: Buffer.from(this.name) });
    this.#transmission.start(encodeControl({ code: CHAP.challenge, identifier: this.#identifier, data }), now);
  }

  receive(bytes: Buffer, now: number): void {
    const { code, identifier, data } = decodeControl(bytes, 'CHAP');
    if (code !== CHAP.response || identifier !== this.#identifier) return;
    const { value, name } = decodeChapValue(data);
    this.#transmission.stop();
    if (this.#decision) return this.#answer(this.#decision);
    if (this.#pending) return;
    this.#pending = true;
    const challenge = this.#challenge;
    this.outlets.claim(
      {
        protocol: 'chap-md5',
        username: name.toString('utf8'),
        verify: (secret) => value.length === 16 && timingSafeEqual(chapMd5(identifier, secret, challenge), value),
      },
      now,
    );
  }

  decide(decision: Decision, now: number): void {
    if (!this.#pending || this.#decision) return;
    this.#decision = decision;
    this.#answer(decision);
    if (decision.accepted) this.outlets.succeeded(decision.text, now);
    else this.outlets.failed(decision.text, now);
  }

  due(now: number): void {
    if (!this.#transmission.due(now)) this.outlets.unanswered(now);
  }

  suspend(): void {
    this.#transmission.suspend();
  }

  #answer({ accepted, text }: Decision): void {
    const code = accepted ? CHAP.success : CHAP.failure;
    this.outlets.send(encodeControl({ code, identifier: this.#identifier, data: Buffer.from(text) }));
  }
}
