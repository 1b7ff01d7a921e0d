// Replies that are none, and servers that are none: by a scripted server and in virtual time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RadiusClient } from '../../../src/runtime/radius/client';
import type { RadiusReply, RadiusRequest } from '../../../src/runtime/radius/packet';
import { RADIUS_DEFAULTS } from '../../../src/runtime/radius/settings';
import { FakeClock, turns } from '../fake-clock';
import { CODE, type Flaws, type ReplyAttribute, replyTo, ScriptedServers } from './scripted-server';

const REQUEST: RadiusRequest = {
  code: 'Access-Request',
  attributes: [['User-Name', 'test']],
  password: Buffer.from('secret'),
};
const SETTINGS = { ...RADIUS_DEFAULTS, timeout: 1_000, tries: 2, deadTime: 60_000 };

type Answer = Parameters<ScriptedServers['on']>[1];

/** A client of servers that answer so. */
function rig(...answers: readonly Answer[]) {
  const clock = new FakeClock();
  const servers = new ScriptedServers();
  const reports: string[] = [];
  const list = answers.map((answer, index) => servers.on(index + 1, answer));
  const client = new RadiusClient(list, SETTINGS, clock, servers.open, ({ code, text }) =>
    reports.push(`${code}: ${text}`),
  );
  const outcomes: (RadiusReply | undefined)[] = [];
  /** What was answered, `none` for a question that nobody did. */
  const codes = () => outcomes.map((reply) => reply?.code ?? 'none');
  const ask = async (request = REQUEST) => {
    client.ask(
      () => request,
      (reply) => outcomes.push(reply),
    );
    await turns(2);
  };
  const advance = async (ms: number) => {
    clock.advance(ms);
    await turns(2);
  };
  return { clock, servers, reports, client, outcomes, codes, ask, advance };
}

const accept: Answer = ({ octets }) => replyTo(octets, CODE.accept);
const mute: Answer = () => undefined;

test('a request carries its signature first, and its password hidden so that the server finds it', async () => {
  const { servers, outcomes, ask } = rig(accept);
  const password = 'a password of more than sixteen octets: é';
  await ask({ ...REQUEST, password: Buffer.from(password) });
  const [asked] = servers.to(1);
  assert.deepEqual([...(asked?.octets.subarray(20, 22) ?? [])], [80, 18]);
  assert.equal(asked?.attributes['User-Password'], password);
  assert.ok(!asked?.octets.includes('sixteen'));
  assert.equal(outcomes[0]?.code, 'Access-Accept');
});

const FORGED: readonly (readonly [what: string, flaws: Flaws, reported: RegExp])[] = [
  ['of another secret', { secret: 'other' }, /Response Authenticator is wrong/],
  ['with a wrong Response Authenticator', { authenticator: 'wrong' }, /Response Authenticator is wrong/],
  ['without a Message-Authenticator', { signature: 'missing' }, /Message-Authenticator is missing/],
  ['with a wrong Message-Authenticator', { signature: 'wrong' }, /Message-Authenticator is wrong/],
  ['with two Message-Authenticators', { signature: 'twice' }, /Message-Authenticator is wrong/],
  ['to another identifier', { identifier: 250 }, /No reply/],
];
for (const [what, flaws, reported] of FORGED) {
  for (const code of [CODE.accept, CODE.reject, CODE.challenge]) {
    test(`a reply of code ${code} ${what} is as good as none`, async () => {
      const { servers, outcomes, reports, ask, advance } = rig(({ octets }) => replyTo(octets, code, [], flaws));
      await ask();
      assert.deepEqual(outcomes, []);
      await advance(2_000);
      assert.deepEqual(outcomes, [undefined]);
      assert.equal(servers.to(1).length, SETTINGS.tries);
      assert.match(reports[0] ?? '', reported);
    });
  }
}

test('a reply with any octet changed, or cut off anywhere, is none; the whole one is', async () => {
  const { servers, outcomes, codes, ask } = rig(mute);
  await ask();
  const [asked] = servers.to(1);
  assert.ok(asked);
  const whole = replyTo(asked.octets, CODE.accept, [[18, 'Welcome']]);
  for (let at = 0; at < whole.length; at++) {
    asked.outlets.received(whole.subarray(0, at));
    for (const bit of [1, 0x80]) {
      const altered = Buffer.from(whole);
      altered[at] = (altered[at] ?? 0) ^ bit;
      asked.outlets.received(altered);
    }
  }
  assert.deepEqual(codes(), []);
  asked.outlets.received(Buffer.concat([whole, Buffer.alloc(7)]));
  assert.deepEqual(outcomes[0]?.attributes.get('Reply-Message'), ['Welcome']);
});

