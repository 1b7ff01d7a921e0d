import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Account } from '../../src/concentrator/settings';
import { Connection } from '../../src/ppp/connection';
import { AUTOMATON_DEFAULTS } from '../../src/ppp/control-protocol';
import { SessionFrameTemplate } from '../../src/pppoe/session-frame';
import { ETHERTYPE } from '../../src/wire/ethernet';
import { formatIpv4 } from '../../src/wire/ip';
import { decodePpp } from '../../src/wire/ppp';
import { ACCOUNT, Ac, Host } from '../client/stations';
import { World } from '../client/world';

const GOOD: Account = { username: 'good', password: 'right' };
const EMPTY: Account = { username: 'empty', password: '' };

const CLAIMS = [
  { name: 'a right password', username: 'good', password: 'right', accepted: true },
  { name: 'a wrong password', username: 'good', password: 'wrong', accepted: false },
  { name: 'an empty password', username: 'good', password: '', accepted: false },
  { name: 'an unknown user', username: 'nobody', password: 'right', accepted: false },
  { name: 'an unknown user with an empty password', username: 'nobody', password: '', accepted: false },
  { name: 'an account with an empty password', username: 'empty', password: '', accepted: false },
  { name: 'an empty user name', username: '', password: 'right', accepted: false },
  { name: 'a password that begins like the right one', username: 'good', password: 'righ', accepted: false },
] as const;

for (const method of ['ms-chap-v2', 'chap-md5', 'pap'] as const) {
  for (const { name, username, password, accepted } of CLAIMS) {
    test(`${name} is ${accepted ? 'accepted' : 'refused'} with ${method}`, () => {
      const world = new World({ delay: 1 });
      const ac = new Ac(world, { accounts: [GOOD, EMPTY], authentication: [method] });
      const host = new Host(world, { username, password }).open();
      world.runUntil(() => host.state === 'up' || host.state === 'waiting');
      assert.equal(host.state, accepted ? 'up' : 'waiting');
      if (accepted) return;
      assert.equal(host.snapshot.reason?.code, 'authentication-failed');
      world.runFor(1_000);
      assert.deepEqual(ac.subscribers, []);
      const [event, ...others] = ac.events;
      assert.deepEqual(others, []);
      assert.ok(event?.type === 'subscriber-refused');
      assert.equal(event.refusal.reason.code, 'authentication-failed');
      // PAP with a part left out names nobody: that is refused before anything is claimed.
      const isNobody = method === 'pap' && (username === '' || password === '');
      assert.equal(event.refusal.username, isNobody ? undefined : username);
    });
  }
}

test('a Success whose S= is not the right one ends in authentication-failed, and the session does not come up', () => {
  const world = new World({ delay: 1 });
  new Ac(world, { accounts: [GOOD], authentication: ['ms-chap-v2'] });
  world.tap = ({ text, frame }) => {
    const at = frame.indexOf('S=') + 2;
    if (text === 'CHAP Success') frame[at] = frame[at] === 0x30 ? 0x31 : 0x30;
    return undefined;
  };
  const host = new Host(world, { username: 'good', password: 'right' }).open();
  world.runUntil(() => host.state === 'waiting');
  assert.equal(host.snapshot.reason?.code, 'authentication-failed');
  assert.match(host.snapshot.reason.text, /impostor/);
  assert.ok(!host.states.includes('configuring'));
});

test('an access concentrator is not made with a protocol that only hosts take part in', () => {
  for (const protocol of ['eap', 'chap' as 'pap'] as const) {
    assert.throws(() => new Ac(new World(), { authentication: ['pap', protocol] }), RangeError);
  }
});

test('who has not authenticated itself gets no address, whatever it sends', () => {
  const world = new World({ delay: 1 });
  const ac = new Ac(world, { poolSize: 1 });
  world.tap = ({ from, text }) => (from === 'host' && text === 'CHAP Response' ? 'drop' : undefined);
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'authenticating');
  const { sessionId = 0 } = host.snapshot;
  const template = new SessionFrameTemplate(ac.address, host.address, [], sessionId);
  const request = Buffer.from('0101000a03060a400002', 'hex');
  world.send(host, template.frame(0x8021, request));
  // A CHAP Success is the authenticator's to send.
  world.send(host, template.frame(0xc223, Buffer.from('03010004', 'hex')));
  world.runFor(5);
  assert.equal(ac.subscribers[0]?.phase, 'authenticate');
  assert.equal(ac.subscribers[0]?.address, undefined);
  assert.ok(!world.sentBy('ac').some((text) => text.startsWith('IPCP')));
});

test('accounts with a fixed address get it, the others one of the pool that is nobody else', () => {
  const world = new World({ delay: 1 });
  const accounts = ['a', 'b', 'c', 'd'].map((username) => ({ username, password: 'pw' }));
  const ac = new Ac(world, {
    accounts: [...accounts, { username: 'fixed', password: 'pw', address: Buffer.of(10, 64, 0, 3) }],
    poolStart: Buffer.of(10, 64, 0, 0),
    poolSize: 6,
  });
  const hosts = ['a', 'b', 'fixed', 'c', 'd'].map((username) => new Host(world, { username, password: 'pw' }).open());
  world.runUntil(() => hosts.every(({ state }) => state === 'up'));
  const addresses = hosts.map(({ snapshot }) => snapshot.localAddress);
  assert.equal(addresses[2], '10.64.0.3');
  assert.equal(new Set(addresses).size, 5);
  // Neither the gateway's own address nor the fixed one is lent.
  assert.deepEqual(
    addresses.toSorted(),
    ['0', '2', '3', '4', '5'].map((last) => `10.64.0.${last}`),
  );
  assert.equal(ac.subscribers.length, 5);
});

