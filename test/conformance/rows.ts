import { test } from 'node:test';

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
  'Refusals: PAP Nak; CHAP Failure, then Terminate-Requests from both sides; MS-CHAPv2 E=691',
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

export type Row = (typeof PEERS)[number] | (typeof HARDENING)[number];

/** Rows, or parts of rows, that wait for something that is not built yet. */
export const PENDING: readonly { readonly row: Row; readonly missing: string }[] = [
  {
    row: "AC's PPP process starts only after PADS: our first Configure-Request is lost",
    missing: 'the same at IPV6CP',
  },
  {
    row: 'Refusals: PAP Nak; CHAP Failure, then Terminate-Requests from both sides; MS-CHAPv2 E=691',
    missing: 'MS-CHAPv2: E=691 R=1 C=… V=0 M=…, also cut off, is one typed reason with its text',
  },
  { row: 'AC wants Service-Name in PADR even when empty', missing: 'the option that leaves it out of PADI' },
  { row: 'Session frames for an id that is not ours', missing: 'PADT back, at a limited rate' },
  {
    row: 'IPV6CP refused (Protocol-Reject)',
    missing: 'IPV6CP: IPv4 goes on without it, and IPv6 without IPCP',
  },
  { row: 'IPV6CP closed', missing: 'IPV6CP: IPv4 stays up' },
  { row: 'Interface-Identifier zero or equal to ours', missing: 'IPV6CP: Nak with a valid one' },
  { row: 'An EAP or MS-CHAP field shorter than its type needs', missing: 'EAP and MS-CHAPv2' },
];

const tested = new Set<Row>();

/** The test of a row, under the row's name. */
export function row(name: Row, check: () => void | Promise<void>): void {
  tested.add(name);
  test(name, check);
}

/** The rows that have no test, once all files of rows are loaded. */
export function untested(): readonly Row[] {
  return [...PEERS, ...HARDENING].filter((name) => !tested.has(name));
}
