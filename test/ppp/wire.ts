import assert from 'node:assert/strict';
import type { Reason } from '../../src/errors';
import type { Claim, Decision } from '../../src/ppp/authentication';
import { Connection, type ConnectionSettings, type PhaseName } from '../../src/ppp/connection';
import { AUTOMATON_DEFAULTS } from '../../src/ppp/control-protocol';
import { type ControlPacket, decodeControl, encodeControl } from '../../src/wire/control';
import { formatIpv4 } from '../../src/wire/ip';
import { protocolName } from '../../src/wire/ppp';
import { MalformedPacket } from '../../src/wire/reader';
import { CREDENTIALS } from './authentication-rig';
import { seeded } from './random';

const ip = (...octets: number[]) => Buffer.from(octets);

export const HOST: ConnectionSettings = {
  lcp: { mru: 1_492, allowed: ['chap-md5', 'pap', 'ms-chap-v2'], required: [] },
  credentials: CREDENTIALS,
  authenticationRequired: false,
  name: 'test',
  ipcp: () => ({ askDns: true }),
  keepalive: { mode: 'off', interval: 20_000, failures: 3 },
  automaton: AUTOMATON_DEFAULTS,
  phaseTimeout: 30_000,
};

export const AC: ConnectionSettings = {
  ...HOST,
  lcp: { mru: 1_492, allowed: [], required: ['chap-md5'] },
  credentials: { username: '', password: '' },
  name: 'ac',
  ipcp: () => ({
    address: ip(10, 0, 0, 1),
    askDns: false,
    peerAddress: ip(10, 0, 0, 2),
    peerDns: [ip(10, 0, 0, 53), ip(10, 0, 0, 54)],
  }),
};

export interface Sent {
  readonly at: number;
  readonly from: 'host' | 'ac';
  readonly protocol: number;
  readonly packet: ControlPacket;
}

/** One end of the wire, with everything that it told. */
export class End {
  readonly connection: Connection;
  readonly phases: PhaseName[] = [];
  readonly progress: string[] = [];
  readonly claims: Claim[] = [];
  readonly reasons: Reason[] = [];
  malformed = 0;
  /** What is answered to a claim; undefined: nothing, for now. */
  decide: (claim: Claim) => Decision | undefined = (claim) =>
    claim.username === CREDENTIALS.username && claim.verify(CREDENTIALS.password)
      ? { accepted: true, text: 'Welcome' }
      : { accepted: false, text: 'Login incorrect' };

  constructor(
    settings: ConnectionSettings,
    seed: number,
    readonly send: (protocol: number, information: Buffer) => void,
  ) {
    this.connection = new Connection(settings, {
      send,
      random: seeded(seed),
      progress: (text) => this.progress.push(text),
      phase: (phase) => this.phases.push(phase),
      claim: (claim, now) => {
        this.claims.push(claim);
        const decision = this.decide(claim);
        if (decision) this.connection.decide(decision, now);
      },
      closed: (reason) => this.reasons.push(reason),
    });
  }

  get phase(): PhaseName {
    return this.connection.phase;
  }

  get reason(): Reason | undefined {
    assert.ok(this.reasons.length <= 1, 'closed more than once');
    return this.reasons[0];
  }

  receive(protocol: number, information: Buffer, now: number): void {
    try {
      this.connection.receive(protocol, information, now);
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
      this.malformed++;
    }
  }

  due(now: number): void {
    const { deadline } = this.connection;
    if (deadline === undefined || deadline > now) return;
    this.connection.due(now);
    const next = this.connection.deadline;
    assert.ok(next === undefined || next > now, `the deadline ${deadline} comes again and again, at ${now}`);
  }
}

interface InFlight {
  readonly at: number;
  readonly to: End;
  readonly protocol: number;
  readonly octets: Buffer;
}

export interface WireOptions {
  readonly host?: Partial<ConnectionSettings>;
  readonly ac?: Partial<ConnectionSettings>;
  /** One way, in ms; 1 if absent. */
  readonly delay?: number;
  /** The part of the packets that is lost, 0 to 1. */
  readonly loss?: number;
  readonly seed?: number;
}

/** Two connections, a host's and an Access Concentrator's, on a wire in virtual time. */
export class Wire {
  now = 0;
  readonly host: End;
  readonly ac: End;
  readonly trace: Sent[] = [];
  /** True for a packet that is to be lost. */
  drop: (sent: Sent) => boolean = () => false;
  readonly #queue: InFlight[] = [];
  readonly #random: (octets: number) => Buffer;

  constructor(private readonly options: WireOptions = {}) {
    const { seed = 1 } = options;
    this.#random = seeded(seed);
    this.host = new End({ ...HOST, ...options.host }, 2 * seed, (protocol, octets) =>
      this.#carry('host', protocol, octets),
    );
    this.ac = new End({ ...AC, ...options.ac }, 2 * seed + 1, (protocol, octets) =>
      this.#carry('ac', protocol, octets),
    );
  }

  /** Both ends begin, and this time passes. */
  start(ms = 60_000): this {
    this.ac.connection.open(this.now);
    this.host.connection.open(this.now);
    return this.pass(ms);
  }

  pass(ms: number): this {
    const end = this.now + ms;
    for (let steps = 0; ; steps++) {
      assert.ok(steps < 20_000, 'this goes on for ever');
      const next = Math.min(
        this.#queue[0]?.at ?? Number.POSITIVE_INFINITY,
        this.host.connection.deadline ?? Number.POSITIVE_INFINITY,
        this.ac.connection.deadline ?? Number.POSITIVE_INFINITY,
      );
      if (next > end) break;
      this.now = Math.max(this.now, next);
      while (this.#queue[0] && this.#queue[0].at <= this.now) {
        const { to, protocol, octets } = this.#queue.shift() as InFlight;
        to.receive(protocol, octets, this.now);
      }
      this.host.due(this.now);
      this.ac.due(this.now);
    }
    this.now = end;
    return this;
  }

  /** Nobody hears this end any more. */
  silence(from: Sent['from']): void {
    const { drop } = this;
    this.drop = (sent) => sent.from === from || drop(sent);
  }

  /** The codes of a protocol that one end has sent. */
  codes(from: Sent['from'], protocol: number): readonly number[] {
    return this.sent(from, protocol).map(({ packet }) => packet.code);
  }

  sent(from: Sent['from'], protocol: number): readonly Sent[] {
    return this.trace.filter((sent) => sent.from === from && sent.protocol === protocol);
  }

  #carry(from: Sent['from'], protocol: number, octets: Buffer): void {
    const sent: Sent = { at: this.now, from, protocol, packet: decodeControl(octets, protocolName(protocol)) };
    this.trace.push(sent);
    const lost = this.#random(1).readUInt8() < 256 * (this.options.loss ?? 0);
    if (lost || this.drop(sent)) return;
    const to = from === 'host' ? this.ac : this.host;
    this.#queue.push({ at: this.now + (this.options.delay ?? 1), to, protocol, octets: Buffer.from(octets) });
  }
}

/** A control packet's octets. */
export function control(code: number, identifier: number, data: Buffer | string = ''): Buffer {
  return encodeControl({ code, identifier, data: Buffer.from(data) });
}

/** Addresses and name servers that a host has been told, as text. */
export function learned({ connection: { ipcp } }: End): readonly (string | undefined)[] {
  return [ipcp.address, ipcp.peerAddress, ...ipcp.dns].map((octets) => octets && formatIpv4(octets));
}
