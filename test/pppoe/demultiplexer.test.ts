import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Demultiplexer } from '../../src/pppoe/demultiplexer';
import { encodeDiscovery } from '../../src/pppoe/discovery-packet';
import { SessionFrameTemplate } from '../../src/pppoe/session-frame';
import { encodeEthernet } from '../../src/wire/ethernet';
import { BROADCAST, type MacAddress } from '../../src/wire/mac-address';
import { PROTOCOL } from '../../src/wire/ppp';
import { CODE, TAG } from '../../src/wire/pppoe';
import { A, B, discovery, frame, HOST2, station, vlan } from './demultiplexer-rig';
import { AC1, AC2, HOST, tag } from './discovery-rig';

test('PADI and PADR go to concentrators, PADO and PADS to the host with the Host-Uniq', () => {
  const demultiplexer = new Demultiplexer();
  const ac = station(demultiplexer, { role: 'concentrator', address: AC1 });
  const [a, b] = [station(demultiplexer), station(demultiplexer)];
  demultiplexer.listen(a, { hostUniq: A });
  demultiplexer.listen(b, { hostUniq: B });
  const fromHost = { source: HOST, destination: AC1 };
  demultiplexer.dispatch(
    [
      discovery(CODE.PADI, { ...fromHost, destination: BROADCAST }, A),
      discovery(CODE.PADR, fromHost, A),
      discovery(CODE.PADO, {}, A),
      discovery(CODE.PADS, { sessionId: 7 }, B),
    ],
    0,
  );
  assert.deepEqual([ac.story, a.story, b.story], [['PADI 0', 'PADR 0'], ['PADO 0'], ['PADS 7']]);
  assert.deepEqual(demultiplexer.counters, { malformed: 0, unclaimed: 0 });
});

test('what nobody wants is counted: unclaimed', () => {
  const demultiplexer = new Demultiplexer();
  const host = station(demultiplexer);
  demultiplexer.listen(host, { hostUniq: A, session: { peer: AC1, id: 7 } });
  const strays = [
    discovery(CODE.PADO, {}, B),
    discovery(CODE.PADO),
    discovery(CODE.PADO, { destination: HOST2 }, A),
    discovery(CODE.PADI, { source: HOST2, destination: BROADCAST }),
    discovery(CODE.PADT, { sessionId: 8 }),
    discovery(CODE.PADT, { sessionId: 7, source: AC2 }),
    discovery(CODE.PADT, { sessionId: 7, destination: HOST2 }),
    discovery(0x42, {}, A),
    frame(1, 8),
    frame(1, 7, AC2),
    frame(1, 7, AC1, HOST2),
  ];
  demultiplexer.dispatch(strays, 0);
  assert.deepEqual(host.story, []);
  assert.deepEqual(demultiplexer.counters, { malformed: 0, unclaimed: strays.length });
});

test('what is not well-formed is counted: malformed, and what comes after it arrives', () => {
  const demultiplexer = new Demultiplexer();
  const host = station(demultiplexer);
  demultiplexer.listen(host, { hostUniq: A });
  const good = discovery(CODE.PADO, {}, A);
  const version = Buffer.from(good);
  version[14] = 0x21;
  const length = Buffer.from(good);
  length[18] = 0xff;
  const stranger = station(demultiplexer, { address: HOST2 });
  demultiplexer.listen(stranger, { hostUniq: B });
  demultiplexer.dispatch([Buffer.alloc(0), good.subarray(0, 15), version, length, good], 0);
  // A host that takes part in a discovery at that address is told, so that its user can be.
  assert.deepEqual(host.story, ['malformed', 'malformed', 'PADO 0']);
  assert.deepEqual(stranger.story, []);
  assert.deepEqual(demultiplexer.counters, { malformed: 4, unclaimed: 0 });
});

test('frames of another Ethernet type are no discovery, whatever they hold', () => {
  const demultiplexer = new Demultiplexer();
  const host = station(demultiplexer);
  demultiplexer.listen(host, { hostUniq: A });
  const other = discovery(CODE.PADO, {}, A);
  other.writeUInt16BE(0x0800, 12);
  demultiplexer.dispatch([other], 0);
  assert.deepEqual(host.story, []);
  assert.deepEqual(demultiplexer.counters, { malformed: 0, unclaimed: 1 });
});

test('discovery for everyone reaches a host, too', () => {
  const demultiplexer = new Demultiplexer();
  const host = station(demultiplexer);
  demultiplexer.listen(host, { hostUniq: A });
  demultiplexer.dispatch([discovery(CODE.PADO, { destination: BROADCAST }, A)], 0);
  assert.deepEqual(host.story, ['PADO 0']);
});

