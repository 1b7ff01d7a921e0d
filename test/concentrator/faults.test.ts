import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SessionSettings } from '../../src/client/settings';
import { type Fault, readFaults } from '../../src/concentrator/faults';
import type { ConcentratorSettings } from '../../src/concentrator/settings';
import { packet, ping } from '../client/packets';
import { ACCOUNT, Ac, connected, Host } from '../client/stations';
import { World } from '../client/world';

/** Each behaviour, and that our client survives it: it comes up in the end, or gives up with a typed reason. */

function faulty(faults: unknown, settings: Partial<ConcentratorSettings> = {}, session: Partial<SessionSettings> = {}) {
  const world = new World({ delay: 1 });
  const ac = new Ac(world, { faults: readFaults(faults), ...settings });
  const host = new Host(world, session).open();
  return { world, ac, host };
}

const KEEPALIVE = { mode: 'fixed', interval: 1_000, failures: 3 } as const;

test('drop: a client whose first packets of each kind are lost comes up all the same', () => {
  const packets = 'PADO, PADS, LCP Configure-Request, CHAP Challenge, IPCP Configure-Ack';
  const { world, host } = faulty({ name: 'drop', packets, share: 0.5 });
  world.runUntil(() => host.state === 'up', 600_000, 'up');
});

test('drop: of a packet that cannot be done without, the client gives up with a typed reason', () => {
  for (const [packets, code] of [
    ['PADO', /^no-offer$/],
    ['PADS', /^no-reply$/],
    // Whoever of both gives up first.
    ['LCP', /^(?:no-reply|peer-terminated)$/],
    ['CHAP', /^(?:no-reply|peer-terminated)$/],
    ['IPCP', /^(?:no-reply|peer-terminated)$/],
    ['*', /^no-offer$/],
  ] as const) {
    const { world, host } = faulty({ name: 'drop', packets, direction: 'sent' }, {}, { ipv6: false });
    world.runUntil(() => host.state === 'waiting', 600_000, `an end without ${packets}`);
    assert.match(host.snapshot.reason?.code ?? '', code, packets);
  }
});

test('drop: IP packets are lost in one direction, and the session stays', () => {
  const { world, ac, host } = faulty({ name: 'drop', packets: 'IPv4', direction: 'received' });
  world.runUntil(() => host.state === 'up');
  host.act((session) => session.sendPackets([packet(host.snapshot.localAddress ?? '', '192.0.2.1')]));
  world.runFor(100);
  assert.deepEqual([host.state, ac.packets], ['up', []]);
});

test('delay: packets come late, both ways, and the client comes up as much later', () => {
  const { world, host } = faulty({ name: 'delay', packets: 'LCP Configure-Ack', ms: 700 });
  world.runUntil(() => host.state === 'up');
  const acks = world.log.filter(({ from, text }) => from === 'ac' && text === 'LCP Configure-Ack');
  const requests = world.log.filter(({ from, text }) => from === 'host' && text === 'LCP Configure-Request');
  assert.ok((acks[0]?.at ?? 0) >= (requests[0]?.at ?? 0) + 700);
});

test('delay: a PADO that is late is waited for', () => {
  const { world, host } = faulty({ name: 'delay', packets: 'PADO', ms: 400 });
  world.runUntil(() => host.state === 'up');
  const pado = world.log.find(({ from }) => from === 'ac');
  assert.equal(pado?.text, 'PADO');
  assert.ok(pado.at >= 401);
});

test('delay: IP packets of ours leave at their time, whoever they are from, and need nothing else to happen', () => {
  const { world, ac, host } = faulty(
    { name: 'delay', packets: 'IPv4', direction: 'sent', ms: 200 },
    {},
    { ipv6: false },
  );
  world.runUntil(() => host.state === 'up');
  const { localAddress = '', sessionId = 0 } = host.snapshot;
  const arrivedAfter = (ms: number) => {
    world.runFor(ms);
    return host.packets.splice(0).length;
  };
  host.act((session) => session.sendPackets([ping(localAddress, '10.64.0.1')]));
  assert.deepEqual([arrivedAfter(190), arrivedAfter(20)], [0, 1]);
  ac.act((concentrator, now) => {
    concentrator.sendPackets(new Map([[sessionId, [packet('192.0.2.1', localAddress)]]]), now);
  });
  assert.deepEqual([arrivedAfter(190), arrivedAfter(20)], [0, 1]);
});

