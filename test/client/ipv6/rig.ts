import assert from 'node:assert/strict';
import { Ipv6Host } from '../../../src/client/ipv6/host';
import type { Dhcpv6Settings, Ipv6Snapshot } from '../../../src/client/ipv6/settings';
import {
  DHCPV6_MESSAGE,
  DHCPV6_OPTION,
  type Dhcpv6Message,
  type Dhcpv6Option,
  decodeDhcpv6,
  decodeIa,
  encodeDhcpv6,
  encodeIa,
  encodeIaAddress,
  encodeIaPrefix,
  encodeStatus,
  findOption,
} from '../../../src/wire/dhcpv6';
import {
  decodeIcmpv6,
  encodeIcmpv6,
  type Icmpv6Message,
  type NdOption,
  type RouterAdvertisement,
} from '../../../src/wire/icmpv6';
import { formatIpv6, IP_PROTOCOL } from '../../../src/wire/ip';
import { ALL_NODES, decodeIpv6, encodeIpv6, type Ipv6Packet, parseIpv6 } from '../../../src/wire/ipv6';
import { encodePrefixInformation } from '../../../src/wire/nd-options';
import { MalformedPacket } from '../../../src/wire/reader';
import { decodeUdp, encodeUdp } from '../../../src/wire/udp';
import { seeded } from '../../ppp/random';

export const IDENTIFIER = Buffer.from('0000000000000002', 'hex');
export const OWN = parseIpv6('fe80::2');
export const ROUTER = parseIpv6('fe80::1');
export const DUID = Buffer.from('0003000102005e005301', 'hex');
export const IAID = 0x0a0b0c0d;
export const BOTH: Dhcpv6Settings = { addresses: true, prefixDelegation: true };
export const NEITHER: Dhcpv6Settings = { addresses: false, prefixDelegation: false };

export interface SentMessage extends Dhcpv6Message {
  readonly at: number;
}

/** An Ipv6Host in virtual time, with everything that it sends and tells. */
export class Rig {
  now = 0;
  readonly packets: (Ipv6Packet & { readonly at: number })[] = [];
  readonly told: string[] = [];
  readonly host: Ipv6Host;
  /** Answers a DHCPv6 message that the host sends, at once; none: silence. */
  server: (message: Dhcpv6Message) => Dhcpv6Message | undefined = () => undefined;
  readonly #answers: Dhcpv6Message[] = [];

  constructor(settings: Dhcpv6Settings = NEITHER, seed = 1) {
    this.host = new Ipv6Host(
      settings,
      { duid: DUID, iaid: IAID },
      {
        send: (octets) => {
          const packet = decodeIpv6(octets);
          this.packets.push({ ...packet, at: this.now });
          const message = packet.nextHeader === IP_PROTOCOL.udp ? dhcpv6Of(packet) : undefined;
          const answer = message && this.server(message);
          if (answer) this.#answers.push(answer);
        },
        random: seeded(seed),
        progress: () => {},
        changed: () => this.told.push('changed'),
        prefix: (type, prefix) => this.told.push(`${type} ${prefix}`),
      },
    );
  }

  get snapshot(): Ipv6Snapshot<number> {
    const { snapshot } = this.host;
    assert.ok(snapshot, 'IPv6 is not up');
    return snapshot;
  }

  get addresses(): string[] {
    return this.snapshot.addresses.map(({ address, source }) => `${address} ${source}`);
  }

  get prefixes(): string[] {
    return this.snapshot.prefixes.map(({ prefix, length }) => `${prefix}/${length}`);
  }

  /** What the host sent of ICMPv6, with the time. */
  get icmpv6(): (Icmpv6Message & { readonly at: number })[] {
    const packets = this.packets.filter(({ nextHeader }) => nextHeader === IP_PROTOCOL.icmpv6);
    return packets.map((packet) => ({ ...decodeIcmpv6(packet.payload, packet), at: packet.at }));
  }

  get dhcpv6(): SentMessage[] {
    const packets = this.packets.filter(({ nextHeader }) => nextHeader === IP_PROTOCOL.udp);
    return packets.map((packet) => ({ ...dhcpv6Of(packet), at: packet.at }));
  }

  /** The types of the DHCPv6 messages sent, by name. */
  get types(): string[] {
    return this.dhcpv6.map(({ type }) => NAMES.get(type) ?? String(type));
  }

  up(mtu = 1_492): this {
    this.host.up({ identifier: IDENTIFIER, peerIdentifier: ROUTER.subarray(8), mtu }, this.now);
    return this.#deliver();
  }

  pass(ms: number): this {
    const end = this.now + ms;
    for (let steps = 0; ; steps++) {
      assert.ok(steps < 20_000, 'this goes on for ever');
      const { deadline } = this.host;
      assert.ok(deadline === undefined || Number.isFinite(deadline), `the deadline is ${deadline}`);
      if (deadline === undefined || deadline > end) break;
      assert.ok(deadline >= this.now || steps === 0, 'the deadline does not move on');
      this.now = Math.max(this.now, deadline);
      this.host.due(this.now);
      this.#deliver();
    }
    this.now = end;
    return this;
  }

  /** Hands the host a packet; true if it took it, `malformed` if it was none. */
  receive(packet: Buffer): boolean | 'malformed' {
    try {
      if (!this.host.concerns(packet)) return false;
      this.host.receive(packet, this.now);
      return true;
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
      return 'malformed';
    } finally {
      this.#deliver();
    }
  }

  advertise(options: readonly NdOption[], changes: AdvertisementChanges = {}): boolean | 'malformed' {
    return this.receive(routerAdvertisement(options, changes));
  }

