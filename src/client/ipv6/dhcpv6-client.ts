import { earliest } from '../../ppp/automaton';
import {
  DHCPV6_MESSAGE,
  DHCPV6_OPTION,
  DHCPV6_STATUS,
  type Dhcpv6Message,
  type Dhcpv6Option,
  decodeAddresses,
  encodeDhcpv6,
  findOption,
} from '../../wire/dhcpv6';
import { isMulticast } from '../../wire/ipv6';
import { MalformedPacket, Reader } from '../../wire/reader';
import { type IaAnswer, IdentityAssociation, renewalTimes, statusOf } from './identity-association';
import type { Lease } from './lifetime';
import {
  MAX_SOLICIT_DELAY,
  REBIND,
  RELEASE,
  RENEW,
  REQUEST,
  Retransmission,
  type RetransmissionParameters,
  SOLICIT,
} from './retransmission';
import type { Dhcpv6Settings } from './settings';

export interface Dhcpv6Outlets {
  /** Sends a message to all servers. */
  send(message: Buffer): void;
  random(octets: number): Buffer;
  progress(text: string): void;
}

/** Who we are to every server (RFC 8415 §11, §12): the same at each start. */
export interface Dhcpv6Identity {
  readonly duid: Buffer;
  /** 32 bits. */
  readonly iaid: number;
}

/** A message and what it is repeated by. */
interface Exchange {
  readonly transactionId: number;
  readonly retransmission: Retransmission;
  readonly begun: number;
}

/** The best Advertise so far. */
interface Offer {
  readonly server: Buffer;
  readonly preference: number;
  readonly leases: ReadonlyMap<IdentityAssociation, readonly Lease[]>;
}

/** T1 and T2 as times of the engine's clock, Infinity for never. */
interface Times {
  readonly t1: number;
  readonly t2: number;
}

type State =
  | { readonly name: 'idle' }
  | { readonly name: 'soliciting'; readonly exchange: Exchange; readonly best: Offer | undefined }
  | { readonly name: 'requesting'; readonly exchange: Exchange; readonly offer: Offer }
  | ({ readonly name: 'bound'; readonly server: Buffer } & Times)
  | ({ readonly name: 'renewing'; readonly exchange: Exchange; readonly server: Buffer } & Times)
  | { readonly name: 'rebinding'; readonly exchange: Exchange; readonly server: Buffer }
  | { readonly name: 'releasing'; readonly exchange: Exchange; readonly server: Buffer };

const MOST_SERVERS = 8;
/** An Advertise with this preference is not waited with (RFC 8415 §18.2.1). */
const BEST_PREFERENCE = 255;

/** A DHCPv6 client for one IA_NA and one IA_PD (RFC 8415 §18.2). That nobody answers it is no failure. */
export class Dhcpv6Client {
  readonly #associations: readonly IdentityAssociation[];
  #state: State = { name: 'idle' };
  #servers: readonly Buffer[] = [];
  /** SOL_MAX_RT, which a server may change. */
  #solicitMax = SOLICIT.max;
  /** Requests in a row that led to nothing: the next Solicit waits for longer. */
  #failures = 0;

