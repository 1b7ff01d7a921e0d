import { decodeEoip, EOIP_HEADER, eoipHeader } from '../wire/eoip';
import { decodeEtherip, encodeEtherip } from '../wire/etherip';
import { decodeGre, encodeGre, TRANSPARENT_ETHERNET } from '../wire/gre';
import { decodeVxlan, encodeVxlan } from '../wire/vxlan';
import type { Eoip, Gre, Tunnel, Vxlan } from './tunnel-text';

/** What a packet of the far end holds. */
export type Unwrapped =
  | { readonly kind: 'frame'; readonly frame: Buffer }
  /** For another tunnel between the same addresses: another key, tunnel id or VNI. */
  | { readonly kind: 'wrong-key' }
  | { readonly kind: 'keepalive' };

/** How a kind of tunnel wraps an Ethernet frame. */
export interface Encapsulation {
  /** Octets of the header. */
  readonly overhead: number;
  /** A packet without a frame that tells the far end that we are there, where the kind has one. */
  readonly keepalive?: Buffer;
  /** What goes before a frame of this length. */
  header(length: number): Buffer;
  /** @throws MalformedPacket */
  unwrap(packet: Buffer): Unwrapped;
  /** Whether a packet that begins like this, perhaps cut off, is one that we have sent. */
  isOwn(start: Buffer): boolean;
}

const NOTHING = Buffer.alloc(0);

export function encapsulationOf(tunnel: Tunnel): Encapsulation {
  switch (tunnel.kind) {
    case 'gre':
      return gre(tunnel);
    case 'eoip':
      return eoip(tunnel);
    case 'etherip':
      return fixed(encodeEtherip(NOTHING), (packet) => ({ kind: 'frame', frame: decodeEtherip(packet) }));
    case 'vxlan':
      return vxlan(tunnel);
  }
}

function fixed(header: Buffer, unwrap: Encapsulation['unwrap']): Encapsulation {
  return {
    overhead: header.length,
    header: () => header,
    unwrap,
    isOwn: (start) => start.subarray(0, header.length).equals(header),
  };
}

function gre({ key }: Gre): Encapsulation {
  const header = { protocol: TRANSPARENT_ETHERNET, ...(key === undefined ? {} : { key }) };
  return fixed(encodeGre({ ...header, payload: NOTHING }), (packet) => {
    const { key: theirs, protocol, payload } = decodeGre(packet);
    // A tunnel without a key is another one than that with the key 0 (RFC 2890 §2).
    if (theirs !== key || protocol !== TRANSPARENT_ETHERNET) return { kind: 'wrong-key' };
    return { kind: 'frame', frame: payload };
  });
}

function eoip({ tunnelId }: Eoip): Encapsulation {
  const empty = eoipHeader(tunnelId, 0);
  return {
    overhead: EOIP_HEADER,
    keepalive: empty,
    header: (length) => eoipHeader(tunnelId, length),
    unwrap: (packet) => {
      const { tunnelId: theirs, payload } = decodeEoip(packet);
      if (theirs !== tunnelId) return { kind: 'wrong-key' };
      return payload.length === 0 ? { kind: 'keepalive' } : { kind: 'frame', frame: payload };
    },
    // All but the length.
    isOwn: (start) =>
      start.length >= EOIP_HEADER && eoipHeader(tunnelId, start.readUInt16BE(4)).equals(start.subarray(0, EOIP_HEADER)),
  };
}

function vxlan({ vni }: Vxlan): Encapsulation {
  return fixed(encodeVxlan({ vni, payload: NOTHING }), (packet) => {
    const { vni: theirs, payload } = decodeVxlan(packet);
    return theirs === vni ? { kind: 'frame', frame: payload } : { kind: 'wrong-key' };
  });
}
