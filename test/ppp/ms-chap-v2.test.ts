import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AuthenticationDetail } from '../../src/errors';
import { ChapAuthenticator, ChapPeer } from '../../src/ppp/chap';
import { MS_CHAP_V2 } from '../../src/ppp/ms-chap-v2';
import { authenticatorResponse, challengeHash, challengeResponse, ntPasswordHash } from '../../src/ppp/ms-chap-v2-hash';
import { CHAP, decodeChapValue, encodeChapValue } from '../../src/wire/chap';
import { encodeControl } from '../../src/wire/control';
import { decodeMsChapFailure, decodeMsChapResponse, encodeMsChapFailure } from '../../src/wire/ms-chap';
import { PROTOCOL } from '../../src/wire/ppp';
import { MalformedPacket } from '../../src/wire/reader';
import { hex } from '../wire/codec';
import { CREDENTIALS, captured, packet, pass, RETRY, Record } from './authentication-rig';
import { seeded } from './random';

const ALGORITHM = { ...RETRY, algorithm: MS_CHAP_V2 };

// RFC 2759 §9.2
const USER = { username: 'User', password: 'clientPass' };
const CHALLENGE = hex('5B5D7C7D7B3F2F3E3C2C602132262628');
const PEER_CHALLENGE = hex('21402324255E262A28295F2B3A337C7E');
const NT_RESPONSE = hex('82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF');
const PROOF = '407A5589115FD0D6209F510FE9C04566932CDA56';

const challenge = (identifier: number, value: Buffer) =>
  packet(CHAP.challenge, identifier, encodeChapValue({ value, name: Buffer.from('ac') }));
const response = (identifier: number, value: Buffer, name = 'test') =>
  packet(CHAP.response, identifier, encodeChapValue({ value, name: Buffer.from(name) }));

function peer({
  credentials = CREDENTIALS,
  random = seeded(3),
  isOurs = () => false,
}: {
  credentials?: typeof CREDENTIALS;
  random?: (octets: number) => Buffer;
  isOurs?: (value: Buffer) => boolean;
} = {}): { record: Record; side: ChapPeer } {
  const record = new Record();
  const side = new ChapPeer({ ...ALGORITHM, credentials }, record, random, isOurs);
  side.start();
  return { record, side };
}

function authenticator(random = seeded(7)): { record: Record; side: ChapAuthenticator } {
  const record = new Record();
  const side = new ChapAuthenticator({ ...ALGORITHM, name: 'ac' }, record, random);
  side.start(0);
  return { record, side };
}

/** A peer of the RFC's user that has answered the RFC's challenge. */
function rfcPeer() {
  const ours = peer({ credentials: USER, random: () => PEER_CHALLENGE });
  ours.side.receive(challenge(7, CHALLENGE), 0);
  return ours;
}

test('the computations of RFC 2759 §9.2, step by step', () => {
  const passwordHash = ntPasswordHash('clientPass');
  assert.deepEqual(passwordHash, hex('44EBBA8D5312B8D611474411F56989AE'));
  const hash = challengeHash(PEER_CHALLENGE, CHALLENGE, Buffer.from('User'));
  assert.deepEqual(hash, hex('D02E4386BCE91226'));
  assert.deepEqual(challengeResponse(hash, passwordHash), NT_RESPONSE);
  assert.deepEqual(authenticatorResponse(passwordHash, NT_RESPONSE, hash), hex(PROOF));
});

test('the password hash of RFC 2759 §9.3, and a password beyond ASCII as UTF-16LE', () => {
  assert.deepEqual(ntPasswordHash('MyPw'), hex('FC156AF7EDCD6C0EDDE3337D427F4EAC'));
  // MD4 of nothing, RFC 1320 A.5
  assert.deepEqual(ntPasswordHash(''), hex('31d6cfe0d16ae931b73c59d7e0c089c0'));
  assert.notDeepEqual(ntPasswordHash('é'), ntPasswordHash('Ã©'));
});

