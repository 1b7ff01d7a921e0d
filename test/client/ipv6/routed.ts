import type { SessionSettings } from '../../../src/client/settings';
import { decodeDhcpv6 } from '../../../src/wire/dhcpv6';
import { ICMPV6 } from '../../../src/wire/icmpv6';
import { IP_PROTOCOL } from '../../../src/wire/ip';
import { decodeIpv6 } from '../../../src/wire/ipv6';
import { encodeMtu } from '../../../src/wire/nd-options';
import { PROTOCOL } from '../../../src/wire/ppp';
import { decodeUdp } from '../../../src/wire/udp';
import { ScriptedAc } from '../scripted-ac';
import { Host } from '../stations';
import { World } from '../world';
import { autonomous, fromServer, IDENTIFIER, routerAdvertisement, serving, type Terms } from './rig';

export const V4 = () => ({ address: Buffer.of(10, 64, 0, 1), askDns: false, peerAddress: Buffer.of(10, 64, 0, 2) });
export const V6 = { identifier: Buffer.from('0000000000000001', 'hex') };
export const dual = { ipcp: V4, ipv6cp: V6 };

/** A router with a DHCPv6 server behind an access concentrator; it answers after the segment's delay. */
export function routed(
  settings: Partial<SessionSettings> = {},
  terms: Terms = {},
  isThere = (host: Host) => (host.snapshot.ipv6?.prefixes.length ?? 0) > 0,
) {
  const world = new World({ delay: 5 });
  const ac = new ScriptedAc(world, { ppp: dual });
  const host = new Host(world, { interfaceIdentifier: IDENTIFIER, ...settings });
  const messages: string[] = [];
  let silent = false;
  ac.onPacket = (id, octets) => {
    if ((octets[0] ?? 0) >> 4 === 4) return;
    const received = decodeIpv6(octets);
    const send = (packetOf: Buffer) => ac.sendPacket(host.address, id, PROTOCOL.ipv6, packetOf);
    if (received.nextHeader === IP_PROTOCOL.icmpv6) {
      if (received.payload[0] !== ICMPV6.routerSolicitation) return;
      return send(routerAdvertisement([autonomous('2001:db8:1::', 86_400), encodeMtu(1_400)]));
    }
    const message = decodeDhcpv6(decodeUdp(received.payload, received).data);
    messages.push(`${message.type}`);
    const reply = silent ? undefined : serving(terms)(message);
    if (reply) send(fromServer(reply));
  };
  host.open();
  world.runUntil(() => isThere(host));
  const silence = () => {
    silent = true;
  };
  return { world, ac, host, messages, silence, id: host.snapshot.sessionId ?? 0 };
}
