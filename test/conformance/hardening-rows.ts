import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { mock } from 'node:test';
import { PapAuthenticator } from '../../src/ppp/pap';
import { AcCookie } from '../../src/pppoe/ac-cookie';
import { HostDiscovery } from '../../src/pppoe/host-discovery';
import { systemClock } from '../../src/runtime/clock';
import { CONTROL, decodeControl, decodeOptions, encodeOptions } from '../../src/wire/control';
import { authenticationOption } from '../../src/wire/lcp';
import { encodePapRequest, PAP } from '../../src/wire/pap';
import { PROTOCOL } from '../../src/wire/ppp';
import { CODE, decodePppoe, decodeTags, findTag, TAG } from '../../src/wire/pppoe';
import { MalformedPacket } from '../../src/wire/reader';
import { ScriptedAc } from '../client/scripted-ac';
import { Ac, connected, Host } from '../client/stations';
import { World } from '../client/world';
import { AC, ANY_SERVICE, Bench, HOST, hostNumber, hostUniq, UNIQ } from '../concentrator/bench';
import { CREDENTIALS, Record } from '../ppp/authentication-rig';
import { Wire } from '../ppp/wire';
import { CHAP, controlOctets, discoveryFrame, Line, MAGIC, MRU, option, tag, tagsSent, USUAL_OFFER } from './line';
import { row } from './rows';

const { lcp, chap } = PROTOCOL;

row('Tag and option walkers that overrun or never advance', () => {
  // Every length that an item can claim, against every length that is there.
  for (let claimed = 0; claimed < 256; claimed++) {
    for (const there of [0, 1, 2, 3, 254, 255]) {
      const options = Buffer.concat([Buffer.of(5, claimed), Buffer.alloc(there, 5)]);
      walks(() => decodeOptions(options, 'LCP'), options.length);
      const tags = Buffer.concat([Buffer.of(1, 3, 0, claimed), Buffer.alloc(there)]);
      walks(() => decodeTags(tags), tags.length);
    }
  }
  assert.throws(() => decodeOptions(Buffer.of(5, 0, 5, 0), 'LCP'), MalformedPacket, 'length 0 would never advance');
});

/** Decoding ends, in items that do not hold more than there is, or in MalformedPacket. */
function walks(decode: () => readonly unknown[], octets: number): void {
  try {
    assert.ok(decode().length <= octets / 2);
  } catch (error) {
    assert.ok(error instanceof MalformedPacket, String(error));
  }
}

row('Length underflow', () => {
  for (let length = 0; length < 4; length++) {
    assert.throws(() => decodeControl(Buffer.of(1, 1, 0, length), 'LCP'), MalformedPacket);
  }
  for (let octets = 0; octets < 6; octets++) {
    assert.throws(() => decodePppoe(Buffer.from('110000000000', 'hex').subarray(0, octets)), MalformedPacket);
  }
  const line = new Line().up();
  const { malformed } = line.host.snapshot.counters;
  for (const length of [0, 1]) {
    const header = Buffer.from('8864110000000000c021', 'hex');
    header.writeUInt16BE(line.id, 4);
    header.writeUInt16BE(length, 6);
    line.frame(Buffer.concat([line.host.address, line.ac.address, header, Buffer.alloc(40)]));
  }
  line.octets(lcp, Buffer.of(9, 1, 0, 3));
  assert.equal(line.host.snapshot.counters.malformed, malformed + 3);
  assert.equal(line.host.state, 'up');
});

row('A reply larger than its buffer or the MRU', () => {
  const longest = (line: Line, since: number) =>
    Math.max(
      0,
      ...line.world.log
        .slice(since)
        .filter(({ from }) => from === 'host')
        .map(({ frame }) => frame.length - 22),
    );
  for (const mru of [128, 576, 1_492]) {
    const line = new Line().openLcp([option(1, mru >> 8, mru & 0xff), MAGIC]).openIpcp();
    const since = line.world.log.length;
    for (const octets of [mru, 1_480, 4_000]) {
      const data = Buffer.alloc(octets, 0x41);
      line.say(lcp, { code: CONTROL.echoRequest, identifier: 1, data });
      line.say(lcp, { code: 200, identifier: 2, data });
      line.octets(0x8281, data);
      line.octets(PROTOCOL.ipcp, controlOctets({ code: 99, identifier: 3, data }));
    }
    assert.ok(longest(line, since) <= mru, `${longest(line, since)} octets for an MRU of ${mru}`);
    assert.ok(longest(line, since) > mru - 8);
  }
  // A Configure-Request that no reply could hold.
  const line = new Line();
  const data = encodeOptions(
    Array.from({ length: 20 }, (_, index) => ({ type: 200 + index, data: Buffer.alloc(253) })),
  );
  const since = line.world.log.length;
  line.say(lcp, { code: CONTROL.configureRequest, identifier: 1, data });
  assert.ok(longest(line, since) <= 1_500, `${longest(line, since)} octets`);
  line.up();
});

