import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chapMd5 } from '../../src/ppp/chap-md5';
import { EapMd5Peer } from '../../src/ppp/eap';
import { decodeChapValue, encodeChapValue } from '../../src/wire/chap';
import { encodeControl } from '../../src/wire/control';
import { decodeEap, EAP, EAP_TYPE, encodeEap } from '../../src/wire/eap';
import { PROTOCOL } from '../../src/wire/ppp';
import { MalformedPacket } from '../../src/wire/reader';
import { octets } from '../wire/codec';
import { CREDENTIALS, captured, packet, Record } from './authentication-rig';

const request = (identifier: number, type: number, data: Buffer | string = '') =>
  encodeEap({ code: EAP.request, identifier, type, data: Buffer.from(data) });
const identity = (identifier: number) => request(identifier, EAP_TYPE.identity);
const challenge = (identifier: number, value: Buffer = Buffer.alloc(16, identifier), name = 'ac') =>
  request(identifier, EAP_TYPE.md5Challenge, encodeChapValue({ value, name: Buffer.from(name) }));
const success = (identifier: number) => encodeEap({ code: EAP.success, identifier });
const failure = (identifier: number) => encodeEap({ code: EAP.failure, identifier });

function peer(isOurs: (value: Buffer) => boolean = () => false) {
  const record = new Record();
  const side = new EapMd5Peer(CREDENTIALS, record, isOurs);
  side.start();
  const receive = (...packets: Buffer[]) => {
    for (const each of packets) side.receive(each, 0);
  };
  const answers = () => record.packets.map(decodeEap);
  return { record, side, receive, answers };
}

test("our Response to each captured Request is pppd's, and its verdict is understood", () => {
  const packets = captured('pppd-rp-pppoe-eap', PROTOCOL.eap);
  assert.equal(packets.length, 10);
  for (let at = 0; at < packets.length; at += 5) {
    const { record, receive } = peer();
    const [who, name, theirs, answer, verdict] = packets.slice(at, at + 5).map(encodeControl);
    assert.ok(who && name && theirs && answer && verdict);
    receive(who, theirs, verdict);
    assert.deepEqual(record.packets, [name, answer]);
    assert.deepEqual(record.outcomes, ['succeeded: ']);
  }
});

test('Identity is answered with the user name, MD5-Challenge as CHAP has it', () => {
  const { receive, answers } = peer();
  receive(identity(1), challenge(2));
  const [name, proof] = answers();
  assert.deepEqual(name, { code: EAP.response, identifier: 1, type: EAP_TYPE.identity, data: Buffer.from('test') });
  assert.ok(proof && 'data' in proof);
  assert.deepEqual([proof.code, proof.identifier, proof.type], [EAP.response, 2, EAP_TYPE.md5Challenge]);
  assert.deepEqual(decodeChapValue(proof.data), {
    value: chapMd5(2, 'secret', Buffer.alloc(16, 2)),
    name: Buffer.from('test'),
  });
});

test('an MD5-Challenge without an Identity before it is answered', () => {
  const { record, receive } = peer();
  receive(challenge(5), success(5));
  assert.deepEqual(record.outcomes, ['succeeded: ']);
});

test('challenges of any length from 1 to 255 octets are answered', () => {
  fc.assert(
    fc.property(octets({ minLength: 1, maxLength: 255 }), fc.nat(255), (value, identifier) => {
      const { receive, answers } = peer();
      receive(challenge(identifier, value));
      const [proof] = answers();
      assert.ok(proof && 'data' in proof);
      assert.deepEqual(decodeChapValue(proof.data).value, chapMd5(identifier, 'secret', value));
    }),
  );
});

test('Nak for every other type, naming MD5-Challenge; Nak itself is no Request', () => {
  const known: number[] = [EAP_TYPE.identity, EAP_TYPE.notification, EAP_TYPE.nak, EAP_TYPE.md5Challenge];
  for (let type = 0; type <= 255; type++) {
    if (known.includes(type)) continue;
    const { receive, answers } = peer();
    receive(request(9, type, 'whatever'));
    assert.deepEqual(answers(), [{ code: EAP.response, identifier: 9, type: EAP_TYPE.nak, data: Buffer.of(4) }]);
  }
  const { record, receive } = peer();
  receive(request(9, EAP_TYPE.nak, Buffer.of(4)));
  assert.deepEqual(record.packets, []);
});

test('a server that takes the Nak up is answered', () => {
  const { record, receive } = peer();
  receive(identity(1), request(2, 26, Buffer.alloc(20)), challenge(3), success(3));
  assert.deepEqual(record.outcomes, ['succeeded: ']);
});