for (const tag of ['service-name-error', 'ac-system-error', 'generic-error'] as const) {
  test(`refuse: ${tag} is a typed refusal with its text, and tried again later`, () => {
    const { world, host, ac } = faulty({ name: 'refuse', tag, text: 'Closed today' });
    world.runUntil(() => host.state === 'waiting');
    const { code, detail, text } = host.snapshot.reason ?? {};
    assert.deepEqual([code, detail], ['refused', tag]);
    assert.match(text ?? '', /Closed today/);
    ac.act((concentrator, now) => concentrator.setFaults([], {}, now));
    world.runUntil(() => host.state === 'up', 600_000, 'up');
  });
}

test('no-echo: fixed keepalive ends the session as no-reply, none and an adaptive one with traffic keep it', () => {
  const fixed = faulty('no-echo', {}, { keepalive: KEEPALIVE });
  fixed.world.runUntil(() => fixed.host.state === 'up');
  fixed.world.runUntil(() => fixed.host.state === 'waiting');
  assert.equal(fixed.host.snapshot.reason?.code, 'no-reply');
  const off = faulty(
    'no-echo',
    { keepalive: { ...KEEPALIVE, mode: 'off' } },
    { keepalive: { ...KEEPALIVE, mode: 'off' } },
  );
  off.world.runUntil(() => off.host.state === 'up');
  off.world.runFor(600_000);
  assert.equal(off.host.state, 'up');
});

for (const protocol of ['LCP', 'IPCP'] as const) {
  test(`endless-nak: of ${protocol} the client has enough at some time, and says so`, () => {
    const { world, host } = faulty({ name: 'endless-nak', protocol }, {}, { ipv6: false });
    world.runUntil(() => host.state === 'waiting', 600_000, 'an end');
    assert.match(host.snapshot.reason?.code ?? '', /^(?:negotiation-failed|no-reply)$/);
    assert.ok(world.sentBy('ac').filter((text) => text === `${protocol} Configure-Nak`).length >= 3);
  });
}

test('rechallenge: every challenge is answered, and the session stays up', () => {
  for (const method of ['chap-md5', 'ms-chap-v2'] as const) {
    const { world, host } = faulty({ name: 'rechallenge', seconds: 5 }, { authentication: [method] });
    world.runUntil(() => host.state === 'up');
    const since = world.now;
    world.runFor(26_000);
    assert.equal(host.state, 'up');
    for (const text of ['CHAP Challenge', 'CHAP Success']) {
      assert.equal(world.sentBy('ac', since).filter((one) => one === text).length, 5, text);
    }
    assert.deepEqual(host.reasons, []);
  }
});

test('renegotiate: the session goes through LCP and authentication again and is up, without a new discovery', () => {
  const { world, host, ac } = faulty({ name: 'renegotiate', seconds: 3 });
  world.runUntil(() => host.state === 'up');
  const { sessionId, localAddress } = host.snapshot;
  world.runUntil(() => host.state !== 'up');
  world.runUntil(() => host.state === 'up');
  assert.deepEqual([host.snapshot.sessionId, host.snapshot.localAddress], [sessionId, localAddress]);
  assert.equal(world.sentBy('host').filter((text) => text === 'PADI').length, 1);
  world.runFor(60_000);
  assert.equal(host.state, 'up');
  assert.equal(ac.events.filter(({ type }) => type === 'subscriber-up').length, 1);
});

test('terminate: the client is told, and comes back', () => {
  const { world, host, ac } = faulty({ name: 'terminate', seconds: 2 });
  world.runUntil(() => host.state === 'up');
  world.runUntil(() => host.state === 'waiting');
  assert.equal(host.snapshot.reason?.code, 'peer-terminated');
  assert.deepEqual(ac.departures, [{ code: 'closed', text: 'Ended on purpose' }]);
  world.runUntil(() => host.state === 'up');
});