test('session frames go to the host with this peer and session id, or else to the concentrator', () => {
  const demultiplexer = new Demultiplexer();
  const [a, b] = [station(demultiplexer), station(demultiplexer)];
  const ac = station(demultiplexer, { role: 'concentrator', address: HOST });
  demultiplexer.listen(a, { session: { peer: AC1, id: 7 } });
  demultiplexer.listen(b, { session: { peer: AC2, id: 7 } });
  demultiplexer.dispatch([frame(1), frame(2, 7, AC2), frame(3, 8), frame(4, 7, HOST2)], 0);
  assert.deepEqual([a.story, b.story, ac.story], [['frames 1'], ['frames 2'], ['frames 3 4']]);
});

test('a PADT goes to the host with this peer and session id, or else to the concentrator', () => {
  const demultiplexer = new Demultiplexer();
  const [a, b] = [station(demultiplexer), station(demultiplexer)];
  const ac = station(demultiplexer, { role: 'concentrator', address: HOST });
  demultiplexer.listen(a, { session: { peer: AC1, id: 7 } });
  demultiplexer.listen(b, { session: { peer: AC2, id: 7 } });
  for (const [source, sessionId] of [
    [AC1, 7],
    [AC2, 7],
    [AC1, 8],
  ] as const) {
    demultiplexer.dispatch([discovery(CODE.PADT, { source, sessionId })], 0);
  }
  assert.deepEqual([a.story, b.story, ac.story], [['PADT 7'], ['PADT 7'], ['PADT 8']]);
});

test('the same peer and session id on two VLANs, or for two addresses, are two sessions', () => {
  const demultiplexer = new Demultiplexer();
  const stations = [
    station(demultiplexer),
    station(demultiplexer, { vlan: [10] }),
    station(demultiplexer, { vlan: [20] }),
    station(demultiplexer, { address: HOST2 }),
  ];
  for (const listener of stations) demultiplexer.listen(listener, { session: { peer: AC1, id: 7 } });
  const places = [
    { destination: HOST, vlan: [] },
    { destination: HOST, vlan: vlan(10) },
    { destination: HOST, vlan: vlan(20) },
    { destination: HOST2, vlan: [] },
  ];
  for (const [index, place] of places.entries()) {
    demultiplexer.dispatch([frame(index, 7, AC1, place.destination, place.vlan)], 0);
    demultiplexer.dispatch([discovery(CODE.PADT, { sessionId: 7, ...place })], 0);
  }
  for (const [index, { story }] of stations.entries()) assert.deepEqual(story, [`frames ${index}`, 'PADT 7']);
});

test('VLAN: all tags must match, a VID of 0 is none', () => {
  for (const [position, tags, reached] of [
    [[], vlan(0), true],
    [[], vlan(0, 0), true],
    [[], vlan(5), false],
    [[5], vlan(5), true],
    [[5], vlan(0, 5), true],
    [[5], vlan(5, 0), true],
    [[5], vlan(6), false],
    [[5], vlan(5, 6), false],
    [[5], [], false],
    [[5, 6], vlan(5, 6), true],
    [[5, 6], vlan(6, 5), false],
    [[5, 6], vlan(5), false],
  ] as const) {
    const demultiplexer = new Demultiplexer();
    const host = station(demultiplexer, { vlan: position });
    demultiplexer.listen(host, { hostUniq: A, session: { peer: AC1, id: 7 } });
    demultiplexer.dispatch([discovery(CODE.PADO, { vlan: tags }, A), frame(1, 7, AC1, HOST, [...tags])], 0);
    const where = `${tags.map(({ vid }) => vid)} at ${position}`;
    assert.deepEqual(host.story, reached ? ['PADO 0', 'frames 1'] : [], where);
    assert.equal(demultiplexer.counters.unclaimed, reached ? 0 : 2, where);
  }
});

test('neighbouring frames of one engine stay a batch', () => {
  const demultiplexer = new Demultiplexer();
  const [a, b] = [station(demultiplexer), station(demultiplexer)];
  demultiplexer.listen(a, { session: { peer: AC1, id: 7 } });
  demultiplexer.listen(b, { session: { peer: AC1, id: 8 } });
  demultiplexer.dispatch(
    [1, 2, 3].map((octet) => frame(octet)),
    0,
  );
  demultiplexer.dispatch([frame(4), frame(5, 8), frame(6, 8), frame(7)], 0);
  assert.deepEqual(a.story, ['frames 1 2 3', 'frames 4', 'frames 7']);
  assert.deepEqual(b.story, ['frames 5 6']);
});

test('the order of discovery and session frames is kept: a PADT comes after the last frames', () => {
  const demultiplexer = new Demultiplexer();
  const host = station(demultiplexer);
  demultiplexer.listen(host, { session: { peer: AC1, id: 7 } });
  demultiplexer.dispatch([frame(1), frame(2), discovery(CODE.PADT, { sessionId: 7 }), frame(3)], 0);
  assert.deepEqual(host.story, ['frames 1 2', 'PADT 7', 'frames 3']);
});

test('PADM reaches hosts that have a session with its sender', () => {
  const demultiplexer = new Demultiplexer();
  const [a, b] = [station(demultiplexer), station(demultiplexer)];
  demultiplexer.listen(a, { session: { peer: AC1, id: 7 } });
  demultiplexer.listen(b, { session: { peer: AC2, id: 7 } });
  demultiplexer.dispatch([discovery(CODE.PADM, { sessionId: 7 })], 0);
  assert.deepEqual([a.story, b.story], [['PADM 7'], []]);
});

