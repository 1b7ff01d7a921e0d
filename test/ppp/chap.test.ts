import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ChapAuthenticator, ChapPeer } from '../../src/ppp/chap';
import { CHAP_MD5, chapMd5 } from '../../src/ppp/chap-md5';
import { CHAP, decodeChapValue, encodeChapValue } from '../../src/wire/chap';
import { encodeControl } from '../../src/wire/control';
import { PROTOCOL } from '../../src/wire/ppp';
import { MalformedPacket } from '../../src/wire/reader';
import { octets } from '../wire/codec';
import { CREDENTIALS, captured, packet, pass, RETRY, Record } from './authentication-rig';
import { seeded } from './random';

const challenge = (identifier: number, value: Buffer, name = 'ac') =>
  packet(CHAP.challenge, identifier, encodeChapValue({ value, name: Buffer.from(name) }));
const response = (identifier: number, value: Buffer, name = 'test') =>
  packet(CHAP.response, identifier, encodeChapValue({ value, name: Buffer.from(name) }));

function peer(isOurs: (value: Buffer) => boolean = () => false): { record: Record; side: ChapPeer } {
  const record = new Record();
  const side = new ChapPeer({ ...RETRY, algorithm: CHAP_MD5, credentials: CREDENTIALS }, record, seeded(8), isOurs);
  side.start();
  return { record, side };
}

function authenticator(): { record: Record; side: ChapAuthenticator } {
  const record = new Record();
  const side = new ChapAuthenticator({ ...RETRY, algorithm: CHAP_MD5, name: 'ac' }, record, seeded(7));
  side.start(0);
  return { record, side };
}

const CAPTURES = ['pppd-rp-pppoe-chap', 'pppd-accel-ppp-chap', 'pppd-user-mode-rp-pppoe-chap'];

for (const name of CAPTURES) {
  test(`${name}: our Response to each Challenge is pppd's, and the verdict is understood`, () => {
    const packets = captured(name, PROTOCOL.chap);
    // One authentication after the other, of three packets each; an Identifier may come again.
    assert.deepEqual(
      packets.map(({ code }) => code),
      Array(packets.length / 3)
        .fill([CHAP.challenge, CHAP.response, CHAP.success])
        .flat(),
    );
    for (let at = 0; at < packets.length; at += 3) {
      const [theirs, answer, verdict] = packets.slice(at, at + 3);
      assert.ok(theirs && answer && verdict);
      const { record, side } = peer();
      side.receive(encodeControl(theirs), 0);
      assert.deepEqual(record.sent, [answer]);
      side.receive(encodeControl(verdict), 0);
      assert.match(record.outcomes[0] ?? '', /^succeeded: /);
      const { value } = decodeChapValue(theirs.data);
      assert.deepEqual(chapMd5(theirs.identifier, 'secret', value), decodeChapValue(answer.data).value);
    }
  });
}

test("a wrong password, as pppd refuses it: the Failure's text is the reason", () => {
  const packets = captured('pppd-rp-pppoe-wrong-password-chap', PROTOCOL.chap);
  const [theirs, failure] = [CHAP.challenge, CHAP.failure].map((wanted) => packets.find(({ code }) => code === wanted));
  assert.ok(theirs && failure);
  const { record, side } = peer();
  side.receive(encodeControl(theirs), 0);
  side.receive(encodeControl(failure), 0);
  assert.deepEqual(record.outcomes, [`failed: ${failure.data.toString()}`]);
});

test('a right and a wrong password, from side to side', () => {
  for (const [secret, accepted] of [
    ['secret', true],
    ['other', false],
  ] as const) {
    const ours = peer();
    const theirs = authenticator();
    ours.side.receive(theirs.record.last, 0);
    theirs.side.receive(ours.record.last, 0);
    const { lastClaim } = theirs.record;
    assert.deepEqual([lastClaim.protocol, lastClaim.username], ['chap-md5', 'test']);
    assert.equal(lastClaim.verify(secret), accepted);
    theirs.side.decide({ accepted, text: accepted ? 'Welcome' : 'Access denied' }, 0);
    ours.side.receive(theirs.record.last, 0);
    const outcome = accepted ? 'succeeded: Welcome' : 'failed: Access denied';
    assert.deepEqual(ours.record.outcomes, [outcome]);
    assert.deepEqual(theirs.record.outcomes, [outcome]);
    assert.deepEqual([ours.side.deadline, theirs.side.deadline], [undefined, undefined]);
  }
});

test('challenges of any length from 1 to 255 octets are answered', () => {
  const value = octets({ minLength: 1, maxLength: 255 });
  fc.assert(
    fc.property(value, fc.nat(255), (octetsOfIt, identifier) => {
      const { record, side } = peer();
      side.receive(challenge(identifier, octetsOfIt), 0);
      const [sent] = record.sent;
      assert.equal(sent?.identifier, identifier);
      assert.deepEqual(decodeChapValue(sent.data).value, chapMd5(identifier, 'secret', octetsOfIt));
    }),
  );
});

test('an empty challenge is malformed', () => {
  const { record, side } = peer();
  assert.throws(() => side.receive(packet(CHAP.challenge, 1, Buffer.from([0])), 0), MalformedPacket);
  assert.throws(() => side.receive(packet(CHAP.challenge, 1), 0), MalformedPacket);
  assert.equal(record.packets.length, 0);
});

test('a repeated Challenge is answered again', () => {
  const { record, side } = peer();
  for (let time = 0; time < 3; time++) side.receive(challenge(1, Buffer.alloc(16, 5)), time);
  assert.equal(record.packets.length, 3);
  for (const sent of record.packets) assert.deepEqual(sent, record.packets[0]);
});

