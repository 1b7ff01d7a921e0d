import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PapAuthenticator, PapPeer } from '../../src/ppp/pap';
import { encodeControl } from '../../src/wire/control';
import { encodePapMessage, encodePapRequest, PAP } from '../../src/wire/pap';
import { PROTOCOL } from '../../src/wire/ppp';
import { MalformedPacket } from '../../src/wire/reader';
import { CREDENTIALS, captured, packet, pass, RETRY, Record } from './authentication-rig';

const request = (identifier: number, username: string, password: string) =>
  packet(
    PAP.authenticateRequest,
    identifier,
    encodePapRequest({ peerId: Buffer.from(username), password: Buffer.from(password) }),
  );
const ackOf = (identifier: number, text = '') =>
  packet(PAP.authenticateAck, identifier, encodePapMessage(Buffer.from(text)));
const nakOf = (identifier: number, text = '') =>
  packet(PAP.authenticateNak, identifier, encodePapMessage(Buffer.from(text)));

function peer(credentials = CREDENTIALS): { record: Record; side: PapPeer } {
  const record = new Record();
  const side = new PapPeer(credentials, record, RETRY);
  side.start(0);
  return { record, side };
}

function authenticator(): { record: Record; side: PapAuthenticator } {
  const record = new Record();
  const side = new PapAuthenticator(record);
  side.start();
  return { record, side };
}

test('our request is the one that pppd sends with the same user name and password', () => {
  const theirs = captured('pppd-rp-pppoe-pap', PROTOCOL.pap).find(({ code }) => code === PAP.authenticateRequest);
  const { record } = peer();
  assert.ok(theirs);
  assert.deepEqual(record.sent[0]?.data, theirs.data);
});

test("pppd's packets are understood by both of our sides", () => {
  for (const { code, ...rest } of captured('pppd-rp-pppoe-pap', PROTOCOL.pap)) {
    if (code === PAP.authenticateRequest) {
      const { record, side } = authenticator();
      side.receive(encodeControl({ code, ...rest }), 0);
      assert.equal(record.lastClaim.username, 'test');
      assert.equal(record.lastClaim.verify('secret'), true);
    } else {
      const { record, side } = peer();
      side.receive(encodeControl({ code, ...rest, identifier: record.sent[0]?.identifier ?? 0 }), 0);
      assert.equal(record.outcomes.length, 1);
      assert.match(record.outcomes[0] ?? '', /^succeeded: /);
    }
  }
  const refusal = captured('pppd-rp-pppoe-wrong-password-pap', PROTOCOL.pap).find(({ code }) => code === 3);
  assert.ok(refusal);
  const { record, side } = peer();
  side.receive(encodeControl({ ...refusal, identifier: record.sent[0]?.identifier ?? 0 }), 0);
  assert.deepEqual(record.outcomes, ['failed: Login incorrect']);
});

test('user name, password and answer go from side to side', () => {
  for (const [secret, accepted] of [
    ['secret', true],
    ['other', false],
  ] as const) {
    const ours = peer();
    const theirs = authenticator();
    theirs.side.receive(ours.record.last, 0);
    const { lastClaim } = theirs.record;
    assert.deepEqual([lastClaim.protocol, lastClaim.username], ['pap', 'test']);
    assert.equal(lastClaim.verify(secret), accepted);
    theirs.side.decide({ accepted, text: accepted ? 'Welcome' : 'Login incorrect' }, 0);
    ours.side.receive(theirs.record.last, 0);
    const outcome = accepted ? 'succeeded: Welcome' : 'failed: Login incorrect';
    assert.deepEqual(theirs.record.outcomes, [outcome]);
    assert.deepEqual(ours.record.outcomes, [outcome]);
    assert.equal(ours.side.deadline, undefined);
  }
});

test('the request is repeated with the same Identifier, then it is unanswered', () => {
  const { record, side } = peer();
  assert.deepEqual(pass(side, 3_600_000), [200, 600, 1_400, 3_000, 6_000, 9_000, 12_000, 15_000, 18_000, 21_000]);
  assert.equal(record.packets.length, 10);
  for (const repeated of record.packets) assert.deepEqual(repeated, record.packets[0]);
  assert.deepEqual(record.outcomes, ['unanswered']);
});

test('a new authentication has a new Identifier', () => {
  const { record, side } = peer();
  side.receive(ackOf(record.sent[0]?.identifier ?? 0), 0);
  side.start(10);
  assert.notEqual(record.sent[1]?.identifier, record.sent[0]?.identifier);
});

