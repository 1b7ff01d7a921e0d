import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTOMATON_DEFAULTS } from '../../src/ppp/control-protocol';
import { SessionFrameTemplate } from '../../src/pppoe/session-frame';
import { formatMac } from '../../src/wire/mac-address';
import { PROTOCOL } from '../../src/wire/ppp';
import { ScriptedAc } from './scripted-ac';
import { Ac, connected, Host } from './stations';
import { World } from './world';

for (const method of ['ms-chap-v2', 'chap-md5', 'pap'] as const) {
  test(`a session comes up with ${method}`, () => {
    const world = new World();
    const { host, ac } = connected(world, {}, { authentication: [method] });
    const expected = ['discovering', 'requesting', 'establishing', 'authenticating', 'configuring', 'up'];
    assert.deepEqual(host.states, expected);
    assert.deepEqual(
      ac.subscribers.map(({ username, phase }) => ({ username, phase })),
      [{ username: 'test', phase: 'open' }],
    );
    const [credential] = world.log.filter(({ from, text }) => from === 'host' && /CHAP|PAP/.test(text));
    assert.equal(credential?.text, method === 'pap' ? 'PAP Authenticate-Request' : 'CHAP Response');
  });
}

test('a session comes up at an access concentrator that does not ask who it is', () => {
  const world = new World();
  const { host, ac } = connected(world, {}, { authentication: [], accounts: [] });
  assert.ok(!host.states.includes('authenticating'));
  assert.equal(ac.subscribers[0]?.username, undefined);
  assert.ok(!world.log.some(({ text }) => /CHAP|PAP/.test(text)));
});

test('a session that requires authentication refuses an access concentrator that does not ask for it', () => {
  const world = new World();
  new Ac(world, { authentication: [] });
  const host = new Host(world, { authenticationRequired: true }).open();
  world.runUntil(() => host.state === 'waiting');
  assert.equal(host.snapshot.reason?.code, 'authentication-failed');
  assert.ok(!host.states.includes('up'));
});

test('what an access concentrator asks for first is taken, and a session that allows less gets the next', () => {
  for (const [allowed, protocols] of [
    [undefined, /^CHAP Response$/],
    [['pap'], /^PAP Authenticate-Request$/],
    [['chap-md5', 'pap'], /^CHAP Response$/],
    [['eap', 'pap'], /^PAP Authenticate-Request$/],
  ] as const) {
    const world = new World();
    connected(world, allowed ? { authentication: allowed } : {});
    const said = world.log.flatMap(({ from, text }) => (from === 'host' && /CHAP|PAP|EAP/.test(text) ? [text] : []));
    assert.match(said.join('\n'), protocols);
  }
});

test('an access concentrator that starts IPCP without authentication is accepted unless authentication is required', () => {
  for (const authenticationRequired of [false, true]) {
    const world = new World();
    const host = new Host(world, { authenticationRequired });
    // It does not even wait for our Configure-Ack.
    const ac = new ScriptedAc(world, { ppp: { lcp: { mru: 1_492, allowed: [], required: [] } } });
    world.tap = ({ from, text }) => {
      if (from === 'ac' && text === 'LCP Configure-Ack') {
        const { acMac, sessionId = 0 } = host.snapshot;
        assert.equal(acMac, formatMac(ac.address));
        const template = new SessionFrameTemplate(host.address, ac.address, [], sessionId);
        world.after(1, () => world.send(ac, template.frame(PROTOCOL.ipcp, Buffer.from('0101000a03060a000001', 'hex'))));
      }
      return undefined;
    };
    host.open();
    world.runUntil(() => host.state === 'up' || host.state === 'waiting');
    assert.equal(host.state, authenticationRequired ? 'waiting' : 'up');
    if (!authenticationRequired) continue;
    assert.equal(host.snapshot.reason?.code, 'authentication-failed');
    assert.ok(!host.states.includes('configuring'));
    assert.ok(!world.sentBy('host').some((text) => text.startsWith('IPCP')));
  }
});