test('a domain before the user name does not count (RFC 2759 §4)', () => {
  const bare = challengeHash(PEER_CHALLENGE, CHALLENGE, Buffer.from('User'));
  assert.deepEqual(challengeHash(PEER_CHALLENGE, CHALLENGE, Buffer.from('BIGCO\\User')), bare);
});

test("the Response to the RFC's challenge is the RFC's, of 49 octets, and its S= is accepted", () => {
  const { record, side } = rfcPeer();
  const [sent] = record.sent;
  assert.ok(sent);
  assert.deepEqual([sent.code, sent.identifier], [CHAP.response, 7]);
  const { value, name } = decodeChapValue(sent.data);
  assert.equal(value.length, 49);
  assert.deepEqual(decodeMsChapResponse(value), { peerChallenge: PEER_CHALLENGE, ntResponse: NT_RESPONSE });
  assert.deepEqual([value.subarray(16, 24), value[48]], [Buffer.alloc(8), 0], 'reserved octets and flags');
  assert.equal(name.toString(), 'User');
  side.receive(packet(CHAP.success, 7, `S=${PROOF} M=Welcome`), 0);
  assert.deepEqual(record.outcomes, ['succeeded: Welcome']);
});

test("the authenticator accepts the RFC's Response and answers with the RFC's S=", () => {
  const { record, side } = authenticator(() => CHALLENGE);
  const value = Buffer.concat([PEER_CHALLENGE, Buffer.alloc(8), NT_RESPONSE, Buffer.of(0)]);
  side.receive(response(1, value, 'User'), 0);
  assert.deepEqual([record.lastClaim.protocol, record.lastClaim.username], ['ms-chap-v2', 'User']);
  assert.equal(record.lastClaim.verify('clientpass'), false);
  assert.equal(record.lastClaim.verify('clientPass'), true);
  side.decide({ accepted: true, text: 'Welcome' }, 0);
  assert.equal(record.sent.at(-1)?.data.toString(), `S=${PROOF} M=Welcome`);
});

test("our Response to each captured Challenge is pppd's, and pppd's S= is right", () => {
  const packets = captured('pppd-rp-pppoe-mschapv2', PROTOCOL.chap);
  assert.equal(packets.length, 6);
  for (let at = 0; at < packets.length; at += 3) {
    const [theirs, answer, verdict] = packets.slice(at, at + 3);
    assert.ok(theirs && answer && verdict);
    const { peerChallenge } = decodeMsChapResponse(decodeChapValue(answer.data).value);
    const { record, side } = peer({ random: () => peerChallenge });
    side.receive(encodeControl(theirs), 0);
    assert.deepEqual(record.sent, [answer]);
    side.receive(encodeControl(verdict), 0);
    assert.deepEqual(record.outcomes, ['succeeded: Access granted']);
  }
});

test('a wrong password, as pppd refuses it, is wrong-credentials with its text', () => {
  const packets = captured('pppd-rp-pppoe-wrong-password-mschapv2', PROTOCOL.chap);
  const [theirs, failure] = [CHAP.challenge, CHAP.failure].map((wanted) => packets.find(({ code }) => code === wanted));
  assert.ok(theirs && failure);
  const { record, side } = peer();
  side.receive(encodeControl(theirs), 0);
  side.receive(encodeControl(failure), 0);
  assert.deepEqual(record.outcomes, ['failed: Wrong user name or password: Access denied']);
  assert.deepEqual(record.details, ['wrong-credentials']);
});

test('a Success without S=, or with a wrong one, is a failure: the peer may be an impostor', () => {
  const wrong = `${PROOF.slice(0, -1)}7`;
  for (const text of ['', 'M=Welcome', 'Access granted', `S=${wrong} M=Welcome`, `S=${PROOF.slice(1)} M=Welcome`]) {
    const { record, side } = rfcPeer();
    side.receive(packet(CHAP.success, 7, text), 0);
    assert.equal(record.outcomes.length, 1);
    assert.match(record.outcomes[0] ?? '', /^failed: .*impostor$/);
    assert.equal(side.awaitsVerdict, false);
  }
});