row('An EAP or MS-CHAP field shorter than its type needs', () => {
  const malformed = ({ host }: Line) => host.snapshot.counters.malformed;
  const { eap } = PROTOCOL;
  // At the peer: challenges.
  const ms = new Line({ authentication: ['ms-chap-v2'] }).openLcp([MRU, authenticationOption('ms-chap-v2'), MAGIC]);
  const shortChallenges = [
    '',
    '00',
    '0f',
    '10',
    `0f${'aa'.repeat(15)}`,
    `10${'aa'.repeat(15)}`,
    `11${'aa'.repeat(17)}`,
  ];
  for (const hex of shortChallenges) {
    const before = malformed(ms);
    assert.deepEqual(ms.say(chap, { code: 1, identifier: 1, data: Buffer.from(hex, 'hex') }), []);
    assert.equal(malformed(ms), before + 1, hex);
  }
  assert.equal(ms.say(chap, { code: 1, identifier: 2, data: Buffer.from(`10${'aa'.repeat(16)}`, 'hex') })[0]?.code, 2);
  const md5 = new Line({ authentication: ['eap'] }).openLcp([MRU, authenticationOption('eap'), MAGIC]);
  // Without a type; MD5-Challenge without a value, with one of no octets, and past the end; a code of none.
  for (const hex of ['01010004', '0102000504', '010300060400', '0104000704ffaa', '0500000401', '01']) {
    const before = malformed(md5);
    const sent = md5.world.log.length;
    md5.octets(eap, Buffer.from(hex, 'hex'));
    assert.equal(malformed(md5), before + 1, hex);
    assert.equal(md5.world.log.slice(sent).filter(({ from }) => from === 'host').length, 0);
  }
  assert.equal(md5.host.state, 'authenticating');

  // At the authenticator: Responses that are no whole ones prove nothing.
  for (let octets = 0; octets < 64; octets++) {
    if (octets === 49) continue;
    const wire = new Wire({ ac: { lcp: { mru: 1_492, allowed: [], required: ['ms-chap-v2'] } } });
    wire.drop = ({ from, protocol }) => from === 'host' && protocol === chap;
    wire.start(100);
    const asked = wire.sent('ac', chap).at(-1)?.packet;
    assert.ok(asked);
    const data = Buffer.concat([Buffer.of(octets), Buffer.alloc(octets)]);
    wire.ac.receive(chap, controlOctets({ code: 2, identifier: asked.identifier, data }), wire.now);
    assert.deepEqual([wire.ac.malformed, wire.ac.claims.length], [1, 0], `${octets} octets`);
  }
});

row('Zero-length PAP credentials accepted', () => {
  for (const [peerId, password] of [
    ['', ''],
    ['test', ''],
    ['', 'secret'],
  ] as const) {
    const record = new Record();
    const authenticator = new PapAuthenticator(record);
    authenticator.start();
    const data = encodePapRequest({ peerId: Buffer.from(peerId), password: Buffer.from(password) });
    authenticator.receive(controlOctets({ code: PAP.authenticateRequest, identifier: 1, data }), 0);
    assert.equal(record.sent[0]?.code, PAP.authenticateNak);
    assert.deepEqual(record.claims, [], 'nobody is even asked');
  }
  // Nor where the account itself has an empty password.
  const world = new World({ delay: 1 });
  const accounts = [{ username: 'test', password: '' }];
  const ac = new Ac(world, { authentication: ['pap'], accounts });
  const host = new Host(world, { password: '' }).open();
  world.runUntil(() => host.state === 'waiting');
  assert.equal(host.snapshot.reason?.code, 'authentication-failed');
  assert.equal(ac.departures[0]?.code, 'authentication-failed');
});