  reply(message: Dhcpv6Message): boolean | 'malformed' {
    return this.receive(fromServer(message));
  }

  #deliver(): this {
    for (let answer = this.#answers.shift(); answer; answer = this.#answers.shift()) this.receive(fromServer(answer));
    return this;
  }
}

const NAMES = new Map<number, string>(Object.entries(DHCPV6_MESSAGE).map(([name, type]) => [type, name]));

function dhcpv6Of(packet: Ipv6Packet): Dhcpv6Message {
  assert.equal(formatIpv6(packet.destination), 'ff02::1:2');
  const { sourcePort, destinationPort, data } = decodeUdp(packet.payload, packet);
  assert.deepEqual([sourcePort, destinationPort], [546, 547]);
  return decodeDhcpv6(data);
}

export type AdvertisementChanges = Partial<Omit<RouterAdvertisement, 'kind' | 'options'>> & {
  readonly source?: Buffer;
  readonly ipHopLimit?: number;
};

export function routerAdvertisement(options: readonly NdOption[], changes: AdvertisementChanges = {}): Buffer {
  const { source = ROUTER, ipHopLimit = 255, ...fields } = changes;
  const message: Icmpv6Message = {
    kind: 'router-advertisement',
    code: 0,
    hopLimit: 64,
    flags: 0,
    routerLifetime: 1_800,
    reachableTime: 0,
    retransTimer: 0,
    options,
    ...fields,
  };
  return icmpv6(message, source, ALL_NODES, ipHopLimit);
}

export function icmpv6(message: Icmpv6Message, source: Buffer, destination: Buffer, hopLimit = 255): Buffer {
  const addresses = { source, destination };
  const payload = encodeIcmpv6(message, addresses);
  return encodeIpv6({ trafficClass: 0, flowLabel: 0, nextHeader: 58, hopLimit, ...addresses, payload });
}

/** A prefix for SLAAC, lifetimes in seconds. */
export function autonomous(prefix: string, valid: number, preferred = valid, prefixLength = 64): NdOption {
  return encodePrefixInformation({ prefixLength, flags: 0xc0, valid, preferred, prefix: parseIpv6(prefix) });
}

export function fromServer(message: Dhcpv6Message): Buffer {
  const addresses = { source: ROUTER, destination: OWN };
  const payload = encodeUdp({ sourcePort: 547, destinationPort: 546, data: encodeDhcpv6(message) }, addresses);
  return encodeIpv6({ trafficClass: 0, flowLabel: 0, nextHeader: 17, hopLimit: 64, ...addresses, payload });
}

/** What a server gives, lifetimes in seconds; T1 and T2 of 0 leave them to the client. */
export interface Terms {
  readonly server?: string;
  readonly address?: string | undefined;
  readonly prefix?: string | undefined;
  readonly preferred?: number;
  readonly valid?: number;
  readonly t1?: number;
  readonly t2?: number;
  readonly options?: readonly Dhcpv6Option[];
  readonly addressStatus?: number;
  readonly prefixStatus?: number;
}

/** An answer of this type to a message, with leases on these terms in the associations that it asks for. */
export function answer(message: Dhcpv6Message, type: number, terms: Terms = {}): Dhcpv6Message {
  const { server = 'server', preferred = 3_600, valid = 7_200, t1 = 0, t2 = 0, options = [] } = terms;
  const { address = '2001:db8:0:1::100', prefix = '2001:db8:1:100::/56' } = terms;
  const times = { preferred, valid, options: [] };
  const status = (code: number) => [{ code: DHCPV6_OPTION.statusCode, data: encodeStatus({ code, text: 'no' }) }];
  const associations = message.options.flatMap(({ code, data }): Dhcpv6Option[] => {
    const { iaid } = code === DHCPV6_OPTION.iaNa || code === DHCPV6_OPTION.iaPd ? decodeIa(data) : { iaid: 0 };
    if (code === DHCPV6_OPTION.iaNa) {
      const inner = { code: DHCPV6_OPTION.iaAddress, data: encodeIaAddress({ address: parseIpv6(address), ...times }) };
      const given = terms.addressStatus ? status(terms.addressStatus) : [inner];
      return [{ code, data: encodeIa({ iaid, t1, t2, options: given }) }];
    }
    if (code !== DHCPV6_OPTION.iaPd) return [];
    const [text = '', length] = prefix.split('/');
    const value = { prefix: parseIpv6(text), length: Number(length), ...times };
    const inner = { code: DHCPV6_OPTION.iaPrefix, data: encodeIaPrefix(value) };
    const given = terms.prefixStatus ? status(terms.prefixStatus) : [inner];
    return [{ code, data: encodeIa({ iaid, t1, t2, options: given }) }];
  });
  return {
    type,
    transactionId: message.transactionId,
    options: [
      { code: DHCPV6_OPTION.clientId, data: findOption(message.options, DHCPV6_OPTION.clientId) ?? Buffer.alloc(0) },
      { code: DHCPV6_OPTION.serverId, data: Buffer.from(server) },
      ...associations,
      ...options,
    ],
  };
}

/** A server that advertises and leases on these terms. */
export function serving(terms: Terms = {}): Rig['server'] {
  return (message) => {
    if (message.type === DHCPV6_MESSAGE.solicit) return answer(message, DHCPV6_MESSAGE.advertise, terms);
    if (message.type === DHCPV6_MESSAGE.release) return answer(message, DHCPV6_MESSAGE.reply);
    return answer(message, DHCPV6_MESSAGE.reply, terms);
  };
}
