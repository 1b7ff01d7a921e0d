import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Admission } from '../../src/concentrator/admission';
import type { AdmissionRequest } from '../../src/concentrator/events';
import type { ConcentratorSettings } from '../../src/concentrator/settings';
import { Ac, Host } from '../client/stations';
import { World } from '../client/world';

/** A host that logs in to a concentrator which asks, until that has asked. */
function asked(settings: Partial<ConcentratorSettings> = {}) {
  const world = new World({ delay: 1 });
  const ac = new Ac(world, { admission: 'ask', authentication: ['chap-md5'], accounts: [], ...settings });
  const host = new Host(world).open();
  const requests = () => ac.events.flatMap((event) => (event.type === 'authenticate' ? [event.request] : []));
  world.runUntil(() => requests().length > 0);
  const [request] = requests();
  assert.ok(request);
  const admit = (admission: Admission, { ticket, subscriber }: AdmissionRequest = request) => {
    let taken = false;
    ac.act((concentrator, now) => {
      taken = concentrator.admit(subscriber.sessionId, ticket, admission, now);
    });
    return taken;
  };
  return { world, ac, host, request, requests, admit };
}

test('an event asks who may come in, with everything but the password', () => {
  const { request, ac } = asked();
  const { username, protocol, subscriber } = request;
  assert.deepEqual([username, protocol, subscriber.phase], ['test', 'chap-md5', 'authenticate']);
  assert.equal(subscriber.sessionId, ac.subscribers[0]?.sessionId);
  assert.ok(!JSON.stringify(ac.events).includes('secret'));
});

for (const protocol of ['pap', 'chap-md5', 'ms-chap-v2'] as const) {
  test(`the answer may give the password, the address and name servers (${protocol})`, () => {
    const { world, host, admit } = asked({ authentication: [protocol] });
    const [address, dns] = [Buffer.of(192, 0, 2, 77), [Buffer.of(192, 0, 2, 53)]];
    assert.equal(admit({ accepted: true, password: 'secret', address, dns, text: 'Hello' }), true);
    world.runUntil(() => host.state === 'up');
    assert.equal(host.snapshot.localAddress, '192.0.2.77');
    assert.deepEqual(host.snapshot.dns, ['192.0.2.53']);
    assert.ok(host.progress.some((text) => text.includes('Hello')));
  });

  test(`a password that is not the host's lets nobody in (${protocol})`, () => {
    for (const password of ['other', '']) {
      const { world, host, admit } = asked({ authentication: [protocol] });
      assert.equal(admit({ accepted: true, password }), true);
      world.runUntil(() => host.state === 'waiting');
      assert.equal(host.snapshot.reason?.code, 'authentication-failed');
    }
  });
}

test('an answer without a password believes the host, unless MS-CHAPv2 needs it for its own proof', () => {
  const believed = asked();
  assert.equal(believed.admit({ accepted: true }), true);
  believed.world.runUntil(() => believed.host.state === 'up');
  const unproved = asked({ authentication: ['ms-chap-v2'] });
  assert.equal(unproved.admit({ accepted: true }), true);
  unproved.world.runUntil(() => unproved.host.state === 'waiting');
  assert.match(unproved.host.snapshot.reason?.text ?? '', /needs the password/);
});

test('a refusal tells the host its text', () => {
  const { world, host, admit, ac } = asked();
  assert.equal(admit({ accepted: false, text: 'Bill not paid' }), true);
  world.runUntil(() => host.state === 'waiting');
  assert.match(host.snapshot.reason?.text ?? '', /Bill not paid/);
  assert.equal(ac.departures[0]?.code, 'authentication-failed');
});

test('nobody who answers in time lets nobody in, and a late answer is told that it is', () => {
  const { world, host, admit, request } = asked({ decisionTimeout: 2_000 });
  world.runUntil(() => host.state === 'waiting', 5_000, 'refused');
  assert.match(host.snapshot.reason?.text ?? '', /in time/);
  assert.equal(admit({ accepted: true, password: 'secret' }, request), false);
});

test('an answer counts once, and only for what was asked', () => {
  const { world, host, admit, request } = asked();
  assert.equal(admit({ accepted: true }, { ...request, ticket: request.ticket + 1 }), false);
  assert.equal(admit({ accepted: true }), true);
  assert.equal(admit({ accepted: false }), false);
  world.runUntil(() => host.state === 'up');
});

test('with accounts first, who has one is let in or refused by it, and only others are asked about', () => {
  const world = new World({ delay: 1 });
  const accounts = [{ username: 'known', password: 'pw' }];
  const ac = new Ac(world, { admission: 'accounts-then-ask', authentication: ['chap-md5'], accounts });
  const known = new Host(world, { username: 'known', password: 'pw' }).open();
  const wrong = new Host(world, { username: 'known', password: 'no' }).open();
  world.runUntil(() => known.state === 'up' && wrong.state === 'waiting');
  assert.ok(!ac.events.some(({ type }) => type === 'authenticate'));
  new Host(world, { username: 'stranger', password: 'pw' }).open();
  world.runUntil(() => ac.events.some(({ type }) => type === 'authenticate'));
});

test('an address that another user has is not given away by an answer', () => {
  const { world, ac, host, requests, admit } = asked();
  const address = Buffer.of(192, 0, 2, 77);
  admit({ accepted: true, address });
  world.runUntil(() => host.state === 'up');
  const other = new Host(world, { username: 'other', password: 'pw' }).open();
  world.runUntil(() => requests().length === 2);
  assert.equal(admit({ accepted: true, address }, requests()[1]), true);
  world.runUntil(() => other.state === 'waiting');
  assert.match(other.snapshot.reason?.text ?? '', /The address is in use/);
  assert.equal(ac.subscribers[0]?.username, 'test');
});
