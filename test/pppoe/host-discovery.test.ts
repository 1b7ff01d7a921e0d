import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodePadt, errorText } from '../../src/pppoe/host-discovery';
import { BROADCAST } from '../../src/wire/mac-address';
import { CODE, decodePppoe, findTag, TAG } from '../../src/wire/pppoe';
import { AC1, AC2, DiscoveryRig, HOST, offerTags, tag } from './discovery-rig';

test('PADI to everyone, PADR to the offer, PADS: a session', () => {
  const rig = new DiscoveryRig().start();
  rig.pass(7).offer();
  rig.pass(5).confirm(AC1, 0x1234);
  assert.deepEqual(rig.story, ['0 PADI', '7 PADR AC1']);
  const [padi, padr] = rig.sent;
  assert.deepEqual([padi?.destination, padi?.source, padi?.sessionId], [BROADCAST, HOST, 0]);
  assert.deepEqual([padr?.destination, padr?.source, padr?.sessionId], [AC1, HOST, 0]);
  const [session] = rig.sessions;
  assert.equal(session?.id, 0x1234);
  assert.deepEqual(session.offer.address, AC1);
  assert.deepEqual([session.offer.acName, session.offer.serviceNames], ['ac-1', ['']]);
  assert.equal(session.offer.responseTime, 7);
  assert.equal(session.roundTrip, 5);
  assert.equal(rig.discovery.deadline, undefined);
  assert.deepEqual(rig.failures, []);
});

test('frames are padded to 60 octets, and the PPPoE length is that of the tags', () => {
  const [frame] = new DiscoveryRig({ hostUniq: Buffer.from('ab') }).start().frames;
  assert.equal(frame?.length, 60);
  assert.equal(decodePppoe(frame.subarray(14)).payload.length, 4 + 4 + 2);
});

test('frames carry the VLAN tags', () => {
  const vlan = [
    { tpid: 0x88a8, vid: 7, pcp: 3, dei: false },
    { tpid: 0x8100, vid: 35, pcp: 0, dei: false },
  ];
  const rig = new DiscoveryRig({}, vlan).start().offer();
  rig.confirm(AC1, 0).confirm(AC1, 5);
  assert.equal(rig.sent.length, 3, 'PADI, PADR, PADT');
  for (const sent of rig.sent) assert.deepEqual(sent.vlan, vlan);
});

test('the Service-Name is in PADI and PADR, also when it is empty', () => {
  for (const serviceName of ['', 'isp']) {
    const rig = new DiscoveryRig({ serviceName }).start().offer();
    for (const { tags } of rig.sent) assert.equal(findTag(tags, TAG.serviceName)?.toString(), serviceName);
  }
});

test('the Host-Uniq is fixed, or drawn for each attempt', () => {
  const fixed = Buffer.from('isp-needs-this');
  const rig = new DiscoveryRig({ hostUniq: fixed }).start().offer();
  for (const { tags } of rig.sent) assert.deepEqual(findTag(tags, TAG.hostUniq), fixed);
  const drawn = [1, 2, 3].map((seed) => new DiscoveryRig({}, [], seed).start().last(TAG.hostUniq));
  assert.equal(new Set(drawn).size, 3);
  for (const value of drawn) assert.ok((value ?? '').length >= 8, 'not to be guessed');
});

test('AC-Cookie and Relay-Session-Id are echoed octet by octet, nothing else is', () => {
  const cookie = tag(TAG.acCookie, Buffer.from('00ff10', 'hex'));
  const relay = tag(TAG.relaySessionId, Buffer.from('0001', 'hex'));
  const rig = new DiscoveryRig().start();
  rig.offer(AC1, [...offerTags('ac', 'isp').slice(0, 2), relay, cookie, tag(TAG.vendorSpecific, 'vendor')]);
  const { hostUniq } = rig.discovery;
  assert.deepEqual(rig.sent[1]?.tags, [tag(TAG.serviceName), tag(TAG.hostUniq, hostUniq), relay, cookie]);
});

