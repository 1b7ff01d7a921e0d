import { decodeDiscovery } from '../../src/pppoe/discovery-packet';
import { decodeChapValue } from '../../src/wire/chap';
import { decodeControl, decodeOptions } from '../../src/wire/control';
import { decodeEoip } from '../../src/wire/eoip';
import { decodeEtherip } from '../../src/wire/etherip';
import { decodeEthernet } from '../../src/wire/ethernet';
import { decodeGre } from '../../src/wire/gre';
import { decodeIcmpEcho, decodeUnreachable } from '../../src/wire/icmp';
import { checkIp, decodeIpv4, summarizeIp } from '../../src/wire/ip';
import { decodePapMessage, decodePapRequest } from '../../src/wire/pap';
import { decodePpp } from '../../src/wire/ppp';
import { decodePppoe, decodeTags } from '../../src/wire/pppoe';
import { MalformedPacket } from '../../src/wire/reader';
import { decodeVxlan } from '../../src/wire/vxlan';
import type { Prng } from '../client/prng';

/** Every decoder of src/wire, and the one that is made of several. */
const DECODERS: readonly ((bytes: Buffer) => unknown)[] = [
  decodeEthernet,
  decodePppoe,
  decodeTags,
  decodePpp,
  (bytes) => decodeControl(bytes, 'LCP'),
  (bytes) => decodeOptions(bytes, 'LCP'),
  decodeChapValue,
  decodePapRequest,
  decodePapMessage,
  decodeIpv4,
  summarizeIp,
  checkIp,
  decodeIcmpEcho,
  decodeDiscovery,
  decodeGre,
  decodeEoip,
  decodeEtherip,
  decodeVxlan,
  decodeUnreachable,
];

/** Where in a frame a decoder's own part would begin. */
const STARTS = [0, 14, 20, 22, 26, 28];

/** So many decoders get each frame: over a run every one gets hundreds of thousands. */
const AT_A_TIME = 3;

/** Hands octets to some decoders: each gives a value or throws MalformedPacket. Anything else is thrown on. */
export function decodeSome(frame: Buffer, random: Prng): void {
  const start = random.chance(0.8) ? random.pick(STARTS) : random.below(frame.length + 1);
  const bytes = frame.subarray(start);
  for (let count = 0; count < AT_A_TIME; count++) {
    try {
      random.pick(DECODERS)(bytes);
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
    }
  }
}
