import { createHash, timingSafeEqual } from 'node:crypto';
import { decodeControl, encodeControl } from '../wire/control';
import { decodePapMessage, decodePapRequest, encodePapMessage, encodePapRequest, PAP } from '../wire/pap';
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

/** The peer of PAP (RFC 1334 §2): sends user name and password until they are acknowledged or refused. */
export class PapPeer implements AuthenticationPeer {
  #identifier = 0;
  readonly #request: Retransmission;

  constructor(
    private readonly credentials: Credentials,
    private readonly outlets: AuthenticationOutlets,
    settings: RetrySettings,
  ) {
    this.#request = new Retransmission(settings, (packet) => outlets.send(packet));
  }

  get deadline(): number | undefined {
    return this.#request.deadline;
  }

  get awaitsVerdict(): boolean {
    return this.#request.pending;
  }

  start(now: number): void {
    this.#identifier = (this.#identifier + 1) & 0xff;
    const data = encodePapRequest({
      peerId: Buffer.from(this.credentials.username),
      password: Buffer.from(this.credentials.password),
    });
    this.outlets.progress('Sending PAP user name and password');
    this.#request.start(encodeControl({ code: PAP.authenticateRequest, identifier: this.#identifier, data }), now);
  }

  receive(bytes: Buffer, now: number): void {
    const { code, identifier, data } = decodeControl(bytes, 'PAP');
    if (code !== PAP.authenticateAck && code !== PAP.authenticateNak) return;
    if (!this.#request.pending || identifier !== this.#identifier) return;
    const text = peerText(decodePapMessage(data));
    this.#request.stop();
    if (code === PAP.authenticateAck) this.outlets.succeeded(text, now);
    else this.outlets.failed(text, now);
  }

  due(now: number): void {
    if (!this.#request.due(now)) this.outlets.unanswered(now);
  }

  suspend(): void {
    this.#request.suspend();
  }
}

/** The authenticator of PAP: waits for a request, and repeats its answer when the request is repeated. */
export class PapAuthenticator implements Authenticator {
  readonly deadline = undefined;
  #pending: { readonly identifier: number } | undefined;
  #decision: Decision | undefined;

  constructor(private readonly outlets: AuthenticatorOutlets) {}

  start(): void {
    this.outlets.progress('Waiting for PAP user name and password');
  }

  receive(bytes: Buffer, now: number): void {
    const { code, identifier, data } = decodeControl(bytes, 'PAP');
    if (code !== PAP.authenticateRequest) return;
    const { peerId, password } = decodePapRequest(data);
    if (this.#decision) return this.#answer(identifier, this.#decision);
    const repeated = this.#pending !== undefined;
    this.#pending = { identifier };
    if (repeated) return;
    // An empty name or password proves nothing, whatever an account says.
    if (peerId.length === 0 || password.length === 0) {
      return this.decide({ accepted: false, text: 'Empty user name or password' }, now);
    }
    const digest = sha256(password);
    const secretOctets = Buffer.from(password);
    this.outlets.claim(
      {
        protocol: 'pap',
        username: peerId.toString('utf8'),
        verify: (secret) => timingSafeEqual(sha256(Buffer.from(secret)), digest),
        evidence: () => ({ protocol: 'pap', password: secretOctets }),
      },
      now,
    );
  }

  decide(decision: Decision, now: number): void {
    if (!this.#pending || this.#decision) return;
    this.#decision = decision;
    this.#answer(this.#pending.identifier, decision);
    if (decision.accepted) this.outlets.succeeded(decision.text, now);
    else this.outlets.failed(decision.text, now, decision.detail);
  }

  isOurs(): boolean {
    return false;
  }

  due(): void {}

  suspend(): void {}

  #answer(identifier: number, { accepted, text }: Decision): void {
    const code = accepted ? PAP.authenticateAck : PAP.authenticateNak;
    this.outlets.send(encodeControl({ code, identifier, data: encodePapMessage(Buffer.from(text)) }));
  }
}

function sha256(octets: Buffer): Buffer {
  return createHash('sha256').update(octets).digest();
}