test('each statement of interest replaces the one before; who is removed hears nothing', () => {
  const demultiplexer = new Demultiplexer();
  const host = station(demultiplexer);
  const ac = station(demultiplexer, { role: 'concentrator', address: AC2 });
  const everything = () => {
    demultiplexer.dispatch(
      [
        discovery(CODE.PADO, {}, A),
        discovery(CODE.PADI, { source: HOST2, destination: BROADCAST }),
        frame(1, 7),
        frame(2, 9, AC2),
      ],
      0,
    );
  };
  demultiplexer.listen(host, { hostUniq: A, session: { peer: AC1, id: 7 } });
  demultiplexer.listen(host, { awaiting: AC2 });
  everything();
  assert.deepEqual([host.story, ac.story], [['frames 2'], ['PADI 0']]);
  assert.equal(demultiplexer.size, 2);
  demultiplexer.remove(host);
  demultiplexer.remove(ac);
  demultiplexer.remove(ac);
  demultiplexer.listen(host, { hostUniq: A });
  everything();
  assert.deepEqual([host.inputs.length, ac.inputs.length], [1, 1]);
  assert.deepEqual([demultiplexer.size, [...demultiplexer.engines].length], [0, 0]);
  assert.equal(demultiplexer.counters.unclaimed, 6);
});

test('an Ethernet frame with three VLAN tags is nobody’s', () => {
  const demultiplexer = new Demultiplexer();
  const host = station(demultiplexer);
  demultiplexer.listen(host, { session: { peer: AC1, id: 7 } });
  const payload = frame(1).subarray(14);
  const tagged = { destination: HOST, source: AC1, tags: vlan(0, 0, 0), etherType: 0x8864, payload };
  demultiplexer.dispatch([encodeEthernet(tagged)], 0);
  assert.deepEqual(host.story, []);
  assert.equal(demultiplexer.counters.unclaimed, 1);
});

test('the usual Ethernet types are strangers where others are set', () => {
  const framing = { discovery: 0x3c12, session: 0x3c13, tpids: [0x9999] };
  const demultiplexer = new Demultiplexer(framing);
  const host = station(demultiplexer, { vlan: [5] });
  demultiplexer.listen(host, { hostUniq: A, session: { peer: AC1, id: 7 } });
  const tagged = [{ tpid: 0x9999, vid: 5, pcp: 0, dei: false }];
  const information = Buffer.of(1);
  const ours = new SessionFrameTemplate(HOST, AC1, tagged, 7, { framing }).frame(PROTOCOL.ipv4, information);
  const usual = new SessionFrameTemplate(HOST, AC1, tagged, 7).frame(PROTOCOL.ipv4, information);
  const tags = [tag(TAG.hostUniq, A)];
  const pado = { destination: HOST, source: AC1, vlan: tagged, code: CODE.PADO, sessionId: 0, tags };
  demultiplexer.dispatch([ours, usual, encodeDiscovery(pado, framing), encodeDiscovery(pado)], 0);
  assert.deepEqual(host.story, ['frames 1', 'PADO 0']);
  assert.equal(demultiplexer.counters.unclaimed, 2);
});

test('of two concentrators at one address each gets the frames of its own sessions, the first those of none', () => {
  const demultiplexer = new Demultiplexer();
  const position = { role: 'concentrator', address: AC1 } as const;
  const [first, second] = [station(demultiplexer, position), station(demultiplexer, position)];
  const owns = (id: number) => ({ hasSession: (asked: number, host: MacAddress) => asked === id && host.equals(HOST) });
  Object.assign(first, owns(1));
  Object.assign(second, owns(2));
  demultiplexer.dispatch([frame(11, 1, HOST, AC1), frame(22, 2, HOST, AC1), frame(33, 3, HOST, AC1)], 0);
  demultiplexer.dispatch([frame(44, 2, HOST2, AC1)], 0);
  assert.deepEqual([first.story, second.story], [['frames 11', 'frames 33', 'frames 44'], ['frames 22']]);
});

test('who hears any VLAN gets the frames of all', () => {
  const demultiplexer = new Demultiplexer();
  const everywhere = station(demultiplexer, { role: 'concentrator', address: AC1, vlan: 'any' });
  const padi = { destination: BROADCAST, source: HOST };
  demultiplexer.dispatch(
    [
      discovery(CODE.PADI, padi),
      discovery(CODE.PADI, { ...padi, vlan: vlan(7) }),
      discovery(CODE.PADI, { ...padi, vlan: vlan(7, 8) }),
      frame(1, 7, HOST, AC1, vlan(9)),
    ],
    0,
  );
  assert.deepEqual(everywhere.story, ['PADI 0', 'PADI 0', 'PADI 0', 'frames 1']);
});
