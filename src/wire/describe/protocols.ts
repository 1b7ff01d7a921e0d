import { PROTOCOL, protocolName } from '../ppp';

/** Protocols that are seen on PPPoE and not spoken here (IANA, PPP DLL protocol numbers). */
const OTHERS: Readonly<Record<number, string>> = {
  45: 'VJ compressed TCP',
  47: 'VJ uncompressed TCP',
  49: 'Bridging',
  61: 'Multilink',
  253: 'Compressed datagram',
  641: 'MPLS unicast',
  32817: 'BCP',
  32851: 'ECP',
  33287: 'CDPCP',
  33409: 'MPLSCP',
  49189: 'Link-Quality-Report',
  49193: 'CBCP',
  49195: 'BACP',
};

/** `LCP`, or `0x8281` for a protocol without a name here. */
export function pppName(protocol: number): string {
  return OTHERS[protocol] ?? protocolName(protocol);
}

/** True for what carries IP packets: the flow's are counted and not traced. */
export function isIpData(protocol: number): boolean {
  return protocol === PROTOCOL.ipv4 || protocol === PROTOCOL.ipv6;
}