test('vanish: nothing is said any more, the client misses it, and has to wait until the old session is given up', () => {
  const keepalive = KEEPALIVE;
  const { world, host, ac } = faulty({ name: 'vanish', seconds: 2 }, { keepalive }, { keepalive });
  world.runUntil(() => host.state === 'up');
  const at = world.now + 2_000;
  world.runFor(2_001);
  world.runUntil(() => host.state === 'waiting');
  assert.equal(host.snapshot.reason?.code, 'no-reply');
  assert.deepEqual(
    world.sentBy('ac', at).filter((text) => !text.startsWith('PADO')),
    [],
  );
  ac.act((concentrator, now) => concentrator.setFaults([], {}, now));
  world.runUntil(() => host.state === 'up');
});

test('pad: octets behind the frame are no part of it', () => {
  const { world, host } = faulty({ name: 'pad', octets: 40 });
  world.runUntil(() => host.state === 'up');
  assert.equal(host.snapshot.counters.malformed, 0);
});

test('early-lcp: frames that come before PADS are held, and nothing is lost', () => {
  const { world, host } = faulty('early-lcp');
  world.runUntil(() => host.state === 'up');
  const [first, second] = world.sentBy('ac').filter((text) => text !== 'PADO');
  assert.deepEqual([first, second], ['LCP Configure-Request', 'PADS']);
});

test('faults are of an account, from when it has logged in, and of nobody else', () => {
  const world = new World({ delay: 1 });
  const bad = { username: 'bad', password: 'pw', faults: readFaults({ name: 'terminate', seconds: 1 }) };
  new Ac(world, { accounts: [ACCOUNT, bad] });
  const good = new Host(world, {}, 'good').open();
  const victim = new Host(world, { username: 'bad', password: 'pw' }, 'victim').open();
  world.runUntil(() => good.state === 'up' && victim.state === 'up');
  world.runUntil(() => victim.state === 'waiting');
  world.runFor(5_000);
  assert.deepEqual(good.reasons, []);
});

test('faults are set and ended while sessions are up: for one, for an account, for everybody', () => {
  const world = new World({ delay: 1 });
  const { ac, host } = connected(world);
  const set = (faults: readonly Fault[], whose = {}) => {
    let done = false;
    ac.act((concentrator, now) => {
      done = concentrator.setFaults(faults, whose, now);
    });
    return done;
  };
  const sessionId = host.snapshot.sessionId ?? 0;
  const isAnswered = () => {
    const before = host.packets.length;
    const { localAddress = '' } = host.snapshot;
    host.act((session) => session.sendPackets([ping(localAddress, '10.64.0.1')]));
    world.runFor(10);
    return host.packets.length > before;
  };
  const lost = readFaults({ name: 'drop', packets: 'IPv4' });
  for (const whose of [{ sessionId }, { username: ACCOUNT.username }, {}]) {
    assert.equal(isAnswered(), true);
    assert.equal(set(lost, whose), true);
    assert.equal(isAnswered(), false);
    assert.equal(set([], whose), true);
  }
  assert.equal(isAnswered(), true);
  assert.equal(set(lost, { sessionId: sessionId ^ 1 }), false);
});

test('what is no fault is refused with what is wanted', () => {
  for (const [value, wanted] of [
    ['no-such', /must be one of drop, delay/],
    [undefined, /must be one of/],
    [{ name: 'drop' }, /packets of the fault drop must be a text/],
    [{ name: 'drop', packets: 'PADO', share: 2 }, /share .* number from 0 to 1/],
    [{ name: 'refuse', tag: 'other' }, /tag .* one of service-name-error/],
    [{ name: 'pad', octet: 3 }, /has no 'octet'/],
    [[{ name: 'no-echo' }, 7], /must be one of/],
    [{ name: 'toString' }, /must be one of/],
  ] as const) {
    assert.throws(() => readFaults(value), { name: 'RangeError', message: wanted });
  }
  assert.deepEqual(readFaults(['no-echo', { name: 'pad', octets: '3' }]), [
    { name: 'no-echo' },
    { name: 'pad', octets: 3 },
  ]);
});
