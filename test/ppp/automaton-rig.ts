import { Automaton } from '../../src/ppp/automaton';
import {
  AUTOMATON_DEFAULTS,
  type AutomatonSettings,
  type ControlProtocol,
  type Finish,
  type Verdict,
} from '../../src/ppp/control-protocol';
import {
  CONTROL,
  type ControlPacket,
  decodeControl,
  encodeControl,
  encodeOptions,
  type Option,
} from '../../src/wire/control';

/** What the RFC calls the sending of each code. */
const SENDING: Readonly<Record<number, string>> = {
  [CONTROL.configureRequest]: 'scr',
  [CONTROL.configureAck]: 'sca',
  [CONTROL.configureNak]: 'scn',
  [CONTROL.configureReject]: 'scn',
  [CONTROL.terminateRequest]: 'str',
  [CONTROL.terminateAck]: 'sta',
  [CONTROL.codeReject]: 'scj',
};

/** Option types of the stand-in protocol, named after what it answers to them. */
export const GOOD = 1;
export const NAKED = 2;
export const UNKNOWN = 3;
/** What the stand-in protocol would have instead of any NAKED option. */
export const WANTED = Buffer.from([7, 7]);

/** A protocol that knows one option of its own and three of the peer's. */
export class StandIn implements ControlProtocol {
  readonly name = 'LCP';
  readonly protocol = 0xc021;
  readonly lastCode = 13;
  own: Buffer = Buffer.from([0]);
  requires: readonly Option[] = [];
  readonly accepted: (readonly Option[])[] = [];
  readonly rejected: Option[] = [];
  resets = 0;

  request(): readonly Option[] {
    return [{ type: GOOD, data: this.own }];
  }

  judge({ type }: Option): Verdict {
    if (type === GOOD) return 'ack';
    return type === NAKED ? { nak: WANTED } : 'reject';
  }

  missing(present: readonly Option[]): readonly Option[] {
    return this.requires.filter(({ type }) => !present.some((option) => option.type === type));
  }

  accept(options: readonly Option[]): void {
    this.accepted.push(options);
  }

  nak(option: Option): void {
    this.own = option.data;
  }

  reject(option: Option): void {
    this.rejected.push(option);
  }

  reset(): void {
    this.resets++;
  }
}

/** An automaton in virtual time, with everything that it does written down. */
export class Rig<P extends ControlProtocol = StandIn> {
  now = 0;
  /** Since the last `take`: `scr`, `tlu`, … in the order in which they happened. */
  #log: string[] = [];
  readonly sent: (ControlPacket & { readonly at: number })[] = [];
  readonly finishes: Finish[] = [];
  readonly texts: string[] = [];
  readonly handedOn: number[] = [];
  readonly automaton: Automaton;
  #peerIdentifier = 100;

  constructor(
    readonly protocol: P,
    readonly settings: AutomatonSettings = AUTOMATON_DEFAULTS,
  ) {
    this.automaton = new Automaton(
      protocol,
      {
        send: (bytes) => {
          const packet = decodeControl(bytes, 'sent');
          this.sent.push({ ...packet, at: this.now });
          this.#log.push(SENDING[packet.code] ?? `code ${packet.code}`);
        },
        layerUp: () => this.#log.push('tlu'),
        layerDown: () => this.#log.push('tld'),
        layerFinished: (why) => {
          this.#log.push('tlf');
          this.finishes.push(why);
        },
        packet: ({ code }) => this.handedOn.push(code),
        mru: () => 1_492,
        terminateRequested: (text) => this.texts.push(text.toString('latin1')),
      },
      settings,
    );
  }

  take(): readonly string[] {
    const log = this.#log;
    this.#log = [];
    return log;
  }

  get last(): ControlPacket {
    const packet = this.sent.at(-1);
    if (!packet) throw new Error('nothing has been sent');
    return packet;
  }

  /** Our last Configure-Request. */
  get request(): ControlPacket {
    const packet = this.sent.findLast(({ code }) => code === CONTROL.configureRequest);
    return packet ?? { code: CONTROL.configureRequest, identifier: 0, data: Buffer.alloc(0) };
  }

  sentOf(code: number): readonly (ControlPacket & { readonly at: number })[] {
    return this.sent.filter((packet) => packet.code === code);
  }

  receive(code: number, data: Buffer, identifier: number = this.freshIdentifier()): number {
    this.automaton.receive(encodeControl({ code, identifier, data }), this.now);
    return identifier;
  }

  freshIdentifier(): number {
    this.#peerIdentifier = (this.#peerIdentifier + 1) & 0xff;
    return this.#peerIdentifier;
  }

  /** A Configure-Request with these options. */
  configure(options: readonly Option[], identifier?: number): number {
    return this.receive(CONTROL.configureRequest, encodeOptions(options), identifier);
  }

  acknowledge(): void {
    const { identifier, data } = this.request;
    this.receive(CONTROL.configureAck, data, identifier);
  }

  refuse(code: number, options: readonly Option[]): void {
    this.receive(code, encodeOptions(options), this.request.identifier);
  }

  /** Lets time pass, and the deadlines in it come. */
  pass(ms: number): void {
    const end = this.now + ms;
    for (let steps = 0; ; steps++) {
      if (steps > 10_000) throw new Error('a deadline comes again and again');
      const { deadline } = this.automaton;
      if (deadline === undefined || deadline > end) break;
      this.now = Math.max(this.now, deadline);
      this.automaton.due(this.now);
    }
    this.now = end;
  }

  /** Brings one of the RFC's events about, from outside. @returns the Identifier of the packet, if it is one. */
  bring(event: string): number | undefined {
    switch (event) {
      case 'Up':
        this.automaton.up(this.now);
        return undefined;
      case 'Down':
        this.automaton.down(this.now);
        return undefined;
      case 'Open':
        this.automaton.open(this.now);
        return undefined;
      case 'Close':
        this.automaton.close(this.now);
        return undefined;
      case 'TO+':
      case 'TO-':
        this.now = this.automaton.deadline ?? this.now + 3_600_000;
        this.automaton.due(this.now);
        return undefined;
      case 'RCR+':
        return this.configure([{ type: GOOD, data: Buffer.from([1]) }]);
      case 'RCR-':
        return this.configure([{ type: NAKED, data: Buffer.from([1]) }]);
      case 'RCA':
        this.acknowledge();
        return undefined;
      case 'RCN':
        this.refuse(CONTROL.configureNak, [{ type: GOOD, data: Buffer.from([this.freshIdentifier()]) }]);
        return undefined;
      case 'RTR':
        return this.receive(CONTROL.terminateRequest, Buffer.from('bye'));
      case 'RTA':
        return this.receive(CONTROL.terminateAck, Buffer.alloc(0));
      case 'RUC':
        return this.receive(14, Buffer.from('new'));
      case 'RXJ+':
        return this.receive(CONTROL.codeReject, encodeControl({ code: 12, identifier: 1, data: Buffer.alloc(4) }));
      case 'RXJ-':
        return this.receive(CONTROL.codeReject, encodeControl({ code: 1, identifier: 1, data: Buffer.alloc(0) }));
      case 'RXR':
        return this.receive(CONTROL.echoRequest, Buffer.alloc(4));
      default:
        throw new Error(`no such event: ${event}`);
    }
  }
}