test('when the pool is empty a host is refused, not let in with an address of its own choice', () => {
  const world = new World({ delay: 1 });
  const ac = new Ac(world, { poolSize: 1, poolStart: Buffer.of(10, 64, 0, 9) });
  const first = new Host(world, {}, 'first').open();
  world.runUntil(() => first.state === 'up');
  for (const address of [undefined, Buffer.of(10, 64, 0, 9), Buffer.of(10, 64, 0, 1), Buffer.of(192, 0, 2, 1)]) {
    const host = new Host(world, address ? { address } : {}, 'late').open();
    world.runUntil(() => host.state === 'waiting' || host.state === 'up');
    assert.equal(host.state, 'waiting', `up with ${host.snapshot.localAddress}`);
    host.close();
    world.runFor(1_000);
  }
  assert.deepEqual(
    ac.subscribers.map(({ address }) => address),
    ['10.64.0.9'],
  );
  assert.equal(ac.events.filter(({ type }) => type === 'subscriber-up').length, 1);
  first.close();
  world.runFor(1_000);
  const next = new Host(world, {}, 'next').open();
  world.runUntil(() => next.state === 'up');
  assert.equal(next.snapshot.localAddress, '10.64.0.9');
});

test('a host that asks for an address gets the one that it is given', () => {
  const world = new World({ delay: 1 });
  new Ac(world);
  const host = new Host(world, { address: Buffer.of(10, 64, 0, 1) }).open();
  world.runUntil(() => host.state === 'up');
  assert.equal(host.snapshot.localAddress, '10.64.0.2');
});

test('addresses come back when sessions end, also those that were negotiated anew', () => {
  const world = new World({ delay: 1 });
  const ac = new Ac(world, { poolSize: 2 });
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'up');
  for (let round = 0; round < 5; round++) {
    const id = host.snapshot.sessionId ?? 0;
    const template = new SessionFrameTemplate(ac.address, host.address, [], id);
    // A Configure-Request that the open LCP has not seen makes both ends negotiate and authenticate again.
    world.send(
      host,
      template.frame(0xc021, Buffer.from(`01${(100 + round).toString(16)}000a05061234567${round}`, 'hex')),
    );
    world.runUntil(() => host.state !== 'up');
    world.runUntil(() => host.state === 'up');
    assert.equal(ac.subscribers[0]?.address, host.snapshot.localAddress);
  }
  const other = new Host(world, {}, 'other').open();
  world.runUntil(() => other.state === 'up', 60_000, 'the second of two addresses');
  assert.notEqual(other.snapshot.localAddress, host.snapshot.localAddress);
});

test('a host that authenticates itself anew as somebody else gets the address of that account, and the pool its own back', () => {
  const world = new World({ delay: 1 });
  const fixed = { username: 'fixed', password: 'pw', address: Buffer.of(192, 0, 2, 1) };
  const ac = new Ac(world, { accounts: [ACCOUNT, fixed], poolSize: 1 });
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'up');
  const id = host.snapshot.sessionId ?? 0;
  const template = new SessionFrameTemplate(ac.address, host.address, [], id);
  const asked = (credentials: { readonly username: string; readonly password: string }) => {
    const connection = new Connection(
      {
        lcp: { mru: 1492, allowed: ['chap-md5'], required: [] },
        credentials,
        authenticationRequired: true,
        name: '',
        ipcp: () => ({ askDns: false }),
        keepalive: { mode: 'off', interval: 1_000, failures: 3 },
        automaton: AUTOMATON_DEFAULTS,
        phaseTimeout: 10_000,
      },
      {
        send: (protocol, information) => world.send(host, template.frame(protocol, information)),
        random: (octets) => world.random.octets(octets),
        progress: () => {},
        phase: () => {},
        claim: () => {},
        closed: () => {},
      },
    );
    host.receive = (frame, now) => {
      if (frame.readUInt16BE(12) !== ETHERTYPE.session) return;
      const { protocol, information } = decodePpp(frame.subarray(20, 20 + frame.readUInt16BE(18)));
      connection.receive(protocol, information, now);
    };
    connection.open(world.now);
    world.runUntil(() => connection.phase === 'open');
    return formatIpv4(connection.ipcp.address ?? Buffer.alloc(4));
  };
  assert.equal(asked(fixed), '192.0.2.1');
  assert.deepEqual(
    ac.subscribers.map(({ username, address }) => [username, address]),
    [['fixed', '192.0.2.1']],
  );
  const next = new Host(world, {}, 'next').open();
  world.runUntil(() => next.state === 'up', 60_000, 'the only address of the pool');
  next.close();
  world.runFor(1_000);
  assert.equal(asked(ACCOUNT), '10.64.0.2');
});

test('a user with a fixed address who logs in again replaces the session before, and the address is nobody else', () => {
  const world = new World({ delay: 1 });
  const address = Buffer.of(192, 0, 2, 9);
  const accounts = ['fixed', 'twin'].map((username) => ({ username, password: 'pw', address }));
  const ac = new Ac(world, { accounts });
  const first = new Host(world, { username: 'fixed', password: 'pw' }, 'first').open();
  world.runUntil(() => first.state === 'up');
  const second = new Host(world, { username: 'fixed', password: 'pw' }, 'second').open();
  world.runUntil(() => second.state === 'up');
  assert.equal(first.snapshot.reason?.code, 'peer-terminated');
  first.close();
  const twin = new Host(world, { username: 'twin', password: 'pw' }, 'twin').open();
  world.runUntil(() => twin.state === 'waiting');
  assert.match(twin.snapshot.reason?.text ?? '', /The address is in use/);
  twin.close();
  world.runFor(1_000);
  assert.deepEqual(
    ac.subscribers.map(({ username, address: its }) => [username, its]),
    [['fixed', '192.0.2.9']],
  );
});