test('IPCP in place of the challenge that was agreed on brings no session up', () => {
  const world = new World();
  const host = new Host(world, { authenticationRequired: true });
  const ac = new ScriptedAc(world);
  world.tap = ({ from, text }) => {
    if (from !== 'ac' || text !== 'CHAP Challenge') return undefined;
    const { sessionId = 0 } = host.snapshot;
    const template = new SessionFrameTemplate(host.address, ac.address, [], sessionId);
    world.send(ac, template.frame(PROTOCOL.ipcp, Buffer.from('0101000a03060a000001', 'hex')));
    return 'drop';
  };
  host.open();
  world.runUntil(() => host.state === 'waiting');
  assert.ok(!host.states.includes('configuring'));
  assert.ok(!world.sentBy('host').some((text) => text.startsWith('IPCP')));
});

test('a session that allows CHAP only does not fall down to PAP', () => {
  const world = new World();
  new Ac(world, { authentication: ['pap'] });
  const host = new Host(world, { authentication: ['chap-md5'] }).open();
  world.runUntil(() => host.state === 'waiting');
  assert.equal(host.snapshot.reason?.code, 'negotiation-failed');
  assert.ok(!world.log.some(({ from, text }) => from === 'host' && text.startsWith('PAP')));
});

test('the snapshot tells the session, both ends, name servers, sizes and since when', () => {
  const world = new World({ delay: 10 });
  const dns = [Buffer.of(9, 9, 9, 9), Buffer.of(1, 1, 1, 1)];
  const nbns = [Buffer.of(10, 64, 0, 9)];
  const serving = { acName: 'lab', serviceNames: ['', 'isp'], dns, nbns, mru: 1300 };
  const { host, ac } = connected(world, { mru: 1400, nbns: true }, serving);
  const { counters, ...rest } = host.snapshot;
  assert.deepEqual(rest, {
    state: 'up',
    serviceName: '',
    sessionId: ac.subscribers[0]?.sessionId,
    acName: 'lab',
    acMac: formatMac(ac.address),
    localAddress: '10.64.0.2',
    remoteAddress: '10.64.0.1',
    dns: ['9.9.9.9', '1.1.1.1'],
    nbns: ['10.64.0.9'],
    mru: 1400,
    mtu: 1300,
    since: world.now,
  });
  assert.equal(counters.connects, 1);
  assert.equal(counters.malformed, 0);
});

test('MRU and MTU stay below what the segment carries', () => {
  const world = new World();
  const ac = new Ac(world);
  const host = new Host(world, {}, 'host', 1_300).open();
  world.runUntil(() => host.state === 'up');
  assert.equal(host.snapshot.mru, 1_292);
  assert.equal(host.snapshot.mtu, 1_292);
  assert.equal(ac.subscribers.length, 1);
});

test('the address that the session asks for is taken where the peer has none of its own to give', () => {
  const world = new World();
  const own = Buffer.of(192, 0, 2, 7);
  new ScriptedAc(world, { ppp: { ipcp: () => ({ address: Buffer.of(192, 0, 2, 1), askDns: false }) } });
  const host = new Host(world, { address: own, dns: false }).open();
  world.runUntil(() => host.state === 'up');
  assert.equal(host.snapshot.localAddress, '192.0.2.7');
});

test('an access concentrator that gives no address ends in a typed failure', () => {
  const world = new World();
  new ScriptedAc(world, { ppp: { ipcp: () => ({ address: Buffer.of(192, 0, 2, 1), askDns: false }) } });
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'waiting');
  assert.equal(host.snapshot.reason?.code, 'negotiation-failed');
  assert.match(host.snapshot.reason?.text ?? '', /no IP address/);
});

