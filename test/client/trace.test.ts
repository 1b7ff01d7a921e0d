import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FrameEntry, FrameEvent } from '../../src/client/trace';
import { TRACE_LIMIT, Trace } from '../../src/client/trace';
import { AUTOMATON_DEFAULTS } from '../../src/ppp/control-protocol';
import { encodeDiscovery } from '../../src/pppoe/discovery-packet';
import { encodePadt } from '../../src/pppoe/host-discovery';
import { SessionFrameTemplate } from '../../src/pppoe/session-frame';
import { CONTROL, encodeControl } from '../../src/wire/control';
import { describeFrame } from '../../src/wire/describe/frame';
import { PPPOE_TYPES } from '../../src/wire/describe/locate';
import { formatMac } from '../../src/wire/mac-address';
import { PROTOCOL } from '../../src/wire/ppp';
import { CODE, TAG } from '../../src/wire/pppoe';
import { frameText } from './frame-text';
import { packet } from './packets';
import { ScriptedAc } from './scripted-ac';
import { Ac, connected, Host } from './stations';
import { World } from './world';

const eventsOf = (host: Host): FrameEvent[] => host.session.trace.frames.map((frame) => frame.event());

/** `sent PADI`, `received LCP Configure-Ack`. */
const titlesOf = (host: Host): string[] =>
  eventsOf(host).map(
    ({ direction, protocol, code }) => `${direction} ${protocol === 'PPPoE' ? '' : `${protocol} `}${code}`,
  );

test('every control frame that a session sends or receives is in its trace, in order, with time and peer', () => {
  const world = new World({ delay: 10 });
  const { host, ac } = connected(world);
  host.close();
  world.runUntil(() => host.state === 'idle');
  const wire = world.log.flatMap(({ at, from, text }) =>
    // What is on its way to the host arrives 10 ms later; our PADT is the last that it sends.
    from === 'host' ? [{ at, title: `sent ${text}` }] : [{ at: at + 10, title: `received ${text}` }],
  );
  assert.deepEqual([...titlesOf(host)].sort(), wire.map(({ title }) => title).sort());
  const times = eventsOf(host).map(({ at }) => at);
  assert.deepEqual(
    times,
    [...times].sort((a, b) => a - b),
  );
  assert.deepEqual(
    times,
    wire.map(({ at }) => at).sort((a, b) => a - b),
  );
  assert.deepEqual(
    new Set(eventsOf(host).map(({ peer }) => peer)),
    new Set(['ff:ff:ff:ff:ff:ff', formatMac(ac.address)]),
  );
  for (const { attempt, text, direction } of eventsOf(host)) {
    assert.equal(attempt, 1);
    assert.ok(text.startsWith(direction));
  }
});

test('an event has protocol, code, identifier, session id, options and octets', () => {
  const world = new World();
  const { host } = connected(world);
  const sent = world.log.find(({ from, text }) => from === 'host' && text === 'LCP Configure-Request');
  const event = eventsOf(host).find(({ direction, code }) => direction === 'sent' && code === 'Configure-Request');
  assert.deepEqual(event?.octets, sent?.frame);
  assert.equal(event?.protocol, 'LCP');
  assert.equal(event?.identifier, 1);
  assert.equal(event?.sessionId, host.snapshot.sessionId);
  assert.deepEqual(
    event?.options.map(({ name }) => name),
    ['MRU', 'Magic-Number'],
  );
  assert.equal(event?.options[0]?.value, '1492');
});

test('IP packets are not traced, and what is ignored of them marks no frame', () => {
  const world = new World();
  const { host, ac } = connected(world);
  const before = eventsOf(host);
  host.act((session) => session.sendPackets([packet('10.64.0.2', '10.64.0.1')]));
  const template = new SessionFrameTemplate(host.address, ac.address, [], host.snapshot.sessionId ?? 0);
  host.receive(template.frame(PROTOCOL.ipv4, packet('10.64.0.1', '10.64.0.2')), world.now);
  assert.deepEqual(eventsOf(host), before);
  assert.equal(host.snapshot.counters.packetsSent, 1);
  assert.equal(host.snapshot.counters.packetsReceived, 1);
});

const PASSWORD = 'M4rked-P4ssword';

