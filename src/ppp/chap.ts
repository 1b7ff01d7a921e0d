import type { AuthenticationDetail } from '../errors';
import { CHAP, type ChapValue, decodeChapValue, encodeChapValue } from '../wire/chap';
import { decodeControl, encodeControl } from '../wire/control';
import {
  type AuthenticationOutlets,
  type AuthenticationPeer,
  type Authenticator,
  type AuthenticatorOutlets,
  type Credentials,
  type Decision,
  type Evidence,
  peerText,
  Retransmission,
  type RetrySettings,
} from './authentication';

/** A Challenge, as it was sent or received. */
export interface ChapChallenge {
  readonly identifier: number;
  readonly value: Buffer;
}

/** What is in a Success or Failure, for people, and whether it is a success after all. */
export interface ChapVerdict {
  readonly accepted: boolean;
  readonly text: string;
  readonly detail?: AuthenticationDetail;
}

type ChapEvidence = Exclude<Evidence, { readonly protocol: 'pap' }>;

/** Our answer to a challenge, at the peer. */
export interface ChapAnswer {
  /** The Value of the Response. */
  readonly value: Buffer;
  /** Reads the Success that follows: an algorithm may demand that it proves something. */
  succeeded(message: Buffer): ChapVerdict;
  failed(message: Buffer): ChapVerdict;
}

/** The peer's answer to our challenge, at the authenticator. */
export interface ChapProof {
  /** As in `Claim`. */
  verify(secret: string): boolean;
  /**
   * The message of a Success; undefined when it needs a verified secret and there is none.
   * @param proof as in `Decision`.
   */
  success(text: string, proof?: Buffer): Buffer | undefined;
  /** The message of a Failure. */
  failure(text: string, detail?: AuthenticationDetail): Buffer;
}

/** What one algorithm of CHAP does its own way. The packets and their order are the same for all (RFC 1994 §4). */
export interface ChapAlgorithm {
  readonly protocol: ChapEvidence['protocol'];
  /** @throws MalformedPacket for a challenge that is none of this algorithm. */
  answer(challenge: ChapChallenge, credentials: Credentials, random: (octets: number) => Buffer): ChapAnswer;
  /** @throws MalformedPacket for a response that is none of this algorithm. */
  proof(challenge: ChapChallenge, response: ChapValue, random: (octets: number) => Buffer): ChapProof;
}

export interface ChapPeerSettings extends RetrySettings {
  readonly algorithm: ChapAlgorithm;
  readonly credentials: Credentials;
}

/** The peer of CHAP: answers each challenge, also later ones, until Success or Failure. */
export class ChapPeer implements AuthenticationPeer {
  #answered: { readonly challenge: ChapChallenge; readonly answer: ChapAnswer } | undefined;
  readonly #response: Retransmission;

  /** @param isOurs tells a challenge that we ourselves sent, which somebody reflects to have us answer it. */
  constructor(
    private readonly settings: ChapPeerSettings,
    private readonly outlets: AuthenticationOutlets,
    private readonly random: (octets: number) => Buffer,
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
    const answered = this.#answered;
    if (!this.#response.pending || identifier !== answered?.challenge.identifier) return;
    this.#response.stop();
    const { answer } = answered;
    const { accepted, text, detail } = code === CHAP.success ? answer.succeeded(data) : answer.failed(data);
    if (accepted) this.outlets.succeeded(text, now);
    else this.outlets.failed(text, now, detail);
  }

  due(now: number): void {
    if (!this.#response.due(now)) this.outlets.unanswered(now);
  }

  suspend(): void {
    this.#response.suspend();
  }

  #challenged(identifier: number, { value, name }: ChapValue, now: number): void {
    if (this.isOurs(value)) return this.outlets.failed('The challenge was our own, sent back', now);
    const { algorithm, credentials } = this.settings;
    const challenge = { identifier, value: Buffer.from(value) };
    // A repeated challenge gets the same answer: what follows may be the verdict on the first one.
    const last = this.#answered;
    const repeated = last?.challenge.identifier === identifier && last.challenge.value.equals(value);
    const answer = repeated ? last.answer : algorithm.answer(challenge, credentials, this.random);
    this.#answered = { challenge, answer };
    this.outlets.progress(`Got CHAP challenge${name.length > 0 ? ` from ${peerText(name)}` : ''}`);
    const data = encodeChapValue({ value: answer.value, name: Buffer.from(credentials.username) });
    this.#response.start(encodeControl({ code: CHAP.response, identifier, data }), now);
  }
}

const CHALLENGE_LENGTH = 16;

export interface ChapAuthenticatorSettings extends RetrySettings {
  readonly algorithm: ChapAlgorithm;
  /** The name under which we challenge. */
  readonly name: string;
}

/** The authenticator of CHAP. Each `start` is a new challenge. */
export class ChapAuthenticator implements Authenticator {
  #challenge: ChapChallenge = { identifier: 0, value: Buffer.alloc(0) };
  #proof: ChapProof | undefined;
  /** What the Response got, to be sent again when it comes again. */
  #verdict: Buffer | undefined;
  readonly #transmission: Retransmission;

  constructor(
    private readonly settings: ChapAuthenticatorSettings,
    private readonly outlets: AuthenticatorOutlets,
    private readonly random: (octets: number) => Buffer,
  ) {
    this.#transmission = new Retransmission(settings, (packet) => outlets.send(packet));
  }

  get deadline(): number | undefined {
    return this.#transmission.deadline;
  }

  isOurs(challenge: Buffer): boolean {
    return challenge.equals(this.#challenge.value);
  }

  start(now: number): void {
    const identifier = (this.#challenge.identifier + 1) & 0xff;
    this.#challenge = { identifier, value: this.random(CHALLENGE_LENGTH) };
    this.#proof = undefined;
    this.#verdict = undefined;
    const data = encodeChapValue({ value: this.#challenge.value, name: Buffer.from(this.settings.name) });
    this.#transmission.start(encodeControl({ code: CHAP.challenge, identifier, data }), now);
  }

  receive(bytes: Buffer, now: number): void {
    const { code, identifier, data } = decodeControl(bytes, 'CHAP');
    if (code !== CHAP.response || identifier !== this.#challenge.identifier) return;
    const response = decodeChapValue(data);
    if (this.#verdict) return this.outlets.send(this.#verdict);
    if (this.#proof) return;
    const { algorithm } = this.settings;
    const proof = algorithm.proof(this.#challenge, response, this.random);
    this.#transmission.stop();
    this.#proof = proof;
    const username = response.name.toString('utf8');
    const { protocol } = algorithm;
    const { value: challenge } = this.#challenge;
    const answer = Buffer.from(response.value);
    this.outlets.claim(
      {
        protocol,
        username,
        verify: (secret) => proof.verify(secret),
        evidence: () => ({ protocol, identifier, challenge, response: answer }),
      },
      now,
    );
  }

  decide({ accepted, text, detail, proof }: Decision, now: number): void {
    if (!this.#proof || this.#verdict) return;
    const success = accepted ? this.#proof.success(text, proof) : undefined;
    const message = success ?? this.#proof.failure(text, detail);
    const { identifier } = this.#challenge;
    this.#verdict = encodeControl({ code: success ? CHAP.success : CHAP.failure, identifier, data: message });
    this.outlets.send(this.#verdict);
    if (success) this.outlets.succeeded(text, now);
    else this.outlets.failed(text, now, detail);
  }

  due(now: number): void {
    if (!this.#transmission.due(now)) this.outlets.unanswered(now);
  }

  suspend(): void {
    this.#transmission.suspend();
  }
}
