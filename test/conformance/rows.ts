import { test } from 'node:test';

/** What each standard is needed for. */
export const STANDARDS = [
  'Discovery (RFC 2516)',
  'Large frames (RFC 4638)',
  'rp-pppoe extension: PADM with MOTM and HURL',
  'LCP (RFC 1661, 1570)',
  'PAP (RFC 1334)',
  'CHAP-MD5 (RFC 1994)',
  'MS-CHAPv2 (RFC 2759)',
  'EAP-MD5 (RFC 3748)',
  'IPCP (RFC 1332, 1877)',
  'IPV6CP (RFC 5072)',
  'Inside IPv6 (RFC 4861, 8415)',
  'VLAN (802.1Q, 802.1ad)',
] as const;

/** What real peers do, one row each, in the order of the protocol notes. */
export const PEERS = [
  'Frames padded to 60 octets',
  'Padding inside LCP, after its own length',
  "AC's PPP process starts only after PADS: our first Configure-Request is lost",
  'rp-pppoe opens a new session for each PADR it sees, repeated ones too',
  'PADS names another service than PADR asked for',
  'After our Terminate-Request: Terminate-Ack, and a PADT 3 s later with Generic-Error text',
  'After our PADT, a late LCP Terminate-Request on the dead session',
  'A client that dies: Echo-Requests, Terminate-Requests, PADT (some send no Terminate-Request)',
  "Code-Reject with only the rejected packet's data as body",
  'AC answers Echo only after Opened; some before',
  'Refusals: PAP Nak; CHAP Failure, then Terminate-Requests from both sides; MS-CHAPv2 E=691, cut off',
  'LCP arrives together with, or before, PADS',
  'Session id 0 in PADS, or an error tag',
  'Several PADOs',
  'PADO without AC-Name, or without Service-Name',
  'AC wants Service-Name in PADR even when empty',
  'ISP needs a fixed Host-Uniq',
  'PADO after a failed PADR comes back to unicast',
  'PADT seldom has Host-Uniq',
  "A stale session's PADT or Echo arrives on the new one",
  'Stale session at the AC after a crash: AC silent for minutes',
  'Session frames for an id that is not ours',
  'CHAP challenge of any length 1-255; re-challenge later',
  'Authentication offered that is unsupported or not allowed',
  'CHAP challenge or PAP without LCP having negotiated it',
  'AC starts IPCP without authentication',
  'CHAP Failure after, or instead of, Terminate-Request',
  'Wrong password',
  'MRRU, Endpoint-Discriminator, ACFC, PFC, Callback, Quality-Protocol in Configure-Request',
  'PFC or ACFC used without negotiation',
  'Endless Nak or Reject',
  "AC's IPCP carries DNS or NBNS itself",
  'AC never tells its own address',
  'Peer sends Configure-Request after Opened (LNS switch)',
  'IPV6CP refused (Protocol-Reject)',
  'IPV6CP closed',
  'Interface-Identifier zero or equal to ours',
  'Same option twice in one Configure-Request',
  'Echo-Reply with extra octets; AC that never answers Echo',
  'Round trip above the Restart timer',
  'Vendor LCP codes',
  'ver/type not 0x11, tag length past the end, option length < 2 or past the end',
] as const;

/** Hardening: the bug classes of this field. */
export const HARDENING = [
  'Tag and option walkers that overrun or never advance',
  'Length underflow',
  'A reply larger than its buffer or the MRU',
  'An EAP or MS-CHAP field shorter than its type needs',
  'Zero-length PAP credentials accepted',
  'Credentials compared in variable time',
  'A predictable Host-Uniq, Magic-Number, challenge, AC-Cookie or session id',
  "Per-session state allocated before the AC-Cookie proves the host's MAC",
  'A decoder that grows without bound',
  'PADT or Terminate-Request accepted from a foreign MAC',
  'CHAP answered with our own reflected challenge',
  'AC-Cookie: a keyed hash over host MAC, our MAC, Host-Uniq and an expiry, no state kept before PADR',
] as const;

export type Row = (typeof STANDARDS)[number] | (typeof PEERS)[number] | (typeof HARDENING)[number];

const tested = new Set<Row>();

/** The test of a row, under the row's name. */
export function row(name: Row, check: () => void | Promise<void>): void {
  tested.add(name);
  test(name, check);
}

/** The rows that have no test, once all files of rows are loaded. */
export function untested(): readonly Row[] {
  return [...STANDARDS, ...PEERS, ...HARDENING].filter((name) => !tested.has(name));
}