for (const method of ['pap', 'chap-md5', 'ms-chap-v2'] as const) {
  test(`neither password nor response is in the trace, its octets or its diagrams, with ${method}`, () => {
    const world = new World({ delay: 10 });
    const accounts = [{ username: 'anna', password: PASSWORD }];
    const ac = new Ac(world, { authentication: [method], accounts });
    const host = new Host(world, { username: 'anna', password: PASSWORD }).open();
    world.runUntil(() => host.state === 'up');
    assert.equal(ac.subscribers.length, 1);
    const [credential] = world.log.filter(({ text }) => /PAP Authenticate-Request|CHAP Response/.test(text));
    assert.ok(credential);
    const events = eventsOf(host);
    const [traced] = events.filter(({ code }) => code === 'Authenticate-Request' || code === 'Response');
    assert.equal(traced?.octets.length, credential.frame.length);
    assert.ok(traced?.octets.includes('anna'));
    const secret = method === 'pap' ? Buffer.from(PASSWORD) : responseOf(credential.frame);
    assert.ok(credential.frame.includes(secret));
    for (const event of events) {
      assert.ok(!event.octets.includes(secret), event.text);
      assert.ok(!JSON.stringify({ ...event, octets: '' }).includes(PASSWORD));
      assert.ok(!event.text.includes(secret.toString('hex')));
    }
    const diagrams = JSON.stringify(host.session.describe());
    assert.ok(!diagrams.includes(PASSWORD) && !diagrams.includes(secret.toString('hex')));
  });
}

/** The value of a CHAP Response: behind Ethernet, PPPoE, PPP, CHAP and its own size. */
function responseOf(frame: Buffer): Buffer {
  const size = 14 + 6 + 2 + 4;
  return frame.subarray(size + 1, size + 1 + (frame[size] as number));
}

test('a password that the peer sends back in a Protocol-Reject is not in the trace', () => {
  const world = new World();
  const { host, ac } = connected(world, {}, { authentication: ['pap'] });
  const sent = world.log.find(({ text }) => text === 'PAP Authenticate-Request');
  assert.ok(sent);
  const data = sent.frame.subarray(20);
  const template = new SessionFrameTemplate(host.address, ac.address, [], host.snapshot.sessionId ?? 0);
  const reject = encodeControl({ code: CONTROL.protocolReject, identifier: 77, data });
  host.receive(template.frame(PROTOCOL.lcp, reject), world.now);
  const event = eventsOf(host).find(({ code }) => code === 'Protocol-Reject');
  assert.equal(event?.mark, 'refused');
  assert.ok(!event?.octets.includes('secret'));
});

test('the last 500 frames are kept, and nothing of the batches in which they came', () => {
  const trace = new Trace();
  const host = Buffer.from('020000000001', 'hex');
  const batch = Buffer.alloc(100_000);
  for (let id = 1; id <= 1_234; id++) {
    const frame = encodePadt(host, host, [], id);
    frame.copy(batch, 1_000);
    trace.received(batch.subarray(1_000, 1_000 + frame.length));
  }
  assert.equal(TRACE_LIMIT, 500);
  const events = trace.frames.map((frame) => frame.event());
  assert.equal(events.length, TRACE_LIMIT);
  assert.deepEqual(
    events.map(({ sessionId }) => sessionId),
    Array.from({ length: 500 }, (_, index) => 735 + index),
  );
  for (const frame of trace.frames) {
    const { octets } = frame as FrameEntry & { octets: Buffer };
    assert.equal(octets.buffer.byteLength, octets.length);
  }
});

test('a session that runs for a day keeps 500 frames and the beginning of its attempt', () => {
  const world = new World({ delay: 10 });
  const { host } = connected(world, { keepalive: { mode: 'fixed', interval: 20_000, failures: 3 } });
  world.keepLog = false;
  world.runFor(86_400_000);
  assert.equal(host.session.trace.frames.length, 500);
  const [attempt, ...others] = host.session.trace.attempts;
  assert.equal(others.length, 0);
  const kept = attempt?.entries ?? [];
  assert.ok(kept.length <= 600);
  const titles = kept.flatMap((entry) => (entry.type === 'frame' ? [entry.event().code] : []));
  assert.deepEqual(titles.slice(0, 4), ['PADI', 'PADO', 'PADR', 'PADS']);
});

test('states without frames are bounded, too', () => {
  const world = new World();
  const host = new Host(world).open();
  for (let flap = 0; flap < 2_000; flap++) {
    host.unplug();
    host.act((session, now) =>
      session.handle({ type: 'link-down', error: new (class extends Error {})() as never }, now),
    );
  }
  const entries = host.session.trace.attempts.flatMap((attempt) => attempt.entries);
  assert.ok(entries.length <= 1_100, String(entries.length));
});

