import { decodeControl } from '../control';
import { DHCPV6_PORT } from '../dhcpv6';
import { IP_PROTOCOL, summarizeIp } from '../ip';
import { decodeIpv6 } from '../ipv6';
import { decodePpp, PROTOCOL } from '../ppp';
import { CODE, decodePppoe } from '../pppoe';
import { MalformedPacket } from '../reader';
import { decodeUdp } from '../udp';
import { authenticationCode, describeAuthentication, isAuthentication } from './authentication';
import { controlCode, describeControl, isControlProtocol } from './control';
import { DHCPV6_CODES, describeDhcpv6 } from './dhcpv6';
import { describeTags, discoveryCode } from './discovery';
import { locatePppoe, PPPOE_TYPES, type PppoeTypes } from './locate';
import { describeNeighbour, NEIGHBOUR_CODES } from './neighbour';
import { isIpData, pppName } from './protocols';
import { type Field, field, hex, nameOf } from './values';

/** What a frame says, in the RFCs' words. */
export interface FrameDescription {
  /**
   * `PPPoE` for discovery, else the PPP protocol: `LCP`, `CHAP`, `IPCP`, or `0x8281` for one without a name here. Of IPv6
   * `ICMPv6` for Neighbour Discovery, and `DHCPv6`.
   */
  readonly protocol: string;
  /** `PADI`, `Configure-Request`, or `0x2a`; empty when it has none. */
  readonly code: string;
  /** Of DHCPv6 the transaction id. */
  readonly identifier?: number;
  /** SESSION_ID; 0 until PADS. */
  readonly sessionId?: number;
  /** Tags, options, or other fields, in their order. Secrets are not among them. */
  readonly options: readonly Field[];
  /** It refuses what the other side asked for. */
  readonly refuses?: true;
  /** Why it is no whole packet; what is known of it is there all the same. */
  readonly malformed?: string;
}

const IPV6_HEADER = 40;
const DHCPV6_PORTS: readonly number[] = Object.values(DHCPV6_PORT);

const NOTHING: FrameDescription = { protocol: 'Ethernet', code: '', options: [] };

/** Describes an Ethernet frame. Never throws, whatever its octets. */
export function describeFrame(frame: Buffer, types: PppoeTypes = PPPOE_TYPES): FrameDescription {
  const place = locatePppoe(frame, types);
  if (!place) return { ...NOTHING, malformed: 'There is no PPPoE header' };
  const octets = frame.subarray(place.at);
  let known: FrameDescription = { ...NOTHING, protocol: 'PPPoE' };
  const learn = (more: Partial<FrameDescription>) => {
    known = { ...known, ...more };
  };
  try {
    if (place.stage === 'discovery') discovery(octets, learn);
    else session(octets, learn);
  } catch (error) {
    if (!(error instanceof MalformedPacket)) throw error;
    learn({ malformed: error.message });
  }
  return known;
}

type Learn = (more: Partial<FrameDescription>) => void;

function discovery(octets: Buffer, learn: Learn): void {
  if (octets.length > 1) learn({ code: discoveryCode(octets[1] as number) });
  const { code, sessionId, payload } = decodePppoe(octets);
  learn({ sessionId });
  const { fields, refuses } = describeTags(code, sessionId, payload);
  learn({ options: fields, ...(refuses ? { refuses } : {}) });
}

function session(octets: Buffer, learn: Learn): void {
  const { code, sessionId, payload } = decodePppoe(octets);
  learn({ sessionId });
  if (code !== CODE.session) {
    const name = discoveryCode(code);
    return learn({ code: name, malformed: `PPPoE code ${name} in the session stage` });
  }
  const { protocol, information } = decodePpp(payload);
  learn({ protocol: pppName(protocol) });
  if (protocol === PROTOCOL.ipv6 && configuration(information, learn)) return;
  if (isIpData(protocol)) return data(information, learn);
  if (!isControlProtocol(protocol) && !isAuthentication(protocol)) {
    return learn({ options: information.length > 0 ? [field('Data', hex(information))] : [] });
  }
  control(protocol, information, learn);
}

function control(protocol: number, octets: Buffer, learn: Learn): void {
  const [name, describe] = isAuthentication(protocol)
    ? ([authenticationCode, describeAuthentication] as const)
    : ([controlCode, describeControl] as const);
  if (octets.length > 1) learn({ code: name(protocol, octets[0] as number), identifier: octets[1] as number });
  const { fields, refuses } = describe(protocol, decodeControl(octets, pppName(protocol)));
  learn({ options: fields, ...(refuses ? { refuses } : {}) });
}

/** What IPv6 hosts and routers tell each other to configure themselves. @returns false for any other packet. */
function configuration(octets: Buffer, learn: Learn): boolean {
  if (octets.length < IPV6_HEADER) return false;
  const packet = decodeIpv6(octets);
  const { nextHeader, payload } = packet;
  if (nextHeader === IP_PROTOCOL.icmpv6) {
    const code = NEIGHBOUR_CODES[payload[0] ?? 0];
    if (code === undefined) return false;
    learn({ protocol: 'ICMPv6', code });
    learn({ options: describeNeighbour(packet) });
    return true;
  }
  if (nextHeader !== IP_PROTOCOL.udp || payload.length < 4 || !DHCPV6_PORTS.includes(payload.readUInt16BE(2)))
    return false;
  learn({ protocol: 'DHCPv6' });
  const { data: message } = decodeUdp(payload, packet);
  if (message.length > 0) learn({ code: nameOf(DHCPV6_CODES, message[0] as number) });
  if (message.length >= 4) learn({ identifier: message.readUIntBE(1, 3) });
  const { fields, refuses } = describeDhcpv6(message);
  learn({ options: fields, ...(refuses ? { refuses } : {}) });
  return true;
}

function data(packet: Buffer, learn: Learn): void {
  const { source, destination, length } = summarizeIp(packet);
  learn({
    options: [field('Source', source), field('Destination', destination), field('Length', String(length))],
  });
}

/** A description on one line: `LCP Configure-Request 1: MRU 1492, Magic-Number 0x8b26d0ba`. */
export function frameLine({ protocol, code, identifier, sessionId, options, malformed }: FrameDescription): string {
  const isDiscovery = protocol === 'PPPoE' && code !== '';
  const head = [
    isDiscovery ? code : [protocol, code].filter((part) => part !== '').join(' '),
    ...(identifier === undefined ? [] : [String(identifier)]),
    ...(isDiscovery && sessionId ? [`session ${sessionId}`] : []),
  ].join(' ');
  const fields = options.map(({ name, value }) => (value === '' ? name : `${name} ${value}`)).join(', ');
  const line = fields === '' ? head : `${head}: ${fields}`;
  return malformed === undefined ? line : `${line} (malformed: ${malformed})`;
}