/** Frames one after the other, each of which must be there before the next: half a round trip each. */
const ONE_WAY_TRIPS = [
  // PADI PADO PADR PADS, Configure-Request and -Ack, Response and Success, then Request, Nak, Request, Ack of IPCP.
  { authentication: ['chap-md5'], dns: true, trips: 4 + 2 + 2 + 4 },
  { authentication: ['pap'], dns: true, trips: 4 + 2 + 2 + 4 },
  { authentication: [], dns: true, trips: 4 + 2 + 4 },
  // Without name servers to give, the first IPCP answer is a Configure-Reject of those options.
  { authentication: ['chap-md5'], dns: false, trips: 4 + 2 + 2 + 6 },
] as const;

for (const { authentication, dns, trips } of ONE_WAY_TRIPS) {
  const method = authentication[0] ?? 'no authentication';
  for (const delay of [0, 1, 20, 100, 400]) {
    test(`with ${method}${dns ? '' : ' and no DNS'} and ${delay} ms each way, nothing waits for a timer`, () => {
      const world = new World({ delay });
      const servers = dns ? { dns: [Buffer.of(9, 9, 9, 9), Buffer.of(1, 1, 1, 1)] } : {};
      connected(world, {}, { authentication, ...servers });
      assert.equal(world.now, trips * delay);
    });
  }
}

test('a round trip above every timer of the access concentrator still comes up, and once only', () => {
  const world = new World({ delay: 900 });
  const { host, ac } = connected(world);
  world.runFor(60_000);
  assert.equal(host.state, 'up');
  assert.equal(host.snapshot.counters.connects, 1);
  assert.equal(ac.subscribers.length, 1);
});

/** Some with our Restart timer's next time far away, some with it near. */
/** In ms; each is longer than a peer that listens takes to answer. */
const GAPS = [60, 137, 230, 700, 1_001, 1_450, 2_503, 4_000];

test('an access concentrator whose PPP starts late is answered at once, ours repeated at its first Configure-Request', () => {
  for (const gap of GAPS) {
    const world = new World({ delay: 1 });
    new ScriptedAc(world, { pppAfter: gap });
    const host = new Host(world).open();
    world.runUntil(() => host.state === 'up');
    const listening = world.log.find(({ from, text }) => from === 'ac' && text === 'LCP Configure-Request')?.at ?? 0;
    assert.equal(listening, 3 + gap);
    // Its Configure-Request; Request, Ack; Response, Success; Request, Reject of the name servers, Request, Nak, Request, Ack.
    // What the Restart timer sent a moment before may still be answered: it is given the time that an answer takes, twice
    // the round trip of discovery and 50 ms.
    const ours = world.log.filter(({ at, from, text }) => at <= listening && from === 'host' && text.startsWith('LCP'));
    const rest = Math.max(0, 2 * 2 + 50 - (listening + 1 - (ours.at(-1)?.at ?? 0)));
    assert.equal(world.now - listening, 1 + rest + 2 + 2 + 6, `after a gap of ${gap} ms`);
    assert.equal(host.snapshot.counters.connects, 1);
  }
});

test('a peer that listens and is slow to answer gets no request twice: repeated to one that has opened, it opens anew', () => {
  const world = new World({ delay: 1 });
  new Ac(world);
  world.tap = ({ from, text }) => (from === 'ac' && /Configure-(Ack|Nak|Reject)$/.test(text) ? 40 : undefined);
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'up');
  world.runFor(1_000);
  const requests = world.sentBy('host').filter((text) => text === 'LCP Configure-Request');
  assert.equal(requests.length, 1);
  assert.deepEqual(
    host.progress.filter((text) => text.endsWith(' is down')),
    [],
  );
  assert.equal(host.snapshot.counters.connects, 1);
});

