import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeDiscovery } from '../../src/pppoe/discovery-packet';
import { BROADCAST } from '../../src/wire/mac-address';
import { CODE, TAG } from '../../src/wire/pppoe';
import { Ac, connected, Host } from '../client/stations';
import { World } from '../client/world';
import { ANY_SERVICE, Bench, HOST, hostNumber, hostUniq } from './bench';

test('a flood of 100,000 PADIs and PADRs makes no session, and the one that is up has its echoes answered', () => {
  const world = new World({ delay: 1 });
  world.keepLog = false;
  const keepalive = { mode: 'fixed', interval: 100, failures: 2 } as const;
  const { host, ac } = connected(world, { keepalive });
  const forged = { type: TAG.acCookie, value: Buffer.alloc(24, 0x40) };
  for (let number = 0; number < 50_000; number++) {
    const source = hostNumber(number);
    const packet = { source, vlan: [], sessionId: 0 };
    const tags = [ANY_SERVICE, hostUniq(source)];
    ac.receive(encodeDiscovery({ ...packet, destination: BROADCAST, code: CODE.PADI, tags }), world.now);
    const padr = { ...packet, destination: ac.address, code: CODE.PADR, tags: [...tags, forged] };
    ac.receive(encodeDiscovery(padr), world.now);
    if (number % 100 === 99) world.runFor(10);
  }
  assert.equal(ac.subscribers.length, 1);
  assert.equal(host.state, 'up');
  assert.deepEqual(host.reasons, []);
  assert.equal(host.snapshot.roundTrip, 2);
  const { limited, offers } = ac.concentrator.counters;
  assert.ok(limited > 50_000 && offers < 10_000, `${offers} offers, ${limited} limited`);
});

test('discovery is answered at once up to the burst, then at the rate', () => {
  const bench = new Bench({ discoveryLimit: { burst: 3, perSecond: 2 } });
  const answered = () => [1, 2, 3, 4, 5].map((number) => bench.padi([ANY_SERVICE], hostNumber(number)).length);
  assert.deepEqual(answered(), [1, 1, 1, 0, 0]);
  bench.now += 1_000;
  assert.deepEqual(answered(), [1, 1, 0, 0, 0]);
  assert.equal(bench.concentrator.counters.limited, 5);
});

test('a PADO leaves after its delay, and at most 256 wait', () => {
  const bench = new Bench({ padoDelay: 300 });
  for (let number = 0; number < 300; number++) bench.padi([ANY_SERVICE], hostNumber(number));
  assert.deepEqual([bench.sent.length, bench.concentrator.deadline], [0, bench.now + 300]);
  bench.now += 300;
  bench.concentrator.handle({ type: 'due' }, bench.now);
  assert.deepEqual([bench.sent.length, bench.concentrator.deadline], [256, undefined]);
  assert.equal(bench.concentrator.counters.limited, 44);
});

test('hosts of every VLAN are served in their own, and a session is heard in its VLAN only', () => {
  const world = new World({ delay: 1 });
  const ac = new Ac(world, { anyVlan: true });
  const tag = (vid: number) => ({ tpid: 0x8100, pcp: 0, dei: false, vid });
  const vlans = [[], [tag(7)], [tag(100), tag(7)]];
  const hosts = vlans.map((vlan, index) => new Host(world, { vlan }, `host ${index}`).open());
  world.runUntil(() => hosts.every(({ state }) => state === 'up'));
  assert.deepEqual(
    ac.subscribers.map(({ vlan }) => vlan).toSorted((one, other) => one.length - other.length),
    [[], [7], [100, 7]],
  );
  const strays = ac.concentrator.counters.strays;
  const own = world.log.findLast(({ from, text }) => from === 'host 1' && !text.startsWith('PAD'));
  assert.ok(own);
  const moved = Buffer.from(own.frame);
  moved[15] = 8;
  ac.receive(moved, world.now);
  assert.equal(ac.concentrator.counters.strays, strays + 1);
});

test('a message reaches each host that is up, or one of them', () => {
  const world = new World({ delay: 1 });
  const ac = new Ac(world);
  const hosts = [new Host(world, {}, 'a').open(), new Host(world, {}, 'b').open()] as const;
  world.runUntil(() => hosts.every(({ state }) => state === 'up'));
  let reached: number[] = [];
  const id = hosts[1].snapshot.sessionId;
  ac.act((concentrator) => {
    reached = [
      concentrator.broadcast({ text: 'Works tonight', url: 'http://192.0.2.1/' }),
      concentrator.broadcast({ text: 'You alone' }, id),
      concentrator.broadcast({ text: 'Nobody' }, 0),
    ];
  });
  world.runFor(5);
  assert.deepEqual(reached, [2, 1, 0]);
  assert.deepEqual([hosts[0].snapshot.motm, hosts[0].snapshot.hurl], ['Works tonight', 'http://192.0.2.1/']);
  assert.equal(hosts[1].snapshot.motm, 'You alone');
});

test('a refusal in the discovery stage is told with its host and why', () => {
  const bench = new Bench({ maxSessionsPerHost: 1 });
  bench.session();
  const other = Buffer.from('other');
  bench.padr([ANY_SERVICE, hostUniq(other), bench.cookie(HOST, other)]);
  assert.deepEqual(bench.events, [
    {
      type: 'subscriber-refused',
      refusal: {
        mac: '02:bb:00:00:00:01',
        serviceName: '',
        username: undefined,
        reason: { code: 'refused', text: 'No more sessions', detail: 'ac-system-error' },
      },
    },
  ]);
});