test('frames are grouped by attempts, with the states between them', () => {
  const world = new World();
  const host = new Host(world, { discoveryAttempts: 2 }).open();
  world.runUntil(() => host.states.filter((state) => state === 'waiting').length === 2);
  const attempts = host.session.trace.attempts.map(({ number, entries }) => [
    number,
    entries.map((entry) => (entry.type === 'frame' ? entry.event().code : entry.state)),
  ]);
  const attempt = ['discovering', 'PADI', 'PADI', 'waiting'];
  assert.deepEqual(attempts, [
    [1, attempt],
    [2, attempt],
  ]);
});

test('nothing is decoded until somebody reads, and then once', () => {
  let decoded = 0;
  const seen: FrameEntry[] = [];
  const trace = new Trace(
    (frame) => seen.push(frame),
    PPPOE_TYPES,
    (frame, types) => {
      decoded++;
      return describeFrame(frame, types);
    },
  );
  const host = Buffer.from('020000000001', 'hex');
  for (let id = 1; id <= 10; id++) trace.sent(encodePadt(host, host, [], id));
  assert.equal(seen.length, 10);
  assert.equal(trace.frames.length + trace.attempts.length, 11);
  assert.equal(decoded, 0);
  for (const frame of trace.frames) frame.event();
  for (const frame of seen) frame.event();
  assert.equal(decoded, 10);
});

test('whoever changes the octets of an event changes no other', () => {
  const world = new World();
  const { host } = connected(world);
  const [first] = eventsOf(host);
  const before = Buffer.from(first?.octets ?? Buffer.alloc(0));
  first?.octets.fill(0);
  assert.deepEqual(eventsOf(host)[0]?.octets, before);
});

const marksOf = (host: Host): Record<string, string[]> => {
  const marks: Record<string, string[]> = {};
  for (const { mark, direction, protocol, code } of eventsOf(host)) {
    if (mark) marks[mark] = [...(marks[mark] ?? []), `${direction} ${protocol} ${code}`];
  }
  return marks;
};

test('a frame that is sent again is marked repeated, a Configure-Request with a new Identifier is not', () => {
  const world = new World({ delay: 1 });
  new ScriptedAc(world);
  let lost = 0;
  world.tap = ({ from, text }) => {
    if (from !== 'host' || !['PADI', 'PADR', 'LCP Configure-Request'].includes(text)) return undefined;
    return lost++ % 2 === 0 ? 'drop' : undefined;
  };
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'up');
  const repeated = marksOf(host)['repeated'] ?? [];
  for (const title of ['sent PPPoE PADI', 'sent PPPoE PADR', 'sent LCP Configure-Request']) {
    assert.ok(repeated.includes(title), `${title} is not among ${repeated.join(', ')}`);
  }
  const requests = eventsOf(host).filter(({ direction, code }) => direction === 'sent' && code === 'Configure-Request');
  const fresh = requests.filter(({ mark }) => mark === undefined);
  assert.equal(new Set(fresh.map(({ protocol, identifier }) => `${protocol} ${identifier}`)).size, fresh.length);
});

test('the first frames of a second attempt are not repeated', () => {
  const world = new World({ delay: 1 });
  const { host } = connected(world, { hostUniq: Buffer.from('fixed') });
  host.act((session, now) => session.reopen(now));
  world.runUntil(() => host.state === 'up');
  const padis = eventsOf(host).filter(({ code }) => code === 'PADI');
  assert.deepEqual(
    padis.map(({ attempt, mark }) => [attempt, mark]),
    [
      [1, undefined],
      [2, undefined],
    ],
  );
});

test('refusals are marked: an error tag, a Configure-Reject, a refused password', () => {
  const world = new World({ delay: 1 });
  const tags = [{ type: TAG.serviceNameError, value: Buffer.from('none') }];
  new ScriptedAc(world, { padr: () => ({ id: 0, tags }) });
  const refused = new Host(world).open();
  world.runUntil(() => refused.state === 'waiting');
  assert.deepEqual(marksOf(refused)['refused'], ['received PPPoE PADS']);

  const other = new World({ delay: 1 });
  const wrong = new Host(other, { password: 'wrong' });
  new Ac(other);
  wrong.open();
  other.runUntil(() => wrong.state === 'waiting');
  assert.deepEqual(marksOf(wrong)['refused'], ['received CHAP Failure']);
});

