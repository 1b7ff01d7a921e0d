/** The rows about the standards: what each is needed for, from end to end. */
import assert from 'node:assert/strict';
import type { SessionSettings } from '../../src/client/settings';
import type { ConcentratorSettings } from '../../src/concentrator/settings';
import { EVENTS, lookUp, STATES } from '../../src/ppp/automaton-table';
import { decodeDiscovery } from '../../src/pppoe/discovery-packet';
import { CONTROL, decodeOptions } from '../../src/wire/control';
import { decodeEthernet, type VlanTag } from '../../src/wire/ethernet';
import { PROTOCOL } from '../../src/wire/ppp';
import { CODE, findTag, TAG } from '../../src/wire/pppoe';
import { routed } from '../client/ipv6/routed';
import { packet } from '../client/packets';
import { ScriptedAc } from '../client/scripted-ac';
import { Ac, connected, Host } from '../client/stations';
import { World } from '../client/world';
import { ANY_SERVICE, Bench, hostUniq, UNIQ } from '../concentrator/bench';
import { discoveryFrame, Line, option, PEER_ADDRESS, tag, tagsSent } from './line';
import { row } from './rows';

const { lcp, ipcp, ipv6cp } = PROTOCOL;

row('Discovery (RFC 2516)', () => {
  // Host: what must be echoed is, what it does not know does no harm, and nothing counts after End-Of-List.
  const world = new World({ delay: 1 });
  const echoed = [tag(TAG.acCookie, 'cookie'), tag(TAG.relaySessionId, 'relay')];
  const ac = new ScriptedAc(world, {
    padi: () => [
      tag(TAG.serviceName),
      tag(TAG.vendorSpecific, Buffer.from('00000de901', 'hex')),
      ...echoed,
      tag(0x7777, 'unknown'),
      tag(TAG.acName, 'ac'),
      tag(TAG.hostUniq, findTag(tagsSent(world, 'PADI'), TAG.hostUniq)),
      tag(TAG.endOfList),
      tag(TAG.genericError, 'not there'),
    ],
  });
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'up');
  const padr = tagsSent(world, 'PADR');
  for (const { type, value } of echoed) assert.deepEqual(findTag(padr, type), value);
  assert.equal(findTag(padr, TAG.vendorSpecific), undefined);
  assert.deepEqual(findTag(padr, TAG.hostUniq), findTag(tagsSent(world, 'PADI'), TAG.hostUniq));
  const [padi] = world.log;
  assert.equal(padi?.frame.toString('hex', 0, 6), 'ffffffffffff');
  ac.padt(host.address, host.snapshot.sessionId ?? 0);
  world.runUntil(() => host.state === 'waiting');
  assert.equal(host.snapshot.reason?.code, 'peer-terminated');

  // Access Concentrator: Relay-Session-Id and Host-Uniq come back, an unknown service is a Service-Name-Error.
  const bench = new Bench({ acName: 'lab', serviceNames: ['gold'] });
  const relay = tag(TAG.relaySessionId, 'relay');
  const cookie = bench.cookie();
  const gold = tag(TAG.serviceName, 'gold');
  const [pado] = bench.padi([gold, hostUniq(UNIQ), relay]);
  const [pads] = bench.padr([gold, hostUniq(UNIQ), relay, cookie]);
  for (const answer of [pado, pads]) {
    assert.deepEqual(findTag(answer?.tags ?? [], TAG.hostUniq), UNIQ);
    assert.deepEqual(findTag(answer?.tags ?? [], TAG.relaySessionId), relay.value);
  }
  assert.equal(bench.sessions, 1);
  const [refused] = bench.padr([tag(TAG.serviceName, 'lead'), hostUniq(UNIQ), cookie]);
  assert.equal(refused?.sessionId, 0);
  assert.ok(findTag(refused?.tags ?? [], TAG.serviceNameError));
  bench.discovery(CODE.PADT, [], { sessionId: pads?.sessionId ?? 0 });
  assert.equal(bench.sessions, 0);
  assert.equal(bench.padi([ANY_SERVICE])[0]?.code, CODE.PADO);
});

row('Large frames (RFC 4638)', () => {
  const sizes = (acMtu: number, acMru: number) => {
    const world = new World();
    new Ac(world, { mru: acMru }, 'ac', acMtu);
    const host = new Host(world, { mru: 1_500 }, 'host', 1_508).open();
    world.runUntil(() => host.state === 'up');
    const { mru, mtu } = host.snapshot;
    return [mru, mtu, findTag(tagsSent(world, 'PADI'), TAG.pppMaxPayload)?.readUInt16BE()];
  };
  assert.deepEqual(sizes(1_508, 1_500), [1_500, 1_500, 1_500]);
  assert.deepEqual(sizes(1_500, 1_492), [1_492, 1_492, 1_500], 'fall back when the tag is not echoed');
  const world = new World();
  new Ac(world, { mru: 8_992 }, 'ac', 9_000);
  const jumbo = new Host(world, { mru: 8_992 }, 'host', 9_000).open();
  world.runUntil(() => jumbo.state === 'up');
  assert.deepEqual([jumbo.snapshot.mru, jumbo.snapshot.mtu], [8_992, 8_992], 'and beyond, on jumbo links');
});