row('Credentials compared in variable time', () => {
  const compared = mock.method(crypto, 'timingSafeEqual');
  try {
    const comparisons = (work: () => void) => {
      const before = compared.mock.callCount();
      work();
      return compared.mock.callCount() - before;
    };
    for (const method of ['ms-chap-v2', 'chap-md5', 'pap'] as const) {
      const counts = [
        ['test', 'secret'],
        ['test', 'wrong'],
        ['test', 's'],
        ['nobody', 'secret'],
      ].map(([username = '', password = '']) =>
        comparisons(() => {
          const world = new World({ delay: 1 });
          new Ac(world, { authentication: [method] });
          const host = new Host(world, { username, password }).open();
          world.runUntil(() => host.state === 'up' || host.state === 'waiting');
        }),
      );
      // Of the AC-Cookie, and of the credentials.
      // Where it is right the host compares the authenticator's own proof, too.
      const right = method === 'ms-chap-v2' ? 3 : 2;
      assert.deepEqual(counts, [right, 2, 2, 2], method);
    }
    const [bench, cookie] = [new Bench(), Buffer.alloc(24)];
    assert.equal(
      comparisons(() => bench.padr([ANY_SERVICE, hostUniq(UNIQ), tag(TAG.acCookie, cookie)])),
      1,
    );
  } finally {
    compared.mock.restore();
  }
});

row('A predictable Host-Uniq, Magic-Number, challenge, AC-Cookie or session id', () => {
  /** All that is to be unpredictable of a session whose only randomness has this seed. */
  const drawn = (seed: number) => {
    const world = new World({ seed });
    const { host } = connected(world, {}, { authentication: ['chap-md5'] });
    const data = (from: string, text: string) => {
      const sent = world.log.find((one) => one.from === from && one.text === text);
      return sent?.frame.toString('hex', 26) ?? '';
    };
    return [
      findTag(tagsSent(world, 'PADI'), TAG.hostUniq)?.toString('hex') ?? '',
      findTag(tagsSent(world, 'PADO'), TAG.acCookie)?.toString('hex', 8) ?? '',
      data('host', 'LCP Configure-Request'),
      data('ac', 'LCP Configure-Request'),
      data('ac', 'CHAP Challenge'),
      String(host.snapshot.sessionId),
    ];
  };
  const runs = Array.from({ length: 20 }, (_, index) => drawn(index + 1));
  for (const [index, length] of [16, 32, 8, 8, 32, 1].entries()) {
    const values = runs.map((values) => values[index] ?? '');
    assert.equal(new Set(values).size, runs.length, `value ${index} repeats`);
    assert.ok(
      values.every((value) => value.length >= length),
      `value ${index} is short`,
    );
  }
  // What draws them in earnest is the system's own generator.
  const random = mock.method(crypto, 'randomBytes');
  try {
    assert.equal(systemClock.random(12).length, 12);
    assert.equal(random.mock.callCount(), 1);
  } finally {
    random.mock.restore();
  }
});

row("Per-session state allocated before the AC-Cookie proves the host's MAC", () => {
  const bench = new Bench();
  const forged = tag(TAG.acCookie, Buffer.alloc(24, 0x40));
  for (let host = 1; host <= 5_000; host++) {
    const uniq = hostUniq(hostNumber(host));
    bench.padi([ANY_SERVICE, uniq], hostNumber(host));
    bench.padr([ANY_SERVICE, uniq], hostNumber(host));
    bench.padr([ANY_SERVICE, uniq, forged], hostNumber(host));
  }
  assert.equal(bench.sessions, 0);
  assert.equal(bench.concentrator.counters.sessions, 0);
  assert.equal(bench.concentrator.deadline, undefined);
  assert.deepEqual(bench.events, []);
});

row('A decoder that grows without bound', () => {
  // The longest payload that a length can say, of the shortest items there are.
  assert.equal(decodeTags(Buffer.from('0103'.padEnd(8, '0').repeat(16_383), 'hex')).length, 16_383);
  assert.equal(decodeOptions(Buffer.from('c802'.repeat(32_765), 'hex'), 'LCP').length, 32_765);

  // Frames that overtake PADS are held, but only a few.
  const held = heldBeforePads();
  assert.ok(held >= 1 && held <= 64, `${held} frames were held`);

  // Offers of made-up access concentrators: a few are fallbacks, more are not kept.
  let asked = 0;
  let now = 0;
  const discovery: HostDiscovery = new HostDiscovery(
    { serviceName: '', offerWindow: 1_000, timeout: 10, attempts: 1 },
    HOST,
    [],
    {
      send: () => {},
      random: (octets) => Buffer.alloc(octets, 1),
      progress: () => {},
      requesting: () => asked++,
      established: () => {},
      failed: () => {},
    },
  );
  discovery.start(now);
  for (let number = 1; number <= 2_000; number++) {
    const source = hostNumber(number);
    const packet = { destination: HOST, source, vlan: [], code: CODE.PADO, sessionId: 0, tags: USUAL_OFFER };
    discovery.receive(packet, now);
  }
  while (discovery.deadline !== undefined) {
    now = discovery.deadline;
    discovery.due(now);
  }
  assert.ok(asked >= 16 && asked <= 256, `${asked} offers were kept`);
});