test('a malformed frame is marked and says why, and so is what came for nothing', () => {
  const world = new World({ delay: 1 });
  const { host, ac } = connected(world);
  const id = host.snapshot.sessionId ?? 0;
  const template = new SessionFrameTemplate(host.address, ac.address, [], id);
  const bad = template.frame(PROTOCOL.lcp, Buffer.of(CONTROL.configureRequest, 1, 0, 3));
  host.receive(bad, world.now);
  const cut = template.frame(PROTOCOL.lcp, Buffer.alloc(8));
  host.receive(cut.subarray(0, 24), world.now);
  const pado = encodeDiscovery({
    destination: host.address,
    source: ac.address,
    vlan: [],
    code: CODE.PADO,
    sessionId: 0,
    tags: [],
  });
  pado[19] = 200;
  host.receive(pado, world.now);
  const stale = encodeControl({ code: CONTROL.configureAck, identifier: 99, data: Buffer.alloc(0) });
  host.session.handle(
    {
      type: 'discovery',
      packet: { destination: host.address, source: ac.address, vlan: [], code: CODE.PADT, sessionId: id + 1, tags: [] },
    },
    world.now,
  );
  const last = eventsOf(host).slice(-4);
  assert.deepEqual(
    last.map(({ protocol, code, mark }) => [protocol, code, mark]),
    [
      ['LCP', 'Configure-Request', 'malformed'],
      ['PPPoE', '', 'malformed'],
      ['PPPoE', 'PADO', 'malformed'],
      ['PPPoE', 'PADT', 'ignored'],
    ],
  );
  assert.match(last[0]?.text ?? '', /LCP Configure-Request 1 \(malformed: LCP at octet 4: length 3/);
  assert.match(last[3]?.text ?? '', /\(ignored\)$/);

  const lossy = new World({ delay: 1 });
  const scripted = new ScriptedAc(lossy, { ppp: { automaton: { ...AUTOMATON_DEFAULTS, maxFailure: 1 } } });
  const other = new Host(lossy).open();
  lossy.runUntil(() => other.state === 'establishing');
  const frame = new SessionFrameTemplate(other.address, scripted.address, [], other.snapshot.sessionId ?? 0);
  other.receive(frame.frame(PROTOCOL.lcp, stale), lossy.now);
  assert.deepEqual(marksOf(other)['ignored'], ['received LCP Configure-Ack']);
});

test('frames that overtake PADS are traced once, when they arrive', () => {
  const world = new World({ delay: 10 });
  new ScriptedAc(world);
  world.tap = ({ text }) => (text === 'PADS' ? 50 : undefined);
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'up');
  const requests = eventsOf(host).filter(
    ({ direction, protocol, code, mark }) =>
      direction === 'received' && protocol === 'LCP' && code === 'Configure-Request' && !mark,
  );
  assert.equal(requests.length, 1);
  const pads = eventsOf(host).find(({ code }) => code === 'PADS');
  assert.ok((requests[0]?.at ?? Infinity) < (pads?.at ?? 0));
  const received = world.log.filter(({ from }) => from === 'ac').length;
  assert.equal(eventsOf(host).filter(({ direction }) => direction === 'received').length, received);
});

test('the trace agrees with what the test segment saw, also over a bad one', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const world = new World({ seed, delay: 5, loss: 0.1, duplication: 0.1, reordering: 0.1 });
    new Ac(world);
    const host = new Host(world).open();
    world.reaches(() => host.state === 'up' || host.state === 'waiting', 200_000);
    const sent = world.log.filter(({ from }) => from === 'host').map(({ frame }) => frameText(frame));
    const traced = titlesOf(host).filter((title) => title.startsWith('sent '));
    assert.deepEqual(
      traced.map((title) => title.slice(5)),
      sent,
      `seed ${seed}`,
    );
  }
});

test('with other Ethernet types and TPIDs frames are told and passwords masked just the same', () => {
  const framing = {
    etherTypes: { discovery: 0x3c12, session: 0x3c13 },
    vlan: [{ tpid: 0x9999, vid: 7, pcp: 0, dei: false }],
  };
  const world = new World({ delay: 10 });
  const accounts = [{ username: 'anna', password: PASSWORD }];
  new Ac(world, { ...framing, authentication: ['pap'], accounts });
  const host = new Host(world, { ...framing, username: 'anna', password: PASSWORD }).open();
  world.runUntil(() => host.state === 'up');
  assert.deepEqual(titlesOf(host).slice(0, 2), ['sent PADI', 'received PADO']);
  assert.ok(titlesOf(host).includes('sent PAP Authenticate-Request'));
  for (const { octets, text } of eventsOf(host)) assert.ok(!octets.includes(PASSWORD), text);
});
