import {
  DHCPV6_MESSAGE,
  DHCPV6_OPTION,
  DHCPV6_STATUS,
  type Dhcpv6Option,
  decodeAddresses,
  decodeDhcpv6,
  decodeIa,
  decodeIaAddress,
  decodeIaPrefix,
  decodeStatus,
} from '../dhcpv6';
import { formatIpv6 } from '../ip';
import { seconds } from './neighbour';
import { type Body, type Field, field, hex, nameOf, text } from './values';

/** DHCPv6 in words (RFC 8415 §7.3, §21). */

export const DHCPV6_CODES: Readonly<Record<number, string>> = {
  [DHCPV6_MESSAGE.solicit]: 'Solicit',
  [DHCPV6_MESSAGE.advertise]: 'Advertise',
  [DHCPV6_MESSAGE.request]: 'Request',
  4: 'Confirm',
  [DHCPV6_MESSAGE.renew]: 'Renew',
  [DHCPV6_MESSAGE.rebind]: 'Rebind',
  [DHCPV6_MESSAGE.reply]: 'Reply',
  [DHCPV6_MESSAGE.release]: 'Release',
  9: 'Decline',
  [DHCPV6_MESSAGE.reconfigure]: 'Reconfigure',
  11: 'Information-request',
};

const STATUS: Readonly<Record<number, string>> = {
  [DHCPV6_STATUS.success]: 'Success',
  [DHCPV6_STATUS.unspecFail]: 'UnspecFail',
  [DHCPV6_STATUS.noAddrsAvail]: 'NoAddrsAvail',
  [DHCPV6_STATUS.noBinding]: 'NoBinding',
  [DHCPV6_STATUS.notOnLink]: 'NotOnLink',
  [DHCPV6_STATUS.useMulticast]: 'UseMulticast',
  [DHCPV6_STATUS.noPrefixAvail]: 'NoPrefixAvail',
};

const NAMES: Readonly<Record<number, string>> = {
  [DHCPV6_OPTION.clientId]: 'Client-Identifier',
  [DHCPV6_OPTION.serverId]: 'Server-Identifier',
  [DHCPV6_OPTION.requested]: 'Option-Request',
  [DHCPV6_OPTION.iaNa]: 'IA_NA',
  [DHCPV6_OPTION.iaAddress]: 'IA-Address',
  [DHCPV6_OPTION.preference]: 'Preference',
  [DHCPV6_OPTION.elapsedTime]: 'Elapsed-Time',
  [DHCPV6_OPTION.statusCode]: 'Status-Code',
  [DHCPV6_OPTION.rapidCommit]: 'Rapid-Commit',
  [DHCPV6_OPTION.dnsServers]: 'DNS-Servers',
  [DHCPV6_OPTION.iaPd]: 'IA_PD',
  [DHCPV6_OPTION.iaPrefix]: 'IA-Prefix',
  [DHCPV6_OPTION.solMaxRt]: 'SOL_MAX_RT',
};

/** Throws MalformedPacket for data that is too short. */
const VALUES: Readonly<Record<number, (data: Buffer) => string | undefined>> = {
  [DHCPV6_OPTION.requested]: requested,
  [DHCPV6_OPTION.iaNa]: association,
  [DHCPV6_OPTION.iaPd]: association,
  [DHCPV6_OPTION.iaAddress]: leasedAddress,
  [DHCPV6_OPTION.iaPrefix]: leasedPrefix,
  [DHCPV6_OPTION.preference]: (data) => (data.length === 1 ? String(data[0]) : undefined),
  [DHCPV6_OPTION.elapsedTime]: (data) => (data.length === 2 ? `${data.readUInt16BE() / 100} s` : undefined),
  [DHCPV6_OPTION.statusCode]: status,
  [DHCPV6_OPTION.rapidCommit]: (data) => (data.length === 0 ? '' : undefined),
  [DHCPV6_OPTION.dnsServers]: (data) => decodeAddresses(data).map(formatIpv6).join(' '),
  [DHCPV6_OPTION.solMaxRt]: (data) => (data.length === 4 ? `${data.readUInt32BE()} s` : undefined),
};

/** @throws MalformedPacket */
export function describeDhcpv6(octets: Buffer): Body {
  const { options } = decodeDhcpv6(octets);
  return { fields: options.map(describeOption), refuses: options.some(isRefusal) };
}

function describeOption({ code, data }: Dhcpv6Option): Field {
  return field(NAMES[code] ?? `Option ${nameOf({}, code)}`, VALUES[code]?.(data) ?? hex(data));
}

/** True for a Status-Code other than Success, also of an identity association. */
function isRefusal({ code, data }: Dhcpv6Option): boolean {
  if (code === DHCPV6_OPTION.statusCode) return decodeStatus(data).code !== DHCPV6_STATUS.success;
  const holds = code === DHCPV6_OPTION.iaNa || code === DHCPV6_OPTION.iaPd;
  return holds && decodeIa(data).options.some(isRefusal);
}

/** `0x0a0b0c0d T1 1800 s T2 2880 s`, and what is in it. */
function association(data: Buffer): string {
  const { iaid, t1, t2, options } = decodeIa(data);
  const head = `0x${iaid.toString(16).padStart(8, '0')} T1 ${seconds(t1)} T2 ${seconds(t2)}`;
  return [head, ...options.map((option) => inside(describeOption(option)))].join(' ');
}

function leasedAddress(data: Buffer): string {
  const { address, preferred, valid, options } = decodeIaAddress(data);
  const head = `${formatIpv6(address)} preferred ${seconds(preferred)} valid ${seconds(valid)}`;
  return [head, ...options.map((option) => inside(describeOption(option)))].join(' ');
}

function leasedPrefix(data: Buffer): string {
  const { prefix, length, preferred, valid, options } = decodeIaPrefix(data);
  const head = `${formatIpv6(prefix)}/${length} preferred ${seconds(preferred)} valid ${seconds(valid)}`;
  return [head, ...options.map((option) => inside(describeOption(option)))].join(' ');
}

function inside({ name, value }: Field): string {
  return `(${value === '' ? name : `${name} ${value}`})`;
}

function status(data: Buffer): string {
  const { code } = decodeStatus(data);
  const said = text(data.subarray(2));
  return said === '' ? nameOf(STATUS, code) : `${nameOf(STATUS, code)} ${said}`;
}

function requested(data: Buffer): string | undefined {
  if (data.length % 2 !== 0) return undefined;
  const codes = Array.from({ length: data.length / 2 }, (_, index) => data.readUInt16BE(2 * index));
  return codes.map((code) => NAMES[code] ?? String(code)).join(' ');
}