/** How many of a flood of session frames that overtake PADS, each of them malformed, have been kept for it. */
function heldBeforePads(): number {
  const world = new World({ delay: 1 });
  const ac = new ScriptedAc(world, { pppAfter: Number.MAX_SAFE_INTEGER });
  world.tap = ({ text }) => (text === 'PADS' ? 100 : undefined);
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'requesting');
  const header = Buffer.from('8864110001010006c021', 'hex');
  const frame = Buffer.concat([host.address, ac.address, header, Buffer.from('09010002', 'hex')]);
  for (let count = 0; count < 10_000; count++) host.receive(Buffer.from(frame), world.now);
  world.runUntil(() => host.state === 'establishing');
  assert.equal(host.snapshot.sessionId, 0x101);
  return host.snapshot.counters.malformed;
}

row('PADT or Terminate-Request accepted from a foreign MAC', () => {
  const world = new World({ delay: 1 });
  const { host, ac } = connected(world);
  const { sessionId = 0 } = host.snapshot;
  const stranger = world.freshAddress();
  for (const station of [host, ac]) {
    const terminate = controlOctets({ code: CONTROL.terminateRequest, identifier: 1, data: Buffer.alloc(0) });
    const frame = Buffer.concat([station.address, stranger, Buffer.from('8864110000000006c021', 'hex'), terminate]);
    frame.writeUInt16BE(sessionId, 16);
    station.receive(frame, world.now);
    station.receive(discoveryFrame('PADT', stranger, station.address, sessionId), world.now);
  }
  world.runFor(5_000);
  assert.equal(host.state, 'up');
  assert.equal(ac.subscribers.length, 1);
  assert.ok(!world.log.some(({ text }) => text === 'LCP Terminate-Ack'));
});

row('CHAP answered with our own reflected challenge', () => {
  // Both ends must say who they are: what one is asked it sends back to the other.
  const wire = new Wire({
    host: { lcp: { mru: 1_492, allowed: ['chap-md5'], required: ['chap-md5'] } },
    ac: {
      lcp: { mru: 1_492, allowed: ['chap-md5'], required: ['chap-md5'] },
      credentials: CREDENTIALS,
    },
  });
  wire.drop = ({ protocol }) => protocol === chap;
  wire.start(1_000);
  const ours = wire.sent('host', chap).find(({ packet }) => packet.code === 1)?.packet;
  assert.ok(ours);
  wire.host.receive(chap, controlOctets(ours), wire.now);
  assert.ok(!wire.codes('host', chap).includes(2), 'no Response');
  wire.pass(10_000);
  assert.equal(wire.host.reason?.code, 'authentication-failed');

  // A host that asks nobody has no challenge that could be reflected, and answers any.
  const line = new Line().openLcp([MRU, CHAP, MAGIC]);
  assert.equal(line.say(chap, { code: 1, identifier: 1, data: Buffer.of(1, 9) })[0]?.code, 2);
});

row('AC-Cookie: a keyed hash over host MAC, our MAC, Host-Uniq and an expiry, no state kept before PADR', () => {
  const [key, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const cookies = new AcCookie(key, 5_000);
  const cookie = cookies.make(HOST, AC, UNIQ, 1_000);
  assert.equal(cookies.isValid(cookie, HOST, AC, UNIQ, 6_000), true);
  assert.equal(new AcCookie(key, 1).isValid(cookie, HOST, AC, UNIQ, 6_000), true, 'nothing but the key is needed');
  assert.equal(cookies.isValid(cookie, HOST, AC, UNIQ, 6_001), false, 'expired');
  assert.equal(cookies.isValid(cookie, hostNumber(5), AC, UNIQ, 2_000), false, 'host MAC');
  assert.equal(cookies.isValid(cookie, HOST, hostNumber(5), UNIQ, 2_000), false, 'our MAC');
  assert.equal(cookies.isValid(cookie, HOST, AC, undefined, 2_000), false, 'Host-Uniq');
  assert.equal(cookies.isValid(cookie, HOST, AC, Buffer.from('other'), 2_000), false, 'Host-Uniq');
  assert.equal(new AcCookie(other, 5_000).isValid(cookie, HOST, AC, UNIQ, 2_000), false, 'key');
  for (let at = 0; at < cookie.length; at++) {
    const changed = Buffer.from(cookie);
    changed[at] = (changed[at] ?? 0) ^ 0x80;
    assert.equal(cookies.isValid(changed, HOST, AC, UNIQ, 2_000), false, `octet ${at}`);
  }
  const bench = new Bench();
  const offered = bench.cookie();
  assert.equal(bench.sessions, 0);
  assert.equal(bench.padr([ANY_SERVICE, hostUniq(UNIQ), offered]).length, 1);
});