test("the S= of one exchange does not serve for another's", () => {
  const { record, side } = rfcPeer();
  side.receive(packet(CHAP.success, 7, `S=${PROOF}`), 0);
  side.receive(challenge(8, Buffer.alloc(16, 1)), 1_000);
  side.receive(packet(CHAP.success, 8, `S=${PROOF}`), 1_000);
  assert.match(record.outcomes[1] ?? '', /^failed: /);
});

const ERRORS: readonly (readonly [number, AuthenticationDetail])[] = [
  [646, 'restricted-hours'],
  [647, 'account-disabled'],
  [648, 'password-expired'],
  [649, 'no-dial-in-permission'],
  [691, 'wrong-credentials'],
  [709, 'changing-password'],
];

for (const [error, detail] of ERRORS) {
  test(`error ${error} is ${detail}, whatever is cut off behind it, and its text is kept`, () => {
    const whole = encodeMsChapFailure({
      error,
      retry: false,
      challenge: Buffer.alloc(16, 3),
      version: 3,
      message: Buffer.from('Call the office'),
    });
    for (let length = 'E=000'.length; length <= whole.length; length++) {
      const { record, side } = rfcPeer();
      side.receive(packet(CHAP.failure, 7, whole.subarray(0, length)), 0);
      assert.deepEqual(record.details, [detail]);
      const said = whole.subarray(0, length).toString().split(' M=')[1];
      assert.ok(record.outcomes[0]?.endsWith(said ? `: ${said.trim()}` : ''));
      assert.match(record.outcomes[0] ?? '', /^failed: \w/);
    }
  });

  test(`${detail}, as our authenticator refuses, is what our peer reads`, () => {
    const ours = peer();
    const theirs = authenticator();
    ours.side.receive(theirs.record.last, 0);
    theirs.side.receive(ours.record.last, 0);
    theirs.side.decide({ accepted: false, text: 'Call the office', detail }, 0);
    const failure = decodeMsChapFailure(theirs.record.sent.at(-1)?.data ?? Buffer.alloc(0));
    assert.equal(failure.error, error);
    assert.equal(failure.retry, false);
    assert.equal(failure.challenge?.length, 16);
    assert.equal(failure.version, 3);
    ours.side.receive(theirs.record.last, 0);
    assert.deepEqual(ours.record.details, [detail]);
  });
}

test('a Failure with another error, or none, has a text and no detail', () => {
  for (const [text, outcome] of [
    ['E=9999 R=0 M=No more', 'failed: Error 9999: No more'],
    ['E=9999 R=0', 'failed: Error 9999'],
    ['Access denied', 'failed: Access denied'],
    ['M=Access denied', 'failed: Access denied'],
    ['', 'failed: '],
  ] as const) {
    const { record, side } = rfcPeer();
    side.receive(packet(CHAP.failure, 7, text), 0);
    assert.deepEqual(record.outcomes, [outcome]);
    assert.deepEqual(record.details, [undefined]);
  }
});

test('a right and a wrong password, from side to side', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.boolean(), fc.nat(), (password, right, seed) => {
      const ours = peer({ credentials: { username: 'test', password }, random: seeded(seed) });
      const theirs = authenticator(seeded(seed + 1));
      ours.side.receive(theirs.record.last, 0);
      theirs.side.receive(ours.record.last, 0);
      const accepted = theirs.record.lastClaim.verify(right ? password : `${password}x`);
      assert.equal(accepted, right);
      theirs.side.decide({ accepted, text: accepted ? 'Welcome' : 'Login incorrect' }, 0);
      ours.side.receive(theirs.record.last, 0);
      assert.match(ours.record.outcomes[0] ?? '', right ? /^succeeded: Welcome$/ : /^failed: .*Login incorrect$/);
      assert.deepEqual([ours.side.deadline, theirs.side.deadline], [undefined, undefined]);
    }),
  );
});

