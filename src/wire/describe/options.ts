import { formatIpv4 } from '../ip';
import { IPCP_OPTION } from '../ipcp';
import { CHAP_ALGORITHM, LCP_OPTION } from '../lcp';
import { PROTOCOL } from '../ppp';
import { pppName } from './protocols';
import { type Format, hex, hex32, nameOf, nothing, number16, text } from './values';

/** The configuration options of one control protocol, by type. */
export type OptionTable = Readonly<Record<number, readonly [name: string, format: Format]>>;

const ALGORITHMS: Readonly<Record<number, string>> = {
  [CHAP_ALGORITHM.md5]: 'MD5',
  6: 'SHA-1',
  7: 'SHA-256',
  [CHAP_ALGORITHM.msChap]: 'MS-CHAP',
  [CHAP_ALGORITHM.msChapV2]: 'MS-CHAPv2',
};

/** A PPP protocol number, for CHAP with its algorithm (RFC 1661 §6.2, RFC 1994 §3). */
const authentication: Format = (data) => {
  if (data.length < 2) return undefined;
  const protocol = data.readUInt16BE();
  const rest = data.subarray(2);
  if (protocol === PROTOCOL.chap && rest.length === 1) return `CHAP with ${nameOf(ALGORITHMS, rest[0] as number)}`;
  return rest.length === 0 ? pppName(protocol) : `${pppName(protocol)} ${hex(rest)}`;
};

/** A PPP protocol number; Link-Quality-Report has a period in 1/100 s (RFC 1989 §3.1). */
const quality: Format = (data) => {
  if (data.length < 2) return undefined;
  const name = pppName(data.readUInt16BE());
  if (data.length === 6) return `${name} every ${data.readUInt32BE(2) / 100} s`;
  return data.length === 2 ? name : `${name} ${hex(data.subarray(2))}`;
};

const CALLBACK: Readonly<Record<number, string>> = {
  0: 'by user authentication',
  1: 'dialing string',
  2: 'location',
  3: 'E.164 number',
  4: 'name',
  6: 'by CBCP',
};

const callback: Format = (data) => {
  if (data.length === 0) return undefined;
  const operation = nameOf(CALLBACK, data[0] as number);
  return data.length === 1 ? operation : `${operation} ${text(data.subarray(1))}`;
};

const DISCRIMINATORS: Readonly<Record<number, string>> = {
  0: 'null',
  1: 'local',
  2: 'IPv4',
  3: 'MAC',
  4: 'magic',
  5: 'telephone number',
};

/** A class and an address of that class (RFC 1990 §5.1.3). */
const discriminator: Format = (data) => {
  if (data.length === 0) return undefined;
  const address = data.subarray(1);
  const name = nameOf(DISCRIMINATORS, data[0] as number);
  if (address.length === 0) return name;
  return `${name} ${data[0] === 2 && address.length === 4 ? formatIpv4(address) : hex(address)}`;
};

/** RFC 1661 §6, RFC 1662 §7, RFC 1570, RFC 1990 §5.1. */
export const LCP_OPTIONS: OptionTable = {
  0: ['Vendor-Specific', hex],
  [LCP_OPTION.mru]: ['MRU', number16],
  2: ['Async-Control-Character-Map', hex32],
  [LCP_OPTION.authentication]: ['Authentication-Protocol', authentication],
  [LCP_OPTION.quality]: ['Quality-Protocol', quality],
  [LCP_OPTION.magicNumber]: ['Magic-Number', hex32],
  [LCP_OPTION.pfc]: ['Protocol-Field-Compression', nothing],
  [LCP_OPTION.acfc]: ['Address-and-Control-Field-Compression', nothing],
  9: ['FCS-Alternatives', hex],
  10: ['Self-Describing-Padding', hex],
  11: ['Numbered-Mode', hex],
  [LCP_OPTION.callback]: ['Callback', callback],
  15: ['Compound-Frames', nothing],
  [LCP_OPTION.mrru]: ['Multilink-MRRU', number16],
  18: ['Short-Sequence-Number-Header-Format', nothing],
  [LCP_OPTION.endpointDiscriminator]: ['Endpoint-Discriminator', discriminator],
  23: ['Link-Discriminator', number16],
};

const address: Format = (data) => (data.length === 4 ? formatIpv4(data) : undefined);

/** RFC 1332 §3.1, RFC 1144: Van Jacobson's with the number of the last slot and whether slot ids are compressed. */
const compression: Format = (data) => {
  if (data.length < 2) return undefined;
  const name = pppName(data.readUInt16BE());
  if (data.length !== 4) return data.length === 2 ? name : `${name} ${hex(data.subarray(2))}`;
  return `${name}, Max-Slot-Id ${data[2]}, Comp-Slot-Id ${data[3]}`;
};

export const IPCP_OPTIONS: OptionTable = {
  [IPCP_OPTION.ipAddresses]: ['IP-Addresses', hex],
  [IPCP_OPTION.ipCompression]: ['IP-Compression-Protocol', compression],
  [IPCP_OPTION.ipAddress]: ['IP-Address', address],
  4: ['Mobile-IPv4', address],
  [IPCP_OPTION.primaryDns]: ['Primary-DNS-Address', address],
  [IPCP_OPTION.primaryNbns]: ['Primary-NBNS-Address', address],
  [IPCP_OPTION.secondaryDns]: ['Secondary-DNS-Address', address],
  [IPCP_OPTION.secondaryNbns]: ['Secondary-NBNS-Address', address],
};

/** Four groups of four hexadecimal digits (RFC 5072 §4.1). */
const interfaceIdentifier: Format = (data) =>
  data.length === 8 ? data.toString('hex').replaceAll(/(....)(?=.)/g, '$1:') : undefined;

export const IPV6CP_OPTIONS: OptionTable = {
  1: ['Interface-Identifier', interfaceIdentifier],
  2: ['IPv6-Compression-Protocol', compression],
};

/** RFC 1962 §4 and the registry that came of it. */
export const CCP_OPTIONS: OptionTable = {
  0: ['OUI', hex],
  1: ['Predictor-1', hex],
  2: ['Predictor-2', hex],
  3: ['Puddle-Jumper', hex],
  16: ['Hewlett-Packard-PPC', hex],
  17: ['Stac-LZS', hex],
  18: ['MPPC-and-MPPE', hex],
  19: ['Gandalf-FZA', hex],
  20: ['V.42bis', hex],
  21: ['BSD-Compress', hex],
  23: ['LZS-DCP', hex],
  24: ['Deflate-draft', hex],
  26: ['Deflate', hex],
};