row('rp-pppoe extension: PADM with MOTM and HURL', () => {
  const line = new Line().up();
  assert.deepEqual([CODE.PADM, TAG.motm, TAG.hurl], [0xd3, 0x0112, 0x0111]);
  const tags = [tag(TAG.motm, 'Welcome'), tag(TAG.hurl, 'http://isp.example/')];
  line.frame(discoveryFrame('PADM', line.ac.address, line.host.address, line.id, tags));
  assert.deepEqual(
    line.host.events.filter(({ type }) => type === 'message'),
    [
      { type: 'message', kind: 'motm', text: 'Welcome' },
      { type: 'message', kind: 'hurl', text: 'http://isp.example/' },
    ],
  );
  assert.equal(line.host.state, 'up');
});

row('LCP (RFC 1661, 1570)', () => {
  // The table, of which test/ppp holds each cell against the RFC's page and against the interpreter.
  assert.deepEqual([EVENTS.length, STATES.length], [16, 10]);
  assert.ok(EVENTS.every((event) => STATES.some((state) => lookUp(event, state))));
  // Max-Configure 10, with the Restart timer of 200 ms that doubles up to 3 s; nothing is answered.
  const silent = new Line();
  silent.world.runUntil(() => silent.host.state === 'waiting', 60_000);
  const asked = silent.sent(lcp, CONTROL.configureRequest).map(({ at }) => at);
  assert.deepEqual(asked, [0, 200, 600, 1_400, 3_000, 6_000, 9_000, 12_000, 15_000, 18_000]);
  assert.equal(silent.host.snapshot.reason?.code, 'no-reply');
  // Max-Terminate 2.
  const ending = new Line().up();
  ending.host.close();
  ending.world.runUntil(() => ending.host.state === 'idle', 10_000);
  assert.equal(ending.sent(lcp, CONTROL.terminateRequest).length, 2);
  // Echo-Request with data, Discard-Request, Identification, Time-Remaining; Protocol-Reject for what is not known.
  const line = new Line().up();
  const data = Buffer.from('00000000abcd', 'hex');
  const [reply] = line.say(lcp, { code: CONTROL.echoRequest, identifier: 3, data });
  assert.deepEqual([reply?.code, reply?.identifier, reply?.data.subarray(4)], [CONTROL.echoReply, 3, data.subarray(4)]);
  const texts = {
    [CONTROL.discardRequest]: Buffer.alloc(4),
    [CONTROL.identification]: Buffer.from('\0\0\0\0accel-ppp'),
    [CONTROL.timeRemaining]: Buffer.from('\0\0\0\0\0\0\0\x3cBye'),
  };
  for (const [code, text] of Object.entries(texts)) {
    assert.deepEqual(line.say(lcp, { code: Number(code), identifier: 1, data: text }), []);
  }
  assert.ok(line.host.progress.includes('Peer identifies itself as accel-ppp'));
  assert.ok(line.host.progress.includes('Peer lets this session go on for 60 s more: Bye'));
  assert.equal(line.say(0x8281, { code: 1, identifier: 1, data: Buffer.alloc(0) })[0]?.code, CONTROL.protocolReject);
  assert.equal(line.host.state, 'up');
  // A looped line: what we ask for comes back.
  const looped = new Line();
  for (let round = 0; round < 40 && looped.host.state === 'establishing'; round++) {
    const { identifier, data: own } = looped.last(lcp, CONTROL.configureRequest);
    looped.say(lcp, { code: CONTROL.configureRequest, identifier, data: own });
    const nak = looped.sent(lcp, CONTROL.configureNak).at(-1);
    if (nak) looped.say(lcp, nak);
  }
  looped.world.runUntil(() => looped.host.state === 'waiting', 60_000);
  assert.equal(looped.host.snapshot.reason?.code, 'loopback');
});