  constructor(
    { addresses, prefixDelegation, prefixLengthHint }: Dhcpv6Settings,
    private readonly identity: Dhcpv6Identity,
    private readonly outlets: Dhcpv6Outlets,
  ) {
    const { iaid } = identity;
    this.#associations = [
      ...(addresses ? [new IdentityAssociation('address', iaid)] : []),
      ...(prefixDelegation ? [new IdentityAssociation('prefix', iaid, prefixLengthHint)] : []),
    ];
  }

  get addresses(): readonly Lease[] {
    return this.#leasesOf('address');
  }

  get prefixes(): readonly Lease[] {
    return this.#leasesOf('prefix');
  }

  /** The name servers that the DHCPv6 server told, 16 octets each. */
  get servers(): readonly Buffer[] {
    return this.#servers;
  }

  get isReleasing(): boolean {
    return this.#state.name === 'releasing';
  }

  get deadline(): number | undefined {
    const state = this.#state;
    const times: (number | undefined)[] = this.#associations.map((association) => association.deadline);
    if ('exchange' in state) times.push(state.exchange.retransmission.deadline);
    // T1 and T2, unless they are infinite.
    if (state.name === 'bound' && Number.isFinite(state.t1)) times.push(state.t1);
    if (state.name === 'renewing' && Number.isFinite(state.t2)) times.push(state.t2);
    return earliest(...times);
  }

  start(now: number): void {
    this.#failures = 0;
    this.#solicitMax = SOLICIT.max;
    if (this.#associations.length > 0) this.#solicit(now, this.#fraction() * MAX_SOLICIT_DELAY);
  }

  /** The line is gone: so are the leases, but the next Solicit asks for them again. */
  stop(): void {
    this.#state = { name: 'idle' };
    this.#servers = [];
    for (const association of this.#associations) association.forget(true);
  }

  /** Gives back what is leased, which is no longer used from now on. @returns whether the server's Reply is awaited. */
  release(now: number): boolean {
    const state = this.#state;
    if (state.name === 'releasing') return true;
    const leased = this.#associations.filter(({ leases }) => leases.length > 0);
    const server = 'server' in state ? state.server : 'offer' in state ? state.offer.server : undefined;
    if (!server || leased.length === 0) {
      this.#state = { name: 'idle' };
      return false;
    }
    const exchange = this.#exchange(RELEASE, now);
    this.outlets.progress('DHCPv6: Release');
    this.#transmit(DHCPV6_MESSAGE.release, exchange, [serverId(server), ...leased.map((one) => one.option())], now);
    for (const association of this.#associations) association.forget(false);
    this.#servers = [];
    this.#state = { name: 'releasing', exchange, server };
    return true;
  }

  due(now: number): void {
    for (const association of this.#associations) association.expire(now);
    const state = this.#state;
    switch (state.name) {
      case 'idle':
        return;
      case 'bound':
        if (!this.#isLeased) return this.#restart(now);
        if (now >= state.t1) this.#renew(state, now);
        return;
      case 'renewing':
        if (!this.#isLeased) return this.#restart(now);
        if (now >= state.t2) return this.#rebind(state.server, now);
        break;
      case 'rebinding':
        if (!this.#isLeased) return this.#restart(now);
    }
    const { retransmission } = state.exchange;
    if (now < retransmission.deadline) return;
    if (state.name === 'soliciting' && state.best) return this.#request(state.best, now);
    if (!retransmission.isExhausted) return this.#send(state, now);
    if (state.name === 'releasing') this.#state = { name: 'idle' };
    else this.#restart(now);
  }

  /**
   * Takes a message to the client's port.
   * @throws MalformedPacket, with nothing changed.
   */
  receive(message: Dhcpv6Message, now: number): void {
    const state = this.#state;
    // Reconfigure is among what nothing is done about: we do not offer to accept it.
    if (message.type !== DHCPV6_MESSAGE.advertise && message.type !== DHCPV6_MESSAGE.reply) return;
    if (!('exchange' in state) || state.exchange.transactionId !== message.transactionId) return;
    if (state.exchange.retransmission.sent === 0) return;
    const server = findOption(message.options, DHCPV6_OPTION.serverId);
    const client = findOption(message.options, DHCPV6_OPTION.clientId);
    if (!server || server.length === 0) throw new MalformedPacket('DHCPv6 at octet 4: no Server Identifier');
    if (!client?.equals(this.identity.duid))
      throw new MalformedPacket('DHCPv6 at octet 4: not for our Client Identifier');
    const from = Buffer.from(server);
    if (message.type === DHCPV6_MESSAGE.reply) return this.#replied(message, from, now);
    if (state.name === 'soliciting') this.#advertised(state, message, from, now);
  }

  // Solicit, Advertise, Request

  #solicit(now: number, delay: number): void {
    const exchange = this.#exchange({ ...SOLICIT, max: this.#solicitMax }, now + delay);
    this.#state = { name: 'soliciting', exchange, best: undefined };
  }

  /** From the beginning, after what led to nothing. */
  #restart(now: number): void {
    const delay = this.#failures === 0 ? 0 : Math.min(1_000 * 2 ** Math.min(this.#failures, 20), this.#solicitMax);
    this.#failures++;
    this.#solicit(now, delay);
  }

  #advertised(state: State & { name: 'soliciting' }, message: Dhcpv6Message, server: Buffer, now: number): void {
    const status = statusOf(message.options);
    const answers = this.#answers(message, now);
    this.#takeLimits(message);
    if (status !== DHCPV6_STATUS.success) return;
    const leases = new Map<IdentityAssociation, readonly Lease[]>();
    for (const { association, answer } of answers) {
      const usable = answer.leases.filter(({ valid }) => valid > 0).map(({ lease }) => lease);
      if (usable.length > 0) leases.set(association, usable);
    }
    if (leases.size === 0) return;
    const preference = findOption(message.options, DHCPV6_OPTION.preference)?.[0] ?? 0;
    const { best, exchange } = state;
    const isBetter =
      !best || preference > best.preference || (preference === best.preference && leases.size > best.leases.size);
    const offer = isBetter ? { server, preference, leases } : best;
    this.#state = { ...state, best: offer };
    // Within the first time-out others may still answer.
    if (preference === BEST_PREFERENCE || exchange.retransmission.sent > 1) this.#request(offer, now);
  }

  #request(offer: Offer, now: number): void {
    this.#begin({ name: 'requesting', exchange: this.#exchange(REQUEST, now), offer }, now);
  }

  // Renew, Rebind

  #renew({ server, t1, t2 }: State & { name: 'bound' }, now: number): void {
    if (now >= t2) return this.#rebind(server, now);
    this.#begin({ name: 'renewing', exchange: this.#exchange(RENEW, now), server, t1, t2 }, now);
  }

  /** Any server may answer: the one that leased has not. */
  #rebind(server: Buffer, now: number): void {
    this.#begin({ name: 'rebinding', exchange: this.#exchange(REBIND, now), server }, now);
  }

  // Reply

  #replied(message: Dhcpv6Message, server: Buffer, now: number): void {
    const state = this.#state;
    if (state.name === 'releasing') {
      this.outlets.progress('DHCPv6: released');
      this.#state = { name: 'idle' };
      return;
    }
    const isRapid = findOption(message.options, DHCPV6_OPTION.rapidCommit) !== undefined;
    if (state.name === 'soliciting' && !isRapid) return;
    const status = statusOf(message.options);
    // The server could not: the message is repeated, as if the Reply had not come (RFC 8415 §18.2.10).
    if (status === DHCPV6_STATUS.unspecFail || status === DHCPV6_STATUS.useMulticast) return;
    const answers = this.#answers(message, now);
    const servers = findOption(message.options, DHCPV6_OPTION.dnsServers);
    const addresses = servers ? decodeAddresses(servers) : [];
    this.#takeLimits(message);
    for (const { association, answer } of answers) association.take(answer);
    if (state.name !== 'soliciting' && state.name !== 'requesting') {
      const isUnknown = answers.some(({ answer }) => answer.status === DHCPV6_STATUS.noBinding);
      // What the server no longer knows is asked for anew; it is ours until its time is over.
      if (isUnknown) return this.#request({ server, preference: 0, leases: new Map() }, now);
      if (answers.every(({ answer }) => answer.leases.length === 0) && this.#isLeased) return;
    }
    if (!this.#isLeased) return this.#restart(now);
    this.#servers = addresses
      .filter((address) => !isMulticast(address))
      .slice(0, MOST_SERVERS)
      .map((a) => Buffer.from(a));
    this.#bind(
      server,
      answers.map(({ answer }) => answer),
      now,
    );
  }

  #bind(server: Buffer, answers: readonly IaAnswer[], now: number): void {
    this.#failures = 0;
    const { t1, t2 } = renewalTimes(answers);
    this.outlets.progress(`DHCPv6: leased, to be renewed in ${Number.isFinite(t1) ? Math.round(t1 / 1_000) : '∞'} s`);
    this.#state = { name: 'bound', server, t1: now + t1, t2: now + t2 };
  }

  /** SOL_MAX_RT (RFC 8415 §21.24), within what the RFC allows. */
  #takeLimits(message: Dhcpv6Message): void {
    const data = findOption(message.options, DHCPV6_OPTION.solMaxRt);
    if (!data) return;
    const seconds = new Reader(data, 'DHCPv6 SOL_MAX_RT').u32('value');
    if (seconds >= 60 && seconds <= 86_400) this.#solicitMax = 1_000 * seconds;
  }

  // What all messages have in common

  #exchange(parameters: RetransmissionParameters, at: number): Exchange {
    const transactionId = this.outlets.random(3).readUIntBE(0, 3);
    return { transactionId, retransmission: new Retransmission(parameters, () => this.#fraction(), at), begun: at };
  }

  #begin(state: State & { exchange: Exchange }, now: number): void {
    this.#state = state;
    this.#send(state, now);
  }

  #send(state: State & { exchange: Exchange }, now: number): void {
    const options = (offer?: Offer) => this.#associations.map((one) => one.option(offer?.leases.get(one)));
    switch (state.name) {
      case 'soliciting': {
        const rapid = { code: DHCPV6_OPTION.rapidCommit, data: Buffer.alloc(0) };
        return this.#transmit(DHCPV6_MESSAGE.solicit, state.exchange, [rapid, ...options()], now);
      }
      case 'requesting': {
        const { server } = state.offer;
        return this.#transmit(DHCPV6_MESSAGE.request, state.exchange, [serverId(server), ...options(state.offer)], now);
      }
      case 'renewing':
        return this.#transmit(DHCPV6_MESSAGE.renew, state.exchange, [serverId(state.server), ...options()], now);
      case 'rebinding':
        return this.#transmit(DHCPV6_MESSAGE.rebind, state.exchange, options(), now);
    }
  }

  #transmit(
    type: number,
    { transactionId, retransmission, begun }: Exchange,
    own: readonly Dhcpv6Option[],
    now: number,
  ) {
    retransmission.next(now);
    const elapsed = Math.min(Math.max(Math.floor((now - begun) / 10), 0), 0xffff);
    const common = [
      { code: DHCPV6_OPTION.clientId, data: this.identity.duid },
      { code: DHCPV6_OPTION.elapsedTime, data: words16(elapsed) },
    ];
    // What a Release asks for would come too late.
    const asked = { code: DHCPV6_OPTION.requested, data: words16(DHCPV6_OPTION.dnsServers, DHCPV6_OPTION.solMaxRt) };
    const options = [...common, ...(type === DHCPV6_MESSAGE.release ? [] : [asked]), ...own];
    this.outlets.send(encodeDhcpv6({ type, transactionId, options }));
  }

  #answers(message: Dhcpv6Message, now: number) {
    return this.#associations.flatMap((association) => {
      const answer = association.read(message, now);
      return answer ? [{ association, answer }] : [];
    });
  }

  get #isLeased(): boolean {
    return this.#associations.some(({ leases }) => leases.length > 0);
  }

  #leasesOf(kind: IdentityAssociation['kind']): readonly Lease[] {
    return this.#associations.find((association) => association.kind === kind)?.leases ?? [];
  }

  #fraction(): number {
    return this.outlets.random(2).readUInt16BE() / 0xffff;
  }
}

function serverId(data: Buffer): Dhcpv6Option {
  return { code: DHCPV6_OPTION.serverId, data };
}

function words16(...values: readonly number[]): Buffer {
  return Buffer.from(values.flatMap((value) => [value >> 8, value & 0xff]));
}