test('what an offer taught outlives the frame that it came in', () => {
  const rig = new DiscoveryRig({ timeout: 1_000 }).start();
  const cookie = Buffer.from('cookie');
  const source = Buffer.from(AC1);
  rig.offer(source, [{ type: TAG.acCookie, value: cookie }]);
  cookie.fill(0);
  source.fill(0);
  rig.pass(1_000);
  assert.equal(rig.last(TAG.acCookie), 'cookie');
  assert.deepEqual(rig.sent.at(-1)?.destination, AC1);
});

test('PADI is repeated, the time-out doubles, and then there was no offer', () => {
  const rig = new DiscoveryRig().start().pass(60_000);
  assert.deepEqual(rig.story, ['0 PADI', '1000 PADI', '3000 PADI', '7000 PADI']);
  assert.deepEqual(rig.failures, [{ code: 'no-offer', text: 'No access concentrator answered in 4 attempts' }]);
});

test('the last PADI, too, is given its time for an answer', () => {
  const rig = new DiscoveryRig().start().pass(14_999);
  assert.deepEqual(rig.failures, []);
  rig.pass(1);
  assert.equal(rig.failures.length, 1);
});

test('all PADI and PADR of an attempt have the same Host-Uniq', () => {
  const rig = new DiscoveryRig().start().pass(3_000).offer().pass(3_000);
  assert.ok(rig.sent.length > 4);
  for (const { tags } of rig.sent) assert.deepEqual(findTag(tags, TAG.hostUniq), rig.discovery.hostUniq);
});

test('PADR is repeated only after a time-out, which doubles; silence to all of them is no-reply', () => {
  const rig = new DiscoveryRig().start().offer().offer().pass(60_000);
  assert.deepEqual(rig.story, ['0 PADI', '0 PADR AC1', '1000 PADR AC1', '3000 PADR AC1', '7000 PADR AC1']);
  assert.deepEqual(rig.failures, [{ code: 'no-reply', text: 'No access concentrator answered PADR' }]);
  assert.equal(rig.requested.length, 1, 'told once for each offer');
});

test('an error tag in PADS is a refusal, with its text', () => {
  for (const [type, name, detail] of [
    [TAG.serviceNameError, 'Service-Name-Error', 'service-name-error'],
    [TAG.acSystemError, 'AC-System-Error', 'ac-system-error'],
    [TAG.genericError, 'Generic-Error', 'generic-error'],
  ] as const) {
    const rig = new DiscoveryRig().start().offer();
    rig.confirm(AC1, 0, [tag(TAG.serviceName), tag(type, 'no\r\nroom\u001b')]);
    assert.deepEqual(rig.failures, [{ code: 'refused', text: `Refused by 'ac-1': ${name}: no room`, detail }]);
    assert.equal(rig.discovery.deadline, undefined);
  }
});

test('session id 0 without an error tag is a refusal, too', () => {
  const rig = new DiscoveryRig().start().offer().confirm(AC1, 0);
  assert.deepEqual(rig.failures, [{ code: 'refused', text: "Refused by 'ac-1': session id 0, without a reason" }]);
});

test('an error tag beside a session id is a refusal, and the session is given back', () => {
  const rig = new DiscoveryRig()
    .start()
    .offer()
    .confirm(AC1, 9, [tag(TAG.genericError, 'full')]);
  assert.equal(rig.failures[0]?.code, 'refused');
  assert.equal(rig.story.at(-1), '0 PADT AC1 9');
});

test('an error tag in PADO is a refusal that the attempt outlives', () => {
  const rig = new DiscoveryRig().start().offer(AC1, [tag(TAG.acName, 'ac-1'), tag(TAG.serviceNameError, 'none')]);
  assert.deepEqual(rig.failures, []);
  rig.pass(60_000);
  assert.deepEqual(rig.failures, [
    { code: 'refused', text: "Refused by 'ac-1': Service-Name-Error: none", detail: 'service-name-error' },
  ]);
  assert.equal(rig.sent.filter(({ code }) => code === CODE.PADR).length, 0);
});

