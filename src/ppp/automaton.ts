import {
  CONTROL,
  CONTROL_HEADER,
  type ControlPacket,
  decodeControl,
  decodeOptions,
  encodeControl,
  encodeOptions,
  type Option,
} from '../wire/control';
import { PPPOE_MRU } from '../wire/lcp';
import { MalformedPacket } from '../wire/reader';
import { type Action, type Event, hasTimer, isAnswerState, lookUp, type State } from './automaton-table';
import type { AutomatonSettings, ControlProtocol, Finish } from './control-protocol';
import { type Answer, judge } from './judgement';
import { OwnRequest } from './own-request';
import { RestartTimer } from './restart-timer';

/** Where an automaton's packets and This-Layer-Up, -Down, -Started and -Finished go. */
export interface AutomatonOutlets {
  send(packet: Buffer): void;
  layerUp(now: number): void;
  layerDown(now: number): void;
  layerFinished(why: Finish, now: number): void;
  /** Codes above 7 that the protocol knows: Protocol-Reject, Echo-Request and so on. `data` is the packet's. */
  packet(packet: ControlPacket, now: number): void;
  /** The largest packet that the peer takes, in octets. */
  mru(): number;
  /** A Terminate-Request came, with this text. */
  terminateRequested(text: Buffer): void;
  /** What is being received answers nothing that was asked. */
  ignored?(): void;
}

/** Codes without which nothing can be negotiated: their Code-Reject is fatal (RXJ-). */
const LAST_INDISPENSABLE_CODE = CONTROL.codeReject;

/** After so many times Max-Failure refusals without an agreement the negotiation is given up. */
const MAX_ROUNDS = 3;

/**
 * The one interpreter of the automaton's table (RFC 1661 §4), for LCP and every NCP.
 *
 * Two things go beyond the table, both for peers that start late or far away:
 * - A Configure-Request of the peer's proves that it listens. If ours should have been answered by now, it is repeated at
 *   once, with the same Identifier; the Restart timer runs on.
 * - A Configure-Request that repeats the last one we acknowledged, octet by octet and soon after, is acknowledged again and
 *   does not tear an opened layer down.
 */
export class Automaton {
  #state: State = 'Initial';
  readonly #restart: RestartTimer;
  readonly #request = new OwnRequest();
  /** How many times as long as the settings say the peer takes to answer. */
  #patience = 1;
  #identifier = 0;
  #acknowledged: { readonly packet: Buffer; readonly at: number } | undefined;
  /** The last request that we refused, and how. */
  #refused: { readonly packet: Buffer; readonly answer: Answer } | undefined;
  #naksSent = 0;
  #refusalsSent = 0;
  #refusalsReceived = 0;
  #finish: Finish = 'closed';

  constructor(
    readonly protocol: ControlProtocol,
    private readonly outlets: AutomatonOutlets,
    private settings: AutomatonSettings,
  ) {
    this.#restart = new RestartTimer(settings);
  }

  get state(): State {
    return this.#state;
  }