row('IPCP (RFC 1332, 1877)', () => {
  const serving: Partial<ConcentratorSettings> = {
    dns: [Buffer.of(9, 9, 9, 9), Buffer.of(1, 1, 1, 1)],
    nbns: [Buffer.of(10, 64, 0, 8), Buffer.of(10, 64, 0, 9)],
  };
  const told = (settings: Partial<SessionSettings>, given = serving) => {
    const { localAddress, remoteAddress, dns, nbns } = connected(new World(), settings, given).host.snapshot;
    return [localAddress, remoteAddress, dns, nbns];
  };
  const [dns, nbns] = [
    ['9.9.9.9', '1.1.1.1'],
    ['10.64.0.8', '10.64.0.9'],
  ];
  assert.deepEqual(told({ nbns: true }), ['10.64.0.2', '10.64.0.1', dns, nbns]);
  assert.deepEqual(told({}), ['10.64.0.2', '10.64.0.1', dns, []], 'NBNS only where they are asked for');
  assert.deepEqual(told({ nbns: true }, {}), ['10.64.0.2', '10.64.0.1', [], []], 'a peer without them does no harm');
  const own = new Line({ address: Buffer.of(192, 0, 2, 7), dns: false }).openLcp();
  own.request(ipcp, [PEER_ADDRESS]);
  own.answer(ipcp, CONTROL.configureAck);
  assert.equal(own.host.snapshot.localAddress, '192.0.2.7', 'an address of our own');
  const vj = option(2, 0, 0x2d, 15, 1);
  const line = new Line().openLcp();
  assert.deepEqual(line.request(ipcp, [PEER_ADDRESS, vj]), { code: CONTROL.configureReject, options: [vj] });
  line.openIpcp();
  assert.equal(line.host.state, 'up');
});

row('IPV6CP (RFC 5072)', () => {
  const interfaceIdentifier = Buffer.from('0000000000000abc', 'hex');
  const noServers = { dhcpv6: { addresses: false, prefixDelegation: false } };
  const line = new Line({ ipv6: true, ipv4: false, interfaceIdentifier, ...noServers }).openLcp();
  const [ours] = decodeOptions(line.last(ipv6cp, CONTROL.configureRequest).data, 'sent');
  assert.deepEqual(ours, { type: 1, data: interfaceIdentifier });
  assert.equal(line.request(ipv6cp, [option(1, 0, 0, 0, 0, 0, 0, 0, 9)]).code, CONTROL.configureAck);
  line.answer(ipv6cp, CONTROL.configureAck);
  assert.equal(line.host.state, 'up', 'IPv6 alone is enough');
  const { linkLocal, remoteLinkLocal } = line.host.snapshot.ipv6 ?? {};
  assert.deepEqual([linkLocal, remoteLinkLocal], ['fe80::abc', 'fe80::9']);
});

row('Inside IPv6 (RFC 4861, 8415)', () => {
  const { host } = routed();
  const { addresses = [], prefixes = [], router } = host.snapshot.ipv6 ?? {};
  assert.deepEqual(
    addresses.map(({ address, source }) => `${address} ${source}`),
    ['2001:db8:1::2 slaac', '2001:db8:0:1::100 dhcpv6'],
  );
  assert.deepEqual(
    prefixes.map(({ prefix, length }) => `${prefix}/${length}`),
    ['2001:db8:1:100::/56'],
  );
  assert.equal(router, 'fe80::1');
  assert.ok(host.events.some(({ type }) => type === 'prefix-delegated'));
  const codes = host.session.trace.frames.map((frame) => frame.event().code);
  for (const code of ['Router-Solicitation', 'Router-Advertisement', 'Solicit', 'Advertise', 'Request', 'Reply']) {
    assert.ok(codes.includes(code), code);
  }
});

row('VLAN (802.1Q, 802.1ad)', () => {
  const one = (vid: number, pcp = 0, tpid = 0x8100): VlanTag => ({ tpid, vid, pcp, dei: false });
  for (const vlan of [[one(7, 5)], [one(100, 3, 0x88a8), one(7, 3)], [one(0, 6)]]) {
    const world = new World();
    const ac = new Ac(world, { vlan });
    const host = new Host(world, { vlan }).open();
    world.runUntil(() => host.state === 'up');
    const { localAddress = '' } = host.snapshot;
    host.act((session) => session.sendPackets([packet(localAddress, '192.0.2.1')]));
    world.runFor(10);
    assert.equal(ac.packets.length, 1);
    assert.ok(world.log.every(({ frame }) => decodeEthernet(frame).tags.length === vlan.length));
    assert.deepEqual(decodeDiscovery(world.log[0]?.frame ?? Buffer.alloc(0)).vlan, vlan);
  }
  const untagged = new World();
  new Ac(untagged, { vlan: [one(0, 5)] });
  const host = new Host(untagged).open();
  untagged.runUntil(() => host.state === 'up');
  assert.equal(host.snapshot.localAddress, '10.64.0.2', 'VID 0 is accepted as untagged');
  const apart = new World();
  new Ac(apart, { vlan: [one(8)] });
  const other = new Host(apart, { vlan: [one(7)] }).open();
  apart.runUntil(() => other.state === 'waiting');
  assert.equal(other.snapshot.reason?.code, 'no-offer', 'another VLAN is another segment');
});