test('PADS that names another service than PADR is accepted', () => {
  const rig = new DiscoveryRig()
    .start()
    .offer()
    .confirm(AC1, 7, [tag(TAG.serviceName, 'isp')]);
  assert.equal(rig.sessions[0]?.id, 7);
  const without = new DiscoveryRig().start().offer().confirm(AC1, 7, []);
  assert.equal(without.sessions[0]?.id, 7);
});

test('of several PADS the first counts, the session of another is ended, a repetition is nothing', () => {
  const rig = new DiscoveryRig().start().offer().pass(1_500).confirm(AC1, 7);
  const { length } = rig.sent;
  rig.confirm(AC1, 7);
  assert.equal(rig.sent.length, length);
  rig.confirm(AC1, 8).confirm(AC1, 0);
  assert.deepEqual(rig.story.slice(length), ['1500 PADT AC1 8']);
  assert.deepEqual(
    rig.sessions.map(({ id }) => id),
    [7],
  );
});

test('a PADS after the attempt was abandoned, or failed, is answered with a PADT', () => {
  const abandoned = new DiscoveryRig().start().offer();
  abandoned.discovery.abandon();
  assert.equal(abandoned.discovery.deadline, undefined);
  abandoned.confirm(AC1, 7).confirm(AC1, 0);
  assert.deepEqual(abandoned.story.slice(2), ['0 PADT AC1 7']);
  const failed = new DiscoveryRig().start().offer().pass(60_000);
  const { length } = failed.sent;
  failed.confirm(AC1, 7);
  assert.deepEqual(failed.story.slice(length), ['60000 PADT AC1 7']);
  assert.deepEqual([...abandoned.sessions, ...failed.sessions], []);
});

test('offers after the attempt was abandoned are nothing', () => {
  const rig = new DiscoveryRig().start();
  rig.discovery.abandon();
  rig.offer().pass(60_000);
  assert.deepEqual(rig.story, ['0 PADI']);
  assert.deepEqual(rig.failures, []);
});

test('a PADS of somebody who was not asked is ignored', () => {
  const rig = new DiscoveryRig().start().confirm(AC1, 5).offer().confirm(AC2, 6);
  assert.deepEqual(rig.story, ['0 PADI', '0 PADR AC1']);
  assert.deepEqual(rig.sessions, []);
});

test('packets from a group address, PADO with a session id and other codes are ignored', () => {
  const rig = new DiscoveryRig().start();
  rig.offer(BROADCAST);
  rig.receive(CODE.PADO, AC1, 5, offerTags());
  for (const code of [CODE.PADI, CODE.PADR, CODE.PADT, CODE.PADM]) rig.receive(code, AC1, 0, offerTags());
  assert.deepEqual(rig.story, ['0 PADI']);
});

test('a PADT has the session id, and a Generic-Error if there is something to say', () => {
  const plain = encodePadt(HOST, AC1, [], 7);
  const { code, sessionId, payload } = decodePppoe(plain.subarray(14));
  assert.deepEqual([code, sessionId, payload.length], [CODE.PADT, 7, 0]);
  const talking = decodePppoe(encodePadt(HOST, AC1, [], 7, 'bye').subarray(14)).payload;
  assert.deepEqual(talking, Buffer.concat([Buffer.from('02030003', 'hex'), Buffer.from('bye')]));
});

test('the first error tag is the one that is told, without control characters and not without end', () => {
  assert.equal(errorText(offerTags()), undefined);
  assert.equal(errorText([tag(TAG.genericError)]), 'Generic-Error');
  assert.equal(errorText([tag(TAG.acSystemError, 'a\0b'), tag(TAG.genericError, 'c')]), 'AC-System-Error: a b');
  assert.ok((errorText([tag(TAG.genericError, 'x'.repeat(1_400))]) ?? '').length < 250);
});
