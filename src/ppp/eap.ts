import { decodeChapValue, encodeChapValue } from '../wire/chap';
import { decodeEap, EAP, EAP_TYPE, type EapExchange, encodeEap } from '../wire/eap';
import { type AuthenticationOutlets, type AuthenticationPeer, type Credentials, peerText } from './authentication';
import { chapMd5 } from './chap-md5';

/**
 * The peer of EAP with MD5-Challenge (RFC 3748): says who it is, answers challenges, and answers any other type of
 * Request with a Nak that names MD5-Challenge. It repeats nothing by itself: that is the authenticator's part (§4.3).
 */
export class EapMd5Peer implements AuthenticationPeer {
  readonly deadline = undefined;
  /** The last Request that was answered, and with what. */
  #last: { readonly request: Buffer; readonly response: Buffer; readonly identifier: number } | undefined;
  /** What the authenticator has heard since its last verdict. */
  #heard: 'nothing' | 'something' | 'proof' = 'nothing';
  /** What it said in a Notification since then: a Failure itself has no text. */
  #notice = '';
  #refusedType: number | undefined;

  constructor(
    private readonly credentials: Credentials,
    private readonly outlets: AuthenticationOutlets,
    private readonly isOurs: (challenge: Buffer) => boolean,
  ) {}

  get awaitsVerdict(): boolean {
    return this.#heard !== 'nothing';
  }

  start(): void {
    this.outlets.progress('Waiting for EAP Request');
  }

  receive(bytes: Buffer, now: number): void {
    const packet = decodeEap(bytes);
    if (packet.code === EAP.request) this.#requested(packet, now);
    else if (packet.code === EAP.success) this.#succeeded(packet.identifier, now);
    else if (packet.code === EAP.failure) this.#failed(packet.identifier, now);
  }

  due(): void {}

  suspend(): void {}

  #requested(request: EapExchange, now: number): void {
    const octets = encodeEap(request);
    // §4.1: a Request that comes again gets the same Response again, and is not processed anew.
    if (this.#last?.request.equals(octets)) return this.outlets.send(this.#last.response);
    const answer = this.#answer(request, now);
    if (!answer) return;
    const { identifier } = request;
    const response = encodeEap({ code: EAP.response, identifier, ...answer });
    this.#last = { request: octets, response, identifier };
    this.outlets.send(response);
  }

  #answer({ identifier, type, data }: EapExchange, now: number): Pick<EapExchange, 'type' | 'data'> | undefined {
    switch (type) {
      case EAP_TYPE.identity:
        this.outlets.progress('Got EAP Request for our identity');
        this.#heard = 'something';
        this.#notice = '';
        this.#refusedType = undefined;
        return { type, data: Buffer.from(this.credentials.username) };
      case EAP_TYPE.notification:
        this.#notice = peerText(data);
        this.outlets.progress(`Got EAP Notification: ${this.#notice}`);
        return { type, data: Buffer.alloc(0) };
      case EAP_TYPE.nak:
        // §5.3.1: valid in Responses only.
        return undefined;
      case EAP_TYPE.md5Challenge:
        return this.#challenged(identifier, data, now);
      default:
        this.outlets.progress(`Refused EAP type ${type}, asked for MD5-Challenge`);
        this.#heard = 'something';
        this.#refusedType = type;
        return { type: EAP_TYPE.nak, data: Buffer.of(EAP_TYPE.md5Challenge) };
    }
  }

  #challenged(identifier: number, data: Buffer, now: number): Pick<EapExchange, 'type' | 'data'> | undefined {
    const { value, name } = decodeChapValue(data, 'EAP MD5-Challenge');
    if (this.isOurs(value)) {
      this.outlets.failed('The challenge was our own, sent back', now);
      return undefined;
    }
    this.outlets.progress(`Got EAP MD5-Challenge${name.length > 0 ? ` from ${peerText(name)}` : ''}`);
    this.#heard = 'proof';
    this.#refusedType = undefined;
    const answer = { value: chapMd5(identifier, this.credentials.password, value), name: Buffer.alloc(0) };
    return {
      type: EAP_TYPE.md5Challenge,
      data: encodeChapValue({ ...answer, name: Buffer.from(this.credentials.username) }),
    };
  }

  /** §4.2: a Success before we have proved anything is nobody's verdict on us. */
  #succeeded(identifier: number, now: number): void {
    if (this.#heard !== 'proof' || !this.#isAnswer(identifier)) return;
    this.#heard = 'nothing';
    this.outlets.succeeded(this.#notice, now);
  }

  #failed(identifier: number, now: number): void {
    if (this.#heard === 'nothing' || !this.#isAnswer(identifier)) return;
    this.#heard = 'nothing';
    const unable = this.#refusedType === undefined ? '' : `EAP type ${this.#refusedType} is not known here`;
    this.outlets.failed(this.#notice || unable || 'Refused by EAP Failure', now);
  }

  /** §4.2: the Identifier of the Response that it is the answer to; pppd counts on and takes the next one. */
  #isAnswer(identifier: number): boolean {
    if (!this.#last) return false;
    return identifier === this.#last.identifier || identifier === ((this.#last.identifier + 1) & 0xff);
  }
}