test('the same for IPCP that starts late', () => {
  for (const gap of GAPS) {
    const world = new World({ delay: 1 });
    // Its Restart timer out of step with ours, so that ours is not due by chance when it begins to listen.
    new Ac(world, { automaton: { ...AUTOMATON_DEFAULTS, restartTimer: 310, maxConfigure: 20 } });
    let began = Number.NaN;
    let listening = Number.NaN;
    world.tap = ({ at, from, text }) => {
      if (text === 'CHAP Success') began = at;
      if (!text.startsWith('IPCP')) return undefined;
      const deaf = Number.isNaN(began) || at < began + gap;
      if (!deaf && from === 'ac' && Number.isNaN(listening)) listening = at;
      return Number.isNaN(listening) ? 'drop' : undefined;
    };
    const host = new Host(world).open();
    world.runUntil(() => host.state === 'up');
    // Its Configure-Request, then Request, Reject of the name servers, Request, Nak, Request, Ack.
    assert.equal(world.now - listening, 1 + 6, `after a gap of ${gap} ms`);
    assert.equal(host.snapshot.counters.connects, 1);
  }
});

test('on a long way the host learns how long an answer takes, and repeats nothing that is on its way', () => {
  for (const delay of [120, 400, 1_000]) {
    const world = new World({ delay });
    connected(world, {}, { dns: [Buffer.of(9, 9, 9, 9), Buffer.of(1, 1, 1, 1)] });
    const requests = world.sentBy('host').filter((text) => /Configure-Request|PADI|PADR/.test(text));
    const ncps = ['IPCP', 'IPV6CP', 'IPCP'].map((protocol) => `${protocol} Configure-Request`);
    const once = ['PADI', 'PADR', 'LCP Configure-Request', ...ncps];
    // PADI and PADR cannot know yet: their time-out is a second.
    if (delay < 500) assert.deepEqual(requests, once, `${delay} ms each way`);
    else
      assert.deepEqual(
        requests.filter((text) => !text.startsWith('PAD')),
        once.slice(2),
        `${delay} ms each way`,
      );
  }
});

test('session frames that overtake PADS are held until it comes', () => {
  const world = new World({ delay: 1 });
  new Ac(world);
  world.tap = ({ text }) => (text === 'PADS' ? 30 : undefined);
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'requesting');
  world.runUntil(() => host.state === 'up');
  const answer = world.log.find(({ from, text }) => from === 'host' && text === 'LCP Configure-Ack');
  const pads = world.log.find(({ text }) => text === 'PADS');
  assert.equal(answer?.at, (pads?.at ?? 0) + 31);
  assert.equal(host.snapshot.counters.ignored, 0);
});

test('of the frames that overtake PADS those of another session are not ours', () => {
  const world = new World({ delay: 1 });
  const ac = new ScriptedAc(world);
  world.tap = ({ text }) => (text === 'PADS' ? 30 : undefined);
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'requesting');
  ac.startPpp(host.address, 0x999);
  world.runUntil(() => host.state === 'up');
  assert.equal(host.snapshot.sessionId, 0x101);
  assert.ok(host.snapshot.counters.ignored > 0);
});

test('a repeated PADR that opens a second session costs that session a PADT, not the first', () => {
  const world = new World({ delay: 1 });
  const ac = new ScriptedAc(world);
  world.tap = ({ text, at }) => (text === 'PADS' ? (at < 500 ? 1_100 : 500) : undefined);
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'up');
  world.runFor(5_000);
  assert.equal(ac.padrs, 2);
  assert.equal(host.snapshot.sessionId, 0x101);
  assert.deepEqual([...ac.connections.keys()], [0x101]);
  assert.deepEqual(ac.terminated, [0x102]);
});

test('VLAN tags are on every frame, and frames without them are not heard', () => {
  const world = new World();
  const vlan = [{ tpid: 0x8100, vid: 7, pcp: 3, dei: false }];
  new Ac(world, {}, 'untagged');
  new Ac(world, { vlan }, 'tagged');
  const host = new Host(world, { vlan }).open();
  world.runUntil(() => host.state === 'up');
  assert.ok(world.log.every(({ frame, from }) => from === 'untagged' || frame.readUInt32BE(12) === 0x81006007));
  assert.deepEqual(world.sentBy('untagged'), []);
});