test('who was accepted without a password that was right gets no Success: there is nothing to prove with', () => {
  const ours = peer();
  const theirs = authenticator();
  ours.side.receive(theirs.record.last, 0);
  theirs.side.receive(ours.record.last, 0);
  assert.equal(theirs.record.lastClaim.verify('other'), false);
  theirs.side.decide({ accepted: true, text: 'Welcome' }, 0);
  assert.deepEqual(theirs.record.outcomes, ['failed: Welcome']);
  assert.equal(theirs.record.sent.at(-1)?.code, CHAP.failure);
});

test('a repeated Challenge gets the same Response, so that the verdict on the first one fits', () => {
  const { record, side } = peer();
  for (let time = 0; time < 3; time++) side.receive(challenge(1, CHALLENGE), time);
  assert.equal(record.packets.length, 3);
  for (const sent of record.packets) assert.deepEqual(sent, record.packets[0]);
  side.receive(challenge(2, CHALLENGE), 3);
  const [first, last] = [record.sent[0], record.sent[3]].map((sent) => decodeChapValue(sent?.data ?? Buffer.alloc(0)));
  assert.notDeepEqual(first?.value.subarray(0, 16), last?.value.subarray(0, 16), 'a fresh Peer-Challenge');
});

test('a verdict that is lost is had by asking again, with the same S=', () => {
  const ours = peer();
  const theirs = authenticator();
  ours.side.receive(theirs.record.last, 0);
  theirs.side.receive(ours.record.last, 0);
  theirs.record.lastClaim.verify('secret');
  theirs.side.decide({ accepted: true, text: 'Welcome' }, 0);
  const first = theirs.record.last;
  pass(ours.side, 200);
  theirs.side.receive(ours.record.last, 200);
  assert.deepEqual(theirs.record.last, first);
  ours.side.receive(theirs.record.last, 200);
  assert.deepEqual(ours.record.outcomes, ['succeeded: Welcome']);
});

test('a Challenge that has not 16 octets is malformed, and the one before it still counts', () => {
  const { record, side } = rfcPeer();
  for (const length of [1, 8, 15, 17, 255]) {
    assert.throws(() => side.receive(challenge(9, Buffer.alloc(length, 1)), 0), MalformedPacket);
  }
  assert.throws(() => side.receive(packet(CHAP.challenge, 9, Buffer.of(0)), 0), MalformedPacket);
  assert.equal(record.packets.length, 1);
  side.receive(packet(CHAP.success, 7, `S=${PROOF}`), 0);
  assert.deepEqual(record.outcomes, ['succeeded: ']);
});

test('a Response that has not 49 octets is malformed, and the Challenge is still repeated', () => {
  const { record, side } = authenticator();
  for (const length of [1, 16, 24, 48, 50, 255]) {
    assert.throws(() => side.receive(response(1, Buffer.alloc(length)), 0), MalformedPacket);
  }
  assert.equal(side.deadline, 200);
  assert.equal(record.claims.length, 0);
});

test('a Response of zeros is no proof, also not of an empty password', () => {
  const { record, side } = authenticator();
  side.receive(response(1, Buffer.alloc(49)), 0);
  for (const secret of ['', 'secret']) assert.equal(record.lastClaim.verify(secret), false);
});

test('our own challenge, reflected, is refused and never answered', () => {
  const theirs = authenticator();
  const ours = peer({ isOurs: (value) => theirs.side.isOurs(value) });
  ours.side.receive(theirs.record.last, 0);
  assert.equal(ours.record.packets.length, 0);
  assert.match(ours.record.outcomes[0] ?? '', /^failed: .*our own/);
});