test('a Failure after a Nak says which type was not known', () => {
  const { record, receive } = peer();
  receive(identity(1), request(2, 13), failure(2));
  assert.deepEqual(record.outcomes, ['failed: EAP type 13 is not known here']);
});

test('a Notification is shown and answered, and is the text of the Failure that follows', () => {
  const { record, receive, answers } = peer();
  receive(identity(1), challenge(2), request(3, EAP_TYPE.notification, 'Account\r\nexpired'), failure(3));
  assert.deepEqual(answers()[2], {
    code: EAP.response,
    identifier: 3,
    type: EAP_TYPE.notification,
    data: Buffer.alloc(0),
  });
  assert.ok(record.lines.some((line) => line.endsWith('Account expired')));
  assert.deepEqual(record.outcomes, ['failed: Account expired']);
});

test('a Request that comes again gets the same Response again, and is not processed anew', () => {
  const { record, receive } = peer();
  receive(identity(1), identity(1), challenge(2), challenge(2), challenge(2));
  assert.equal(record.packets.length, 5);
  assert.deepEqual(record.packets[0], record.packets[1]);
  assert.deepEqual(record.packets[2], record.packets[4]);
  assert.equal(record.lines.filter((line) => line.includes('MD5-Challenge')).length, 1);
});

test('a Success or Failure counts for the last Response only, of its Identifier or the next', () => {
  for (const [identifier, counts] of [
    [2, true],
    [3, true],
    [1, false],
    [4, false],
    [200, false],
  ] as const) {
    for (const verdict of [success, failure]) {
      const { record, receive } = peer();
      receive(identity(1), challenge(2), verdict(identifier));
      assert.equal(record.outcomes.length, counts ? 1 : 0);
    }
  }
  const wrapped = peer();
  wrapped.receive(challenge(255), success(0));
  assert.deepEqual(wrapped.record.outcomes, ['succeeded: ']);
});

test('a Success that nobody asked for, or before we have proved anything, is ignored (RFC 3748 §4.2)', () => {
  const { record, receive } = peer();
  receive(success(0), identity(1), success(1), request(2, 13), success(2));
  assert.deepEqual(record.outcomes, []);
  receive(challenge(3), success(3), success(3), failure(3));
  assert.deepEqual(record.outcomes, ['succeeded: ']);
});

test('a Failure instead of a challenge is a refusal of our name; before we said one it is ignored', () => {
  const { record, side, receive } = peer();
  receive(failure(0));
  assert.deepEqual(record.outcomes, []);
  assert.equal(side.awaitsVerdict, false);
  receive(identity(1));
  assert.equal(side.awaitsVerdict, true);
  receive(failure(1));
  assert.deepEqual(record.outcomes, ['failed: Refused by EAP Failure']);
});

test('a later challenge is answered, too, and its Failure counts', () => {
  const { record, receive } = peer();
  receive(identity(1), challenge(2), success(2), identity(3), challenge(4), failure(4));
  assert.deepEqual(record.outcomes, ['succeeded: ', 'failed: Refused by EAP Failure']);
});

test('an MD5-Challenge shorter than its type needs is malformed, and nothing changes', () => {
  const { record, receive } = peer();
  receive(identity(1));
  for (const data of [Buffer.alloc(0), Buffer.of(0), Buffer.of(16, 1), Buffer.of(255)]) {
    assert.throws(() => receive(request(2, EAP_TYPE.md5Challenge, data)), MalformedPacket);
  }
  assert.throws(() => receive(packet(EAP.request, 2)), MalformedPacket);
  assert.equal(record.packets.length, 1);
  receive(challenge(2), success(2));
  assert.deepEqual(record.outcomes, ['succeeded: ']);
});

test('a Response is not ours to answer', () => {
  const { record, receive } = peer();
  receive(encodeEap({ code: EAP.response, identifier: 1, type: EAP_TYPE.identity, data: Buffer.from('x') }));
  assert.deepEqual(record.packets, []);
});

test('our own challenge, reflected as an MD5-Challenge, is refused and never answered', () => {
  const own = Buffer.alloc(16, 9);
  const { record, receive } = peer((value) => value.equals(own));
  receive(challenge(2, own));
  assert.deepEqual(record.packets, []);
  assert.match(record.outcomes[0] ?? '', /^failed: .*our own/);
});

test('neither progress nor outcome tells the password', () => {
  const { record, receive } = peer();
  receive(identity(1), request(2, 13), challenge(3), failure(3));
  assert.ok(!JSON.stringify([record.lines, record.outcomes]).includes('secret'));
});