  get deadline(): number | undefined {
    return earliest(this.#restart.deadline, this.#request.promptAt);
  }

  /** Changes timers and counters from the next transmission on. */
  configure(settings: AutomatonSettings): void {
    this.settings = settings;
    this.#restart.settings = settings;
  }

  up(now: number): void {
    this.#patience = 1;
    this.#on('Up', now);
  }

  down(now: number): void {
    this.#on('Down', now);
  }

  open(now: number): void {
    this.#on('Open', now);
  }

  close(now: number): void {
    this.#finish = 'closed';
    this.#on('Close', now);
  }

  /** The peer's Protocol-Reject named this protocol: it cannot go on (RXJ-). */
  protocolRejected(now: number): void {
    this.#finish = 'rejected';
    this.#on('RXJ-', now);
  }

  /** Call when `deadline` has come. */
  due(now: number): void {
    const { deadline } = this.#restart;
    if (deadline !== undefined && now >= deadline) this.#timedOut(now);
    else this.#repeatRequest(now);
  }

  /**
   * Takes a packet of this protocol.
   * @throws MalformedPacket, with the state unchanged.
   */
  receive(bytes: Buffer, now: number): void {
    const packet = decodeControl(bytes, this.protocol.name);
    if (packet.code === 0 || packet.code > this.protocol.lastCode) {
      this.#on('RUC', now, packet);
      return;
    }
    switch (packet.code) {
      case CONTROL.configureRequest:
        return this.#configureRequest(packet, now);
      case CONTROL.configureAck:
        return this.#configureAck(packet, now);
      case CONTROL.configureNak:
      case CONTROL.configureReject:
        return this.#configureRefusal(packet, now);
      case CONTROL.terminateRequest:
        this.outlets.terminateRequested(packet.data);
        if (this.#state === 'Opened') this.#finish = 'terminated';
        return this.#on('RTR', now, packet);
      case CONTROL.terminateAck:
        return this.#on('RTA', now, packet);
      case CONTROL.codeReject:
        return this.#codeReject(packet, now);
      default:
        return this.outlets.packet(packet, now);
    }
  }

  /** Sends a packet of this protocol with a fresh Identifier, which is returned. */
  sendFresh(code: number, data: Buffer): number {
    const identifier = this.#nextIdentifier();
    this.outlets.send(encodeControl({ code, identifier, data }));
    return identifier;
  }

  #timedOut(now: number): void {
    if (this.#restart.hasMore) return this.#on('TO+', now);
    if (isAnswerState(this.#state)) this.#finish = this.#refusalsSent > 0 ? 'no-agreement' : 'no-reply';
    this.#on('TO-', now);
  }

  #configureRequest(packet: ControlPacket, now: number): void {
    // Its answer is as long as it is itself, and must be carried whatever was negotiated.
    const length = CONTROL_HEADER + packet.data.length;
    if (length > PPPOE_MRU) {
      throw new MalformedPacket(`${this.protocol.name} Configure-Request of ${length} octets, more than ${PPPOE_MRU}`);
    }
    const options = decodeOptions(packet.data, this.protocol.name);
    const again = this.#acknowledged;
    if (
      this.#state === 'Opened' &&
      again?.packet.equals(encodeControl(packet)) &&
      now - again.at < this.settings.restartTimerMax
    ) {
      this.#reply(CONTROL.configureAck, packet);
      return;
    }
    if (this.#state === 'Stopped') this.#begin();
    const answer = this.#judge(packet, options);
    this.#promptedByPeer(now);
    this.#on(answer.code === CONTROL.configureAck ? 'RCR+' : 'RCR-', now, packet, answer);
    if (this.#refusalsSent > MAX_ROUNDS * this.settings.maxFailure) this.#giveUp(now);
  }

  /** What is retransmitted is answered as before: a Nak that was lost is no disagreement (Max-Failure). */
  #judge(packet: ControlPacket, options: readonly Option[]): Answer {
    if (this.#refused?.packet.equals(encodeControl(packet))) return this.#refused.answer;
    return judge(this.protocol, options, this.#naksSent, this.settings.maxFailure);
  }

  /**
   * The peer listens. A request of ours that must be repeated for that goes before the answer to the peer: one that our Ack
   * has opened negotiates anew for what comes after it.
   */
  #promptedByPeer(now: number): void {
    if (this.#state !== 'Req-Sent' && this.#state !== 'Ack-Sent') return;
    this.#request.peerListens(this.settings.answerTime * this.#patience, now);
    this.#repeatRequest(now);
  }

  #repeatRequest(now: number): void {
    if (this.#state !== 'Req-Sent' && this.#state !== 'Ack-Sent') return this.#request.stopPrompting();
    const again = this.#request.repeat(now);
    if (again) this.#send(CONTROL.configureRequest, again.identifier, again.options);
  }

  #configureAck(packet: ControlPacket, now: number): void {
    if (isAnswerState(this.#state)) {
      if (!this.#request.isAcknowledgedBy(packet)) return this.outlets.ignored?.();
      this.#request.answered();
      this.#refusalsReceived = 0;
    }
    this.#on('RCA', now, packet);
  }

  #configureRefusal(packet: ControlPacket, now: number): void {
    const options = decodeOptions(packet.data, this.protocol.name);
    if (isAnswerState(this.#state)) {
      if (!this.#request.isAnsweredBy(packet)) return this.outlets.ignored?.();
      this.#request.answered();
      this.#refusalsReceived++;
      if (this.#refusalsReceived > MAX_ROUNDS * this.settings.maxFailure) return this.#giveUp(now);
      for (const option of options) {
        if (packet.code === CONTROL.configureNak) this.protocol.nak(option);
        else this.protocol.reject(option);
      }
    }
    this.#on('RCN', now, packet);
  }

  /** No agreement is in sight: ends like a Restart counter that ran out. */
  #giveUp(now: number): void {
    this.#finish = 'no-agreement';
    this.#on('TO-', now);
  }

  #codeReject(packet: ControlPacket, now: number): void {
    // The body is the rejected packet or, from some peers, its data alone: only what has a packet's length is one.
    const code = packet.data[0] ?? 0;
    const fatal = code >= 1 && code <= LAST_INDISPENSABLE_CODE && hasPacketLength(packet.data);
    if (fatal) this.#finish = 'rejected';
    this.#on(fatal ? 'RXJ-' : 'RXJ+', now, packet);
  }

  #on(event: Event, now: number, packet?: ControlPacket, answer?: Answer): void {
    const cell = lookUp(event, this.#state);
    if (!cell) return;
    if (event === 'Up' || (this.#state === 'Closed' && event === 'Open')) this.#begin();
    // A slow peer opens anew for a request of ours that we repeated too soon, and would each time: it is given more.
    if (this.#state === 'Opened' && (event === 'RCR+' || event === 'RCR-')) this.#patience *= 2;
    this.#state = cell.next;
    if (!hasTimer(cell.next)) {
      this.#restart.stop();
      this.#request.stopPrompting();
    }
    // The RFC's order within a cell: layer signals down first, then transmissions, then This-Layer-Up.
    for (const action of cell.actions) this.#act(action, event, now, packet, answer);
  }

  #act(action: Action, event: Event, now: number, packet?: ControlPacket, answer?: Answer): void {
    switch (action) {
      case 'irc':
        return this.#initializeRestart();
      case 'zrc':
        return this.#restart.zero(now);
      case 'scr':
        return this.#sendConfigureRequest(event === 'TO+', now);
      case 'sca':
      case 'scn':
        return this.#answer(packet, answer, now);
      case 'str':
        this.#restart.transmit(now);
        return this.#send(CONTROL.terminateRequest, this.#nextIdentifier(), Buffer.alloc(0));
      case 'sta':
        return this.#send(
          CONTROL.terminateAck,
          event === 'RTR' && packet ? packet.identifier : this.#nextIdentifier(),
          Buffer.alloc(0),
        );
      case 'scj':
        return this.#codeUnknown(packet);
      case 'tlu':
        return this.outlets.layerUp(now);
      case 'tld':
        this.protocol.reset();
        this.#acknowledged = undefined;
        this.#refused = undefined;
        this.#naksSent = 0;
        return this.outlets.layerDown(now);
      case 'tlf':
        return this.outlets.layerFinished(this.#finish, now);
      case 'tls':
      case 'ser':
        return;
    }
  }

  /** RFC 1661 §5.6: the rejected packet, as much of it as the peer's MRU takes. */
  #codeUnknown(packet: ControlPacket | undefined): void {
    if (!packet) return;
    const data = encodeControl(packet).subarray(0, this.outlets.mru() - CONTROL_HEADER);
    this.#send(CONTROL.codeReject, this.#nextIdentifier(), data);
  }

  #begin(): void {
    this.protocol.reset();
    this.#request.forget();
    this.#acknowledged = undefined;
    this.#refused = undefined;
    this.#naksSent = 0;
    this.#refusalsSent = 0;
    this.#refusalsReceived = 0;
    this.#finish = 'no-reply';
  }

  #initializeRestart(): void {
    const isTerminating = this.#state === 'Closing' || this.#state === 'Stopping';
    if (isTerminating) this.#restart.initialize(this.settings.maxTerminate);
    else this.#restart.initialize(this.settings.maxConfigure, this.#patience);
  }

  #sendConfigureRequest(repeated: boolean, now: number): void {
    this.#restart.transmit(now);
    const same = repeated ? this.#request.outstanding : undefined;
    const identifier = same?.identifier ?? this.#nextIdentifier();
    const options = same?.options ?? encodeOptions(this.protocol.request());
    this.#request.transmitted(identifier, options, now);
    this.#send(CONTROL.configureRequest, identifier, options);
  }

  #answer(packet: ControlPacket | undefined, answer: Answer | undefined, now: number): void {
    if (!packet || !answer) return;
    if (answer.code === CONTROL.configureAck) {
      this.#refused = undefined;
      this.#naksSent = 0;
      this.#refusalsSent = 0;
      this.#acknowledged = { packet: encodeControl(packet), at: now };
      this.protocol.accept(answer.options);
      this.#reply(CONTROL.configureAck, packet);
      return;
    }
    if (answer.code === CONTROL.configureNak && answer !== this.#refused?.answer) this.#naksSent++;
    this.#refused = { packet: encodeControl(packet), answer };
    this.#refusalsSent++;
    this.#send(answer.code, packet.identifier, encodeOptions(answer.options));
  }

  /** An answer with the packet's own data: the Ack of a request is that request, whatever it holds. */
  #reply(code: number, packet: ControlPacket): void {
    this.#send(code, packet.identifier, packet.data);
  }

  #nextIdentifier(): number {
    this.#identifier = (this.#identifier + 1) & 0xff;
    return this.#identifier;
  }

  #send(code: number, identifier: number, data: Buffer): void {
    this.outlets.send(encodeControl({ code, identifier, data }));
  }
}

/** True when the Length of a control packet fits the octets, or exceeds octets that were cut off to fit an MRU. */
function hasPacketLength(bytes: Buffer): boolean {
  if (bytes.length < 4) return false;
  const length = bytes.readUInt16BE(2);
  return length === bytes.length || (length > bytes.length && bytes.length >= 64);
}

export function earliest(...times: readonly (number | undefined)[]): number | undefined {
  let first: number | undefined;
  for (const time of times) if (time !== undefined && (first === undefined || time < first)) first = time;
  return first;
}