const MALFORMED: readonly (readonly [what: string, attributes: readonly ReplyAttribute[]])[] = [
  ['an integer of three octets', [[27, Buffer.of(1, 2, 3)]]],
  ['no octet of a tagged attribute', [[64, Buffer.alloc(0)]]],
];
for (const [what, attributes] of MALFORMED) {
  test(`${what} makes a signed reply none, and nothing worse`, async () => {
    const { outcomes, reports, ask, advance } = rig(({ octets }) => replyTo(octets, CODE.accept, attributes));
    await ask();
    await advance(2_000);
    assert.deepEqual(outcomes, [undefined]);
    assert.match(reports[0] ?? '', /malformed/);
  });
}

test("a vendor's attributes of a format of its own are no obstacle", async () => {
  const { outcomes, ask } = rig(({ octets }) =>
    replyTo(octets, CODE.accept, [
      [26, Buffer.of(0, 0, 0, 9, 1, 0)],
      [26, Buffer.of(7)],
    ]),
  );
  await ask();
  assert.equal(outcomes[0]?.code, 'Access-Accept');
});

test('a mute server is asked again with the same packet, then the next one, which is asked first for a while', async () => {
  const { servers, outcomes, reports, ask, advance } = rig(mute, accept);
  await ask();
  await advance(1_000);
  const [first, second] = servers.to(1);
  assert.ok(first && second?.octets.equals(first.octets));
  assert.equal(servers.to(2).length, 0);
  await advance(1_000);
  assert.equal(outcomes[0]?.code, 'Access-Accept');
  assert.deepEqual(reports, ['server-dead: RADIUS server 192.0.2.1:1: No reply']);
  await ask();
  assert.equal(outcomes.length, 2);
  assert.equal(servers.to(1).length, 2);
  await advance(SETTINGS.deadTime);
  await ask();
  assert.equal(servers.to(1).length, 3);
});

test('a server that answers again is told', async () => {
  const { servers, outcomes, reports, ask, advance } = rig(mute, accept);
  await ask();
  await advance(2_000);
  servers.on(1, accept);
  await advance(SETTINGS.deadTime);
  await ask();
  assert.equal(outcomes.length, 2);
  assert.deepEqual(reports.at(-1), 'server-alive: RADIUS server 192.0.2.1:1 answers again');
});

test('when all are dead they are all asked all the same', async () => {
  const { servers, codes, ask, advance } = rig(mute, mute);
  await ask();
  await advance(2_000);
  await advance(2_000);
  assert.deepEqual(codes(), ['none']);
  servers.on(2, accept);
  await ask();
  await advance(2_000);
  assert.deepEqual(codes(), ['none', 'Access-Accept']);
});

test('a host on which nobody listens is given up at once', async () => {
  const { servers, outcomes, reports, ask } = rig(mute, accept);
  await ask();
  servers.to(1)[0]?.outlets.failed(new Error('ECONNREFUSED'));
  await turns(2);
  assert.equal(outcomes[0]?.code, 'Access-Accept');
  assert.match(reports[0] ?? '', /ECONNREFUSED/);
});

test('a late reply settles nothing, also when its identifier is in use again', async () => {
  const { servers, outcomes, ask, advance } = rig(mute);
  await ask();
  await advance(2_000);
  const [late] = servers.to(1);
  assert.ok(late);
  for (let count = 0; count < 256; count++) await ask();
  late.outlets.received(replyTo(late.octets, CODE.accept));
  assert.deepEqual(outcomes, [undefined]);
});

test('more questions than identifiers wait for one, and all are answered', async () => {
  const { servers, outcomes, ask } = rig(mute);
  for (let count = 0; count < 300; count++) await ask();
  assert.equal(servers.to(1).length, 256);
  for (const { octets, outlets } of [...servers.to(1)]) outlets.received(replyTo(octets, CODE.accept));
  for (const { octets, outlets } of servers.to(1).slice(256)) outlets.received(replyTo(octets, CODE.reject));
  assert.equal(outcomes.filter((reply) => reply?.code === 'Access-Accept').length, 256);
  assert.equal(outcomes.filter((reply) => reply?.code === 'Access-Reject').length, 44);
});

test('what does not fit into a packet is refused before anything is sent', async () => {
  const { servers, client } = rig(accept);
  const attempt = (request: RadiusRequest) =>
    client.ask(
      () => request,
      () => assert.fail('it was answered'),
    );
  assert.throws(() => attempt({ ...REQUEST, password: Buffer.alloc(129) }), RangeError);
  assert.throws(() => attempt({ ...REQUEST, attributes: [['User-Name', 'x'.repeat(254)]] }), RangeError);
  const many = Array.from({ length: 20 }, () => ['Class', Buffer.alloc(253)] as const);
  assert.throws(() => attempt({ ...REQUEST, attributes: many }), RangeError);
  assert.equal(servers.opened, 0);
});

test('close lets go of sockets and timers, and nobody is told anything more', async () => {
  const { clock, servers, client, outcomes, ask, advance } = rig(mute);
  await ask();
  client.close();
  assert.equal(servers.opened, 0);
  assert.deepEqual(clock.armed, []);
  await advance(10_000);
  assert.deepEqual(outcomes, []);
});