test('an answer to another Identifier, a second answer, and other codes are ignored', () => {
  const { record, side } = peer();
  const identifier = record.sent[0]?.identifier ?? 0;
  side.receive(nakOf(identifier ^ 1, 'stale'), 0);
  side.receive(packet(9, identifier), 0);
  assert.deepEqual(record.outcomes, []);
  side.receive(ackOf(identifier), 0);
  side.receive(nakOf(identifier, 'late'), 0);
  assert.deepEqual(record.outcomes, ['succeeded: ']);
});

test('an Ack without even its length octet is accepted', () => {
  const { record, side } = peer();
  side.receive(packet(PAP.authenticateAck, record.sent[0]?.identifier ?? 0), 0);
  assert.deepEqual(record.outcomes, ['succeeded: ']);
});

test('a Nak after the transmissions stopped still tells why', () => {
  const { record, side } = peer();
  side.suspend();
  assert.equal(side.deadline, undefined);
  side.receive(nakOf(record.sent[0]?.identifier ?? 0, 'Login incorrect'), 0);
  assert.deepEqual(record.outcomes, ['failed: Login incorrect']);
});

test('control characters in the message do not reach people', () => {
  const { record, side } = peer();
  side.receive(nakOf(record.sent[0]?.identifier ?? 0, '\u001b[31mNo\r\nentry\0'), 0);
  assert.deepEqual(record.outcomes, ['failed: [31mNo entry']);
});

test('a repeated request is answered again with the same verdict and its own Identifier', () => {
  for (const accepted of [true, false]) {
    const { record, side } = authenticator();
    side.receive(request(5, 'test', 'secret'), 0);
    side.decide({ accepted, text: 'x' }, 0);
    side.receive(request(6, 'test', 'other'), 0);
    const code = accepted ? PAP.authenticateAck : PAP.authenticateNak;
    assert.deepEqual(
      record.sent.map((sent) => [sent.code, sent.identifier]),
      [
        [code, 5],
        [code, 6],
      ],
    );
    assert.equal(record.claims.length, 1);
    assert.equal(record.outcomes.length, 1);
  }
});

test('a request that is repeated before the decision is one claim, answered with the last Identifier', () => {
  const { record, side } = authenticator();
  side.receive(request(5, 'test', 'secret'), 0);
  side.receive(request(6, 'test', 'secret'), 0);
  assert.equal(record.claims.length, 1);
  assert.equal(record.packets.length, 0);
  side.decide({ accepted: true, text: '' }, 0);
  assert.deepEqual(
    record.sent.map(({ identifier }) => identifier),
    [6],
  );
});

test('an empty user name or password is refused without asking anybody', () => {
  for (const [username, password] of [
    ['', ''],
    ['test', ''],
    ['', 'secret'],
  ] as const) {
    const { record, side } = authenticator();
    side.receive(request(5, username, password), 0);
    assert.equal(record.claims.length, 0);
    assert.equal(record.sent[0]?.code, PAP.authenticateNak);
    assert.match(record.outcomes[0] ?? '', /^failed: /);
  }
});

test('a decision without a request, or a second one, changes nothing', () => {
  const { record, side } = authenticator();
  side.decide({ accepted: true, text: '' }, 0);
  assert.deepEqual(record.outcomes, []);
  side.receive(request(5, 'test', 'secret'), 0);
  side.decide({ accepted: false, text: 'no' }, 0);
  side.decide({ accepted: true, text: 'yes' }, 0);
  assert.deepEqual(record.outcomes, ['failed: no']);
  assert.equal(record.packets.length, 1);
});

test('malformed packets throw, and the next one is taken', () => {
  const { record, side } = authenticator();
  for (const data of [Buffer.alloc(0), Buffer.from([9, 1]), Buffer.from([1, 65, 200])]) {
    assert.throws(() => side.receive(packet(PAP.authenticateRequest, 1, data), 0), MalformedPacket);
  }
  side.receive(request(5, 'test', 'secret'), 0);
  assert.equal(record.claims.length, 1);
  const ours = peer();
  const identifier = ours.record.sent[0]?.identifier ?? 0;
  const broken = packet(PAP.authenticateAck, identifier, Buffer.from([9]));
  assert.throws(() => ours.side.receive(broken, 0), MalformedPacket);
  ours.side.receive(ackOf(identifier), 0);
  assert.deepEqual(ours.record.outcomes, ['succeeded: ']);
});