test('a Challenge after the Success is answered, too, and its Failure counts', () => {
  const { record, side } = peer();
  side.receive(challenge(1, Buffer.alloc(16, 5)), 0);
  side.receive(packet(CHAP.success, 1, 'Welcome'), 0);
  side.receive(challenge(2, Buffer.alloc(16, 6)), 60_000);
  assert.equal(record.sent[1]?.identifier, 2);
  side.receive(packet(CHAP.failure, 2, 'Account expired'), 60_000);
  assert.deepEqual(record.outcomes, ['succeeded: Welcome', 'failed: Account expired']);
});

test('the Response is repeated unchanged until it is answered, or given up', () => {
  const { record, side } = peer();
  assert.equal(side.deadline, undefined);
  side.receive(challenge(1, Buffer.alloc(16, 5)), 1_000);
  assert.deepEqual(pass(side, 3_000), [1_200, 1_600, 2_400]);
  pass(side, 3_600_000);
  assert.equal(record.packets.length, 10);
  for (const sent of record.packets) assert.deepEqual(sent, record.packets[0]);
  assert.deepEqual(record.outcomes, ['unanswered']);
});

test('a Success or Failure for another Identifier, without a Response, or a second one, is ignored', () => {
  const { record, side } = peer();
  side.receive(packet(CHAP.success, 0), 0);
  side.receive(packet(CHAP.failure, 0), 0);
  side.receive(challenge(1, Buffer.alloc(16, 5)), 0);
  side.receive(packet(CHAP.failure, 2), 0);
  assert.deepEqual(record.outcomes, []);
  side.receive(packet(CHAP.success, 1), 0);
  side.receive(packet(CHAP.failure, 1), 0);
  assert.deepEqual(record.outcomes, ['succeeded: ']);
});

test('our own challenge, reflected, is refused and never answered', () => {
  const theirs = authenticator();
  const ours = peer((value) => theirs.side.isOurs(value));
  ours.side.receive(theirs.record.last, 0);
  assert.equal(ours.record.packets.length, 0);
  assert.match(ours.record.outcomes[0] ?? '', /^failed: .*our own/);
});

test('the Challenge is repeated unchanged until it is answered, or given up', () => {
  const { record, side } = authenticator();
  assert.deepEqual(pass(side, 3_600_000), [200, 600, 1_400, 3_000, 6_000, 9_000, 12_000, 15_000, 18_000, 21_000]);
  assert.equal(record.packets.length, 10);
  for (const sent of record.packets) assert.deepEqual(sent, record.packets[0]);
  assert.deepEqual(record.outcomes, ['unanswered']);
});

test('a Challenge has 16 unpredictable octets, and the next one others and another Identifier', () => {
  const { record, side } = authenticator();
  side.start(100);
  const [first, second] = record.sent.map(({ identifier, data }) => ({ identifier, ...decodeChapValue(data) }));
  assert.ok(first && second);
  assert.equal(first.value.length, 16);
  assert.equal(second.value.length, 16);
  assert.notDeepEqual(first.value, second.value);
  assert.notEqual(first.identifier, second.identifier);
  assert.equal(first.name.toString(), 'ac');
});

test('a repeated Response is answered again with the same verdict, and is no second claim', () => {
  for (const accepted of [true, false]) {
    const ours = peer();
    const { record, side } = authenticator();
    ours.side.receive(record.last, 0);
    side.receive(ours.record.last, 0);
    side.receive(ours.record.last, 0);
    assert.equal(record.packets.length, 1, 'nothing is answered before the decision');
    side.decide({ accepted, text: 'x' }, 0);
    side.receive(ours.record.last, 0);
    side.receive(response(1, Buffer.alloc(16)), 0);
    assert.deepEqual(
      record.sent.slice(1).map(({ code, identifier }) => [code, identifier]),
      Array(3).fill([accepted ? CHAP.success : CHAP.failure, 1]),
    );
    assert.equal(record.claims.length, 1);
    assert.equal(record.outcomes.length, 1);
  }
});

test('after a new Challenge the old Response no longer counts, and the new one is a claim of its own', () => {
  const ours = peer();
  const { record, side } = authenticator();
  ours.side.receive(record.last, 0);
  const old = ours.record.last;
  side.receive(old, 0);
  side.decide({ accepted: true, text: '' }, 0);
  side.start(60_000);
  const renewed = record.last;
  side.receive(old, 60_000);
  assert.equal(record.last, renewed);
  ours.side.receive(renewed, 60_000);
  side.receive(ours.record.last, 60_000);
  assert.equal(record.claims.length, 2);
  assert.equal(record.lastClaim.verify('secret'), true);
});

test('a Response whose value has not 16 octets is no proof', () => {
  for (const length of [1, 15, 17, 49, 255]) {
    const { record, side } = authenticator();
    side.receive(response(1, Buffer.alloc(length)), 0);
    assert.equal(record.lastClaim.verify('secret'), false);
  }
});

test('a malformed Response throws, and the Challenge is still repeated', () => {
  const { record, side } = authenticator();
  for (const data of [Buffer.alloc(0), Buffer.from([0, 1]), Buffer.from([200, 1])]) {
    assert.throws(() => side.receive(packet(CHAP.response, 1, data), 0), MalformedPacket);
  }
  assert.equal(side.deadline, 200);
  assert.equal(record.claims.length, 0);
});

test('a decision without a Response, or a second one, changes nothing', () => {
  const { record, side } = authenticator();
  side.decide({ accepted: true, text: '' }, 0);
  assert.deepEqual(record.outcomes, []);
  side.receive(response(1, Buffer.alloc(16)), 0);
  side.decide({ accepted: false, text: 'no' }, 0);
  side.decide({ accepted: true, text: 'yes' }, 0);
  assert.deepEqual(record.outcomes, ['failed: no']);
});
