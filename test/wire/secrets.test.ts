import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeControl } from '../../src/wire/control';
import { describeFrame } from '../../src/wire/describe/frame';
import { maskSecrets } from '../../src/wire/describe/secrets';
import { ETHERTYPE, encodeEthernet } from '../../src/wire/ethernet';
import { encodePapRequest } from '../../src/wire/pap';
import { encodePpp, PROTOCOL } from '../../src/wire/ppp';
import { encodePppoe } from '../../src/wire/pppoe';
import { readCapture } from '../fixtures/pcap';
import { hex, octets, u16 } from './codec';

const SECRET = 'M4rked-P4ssword';

function frame(protocol: number, information: Buffer, etherType: number = ETHERTYPE.session, vlans = 0): Buffer {
  return encodeEthernet({
    destination: hex('02 00 00 00 00 01'),
    source: hex('02 00 00 00 00 02'),
    tags: Array.from({ length: vlans }, () => ({ tpid: 0x8100, vid: 7, pcp: 0, dei: false })),
    etherType,
    payload: encodePppoe({ code: 0, sessionId: 1, payload: encodePpp({ protocol, information }) }),
  });
}

const packet = (code: number, data: Buffer) => encodeControl({ code, identifier: 1, data });
const PAP_REQUEST = packet(1, encodePapRequest({ peerId: Buffer.from('anna'), password: Buffer.from(SECRET) }));

function masked(original: Buffer): Buffer {
  const copy = Buffer.from(original);
  maskSecrets(copy);
  assert.equal(copy.length, original.length);
  return copy;
}

test("PAP's password is overwritten, its length and the Peer-ID stay", () => {
  for (const vlans of [0, 1, 2]) {
    const copy = masked(frame(PROTOCOL.pap, PAP_REQUEST, ETHERTYPE.session, vlans));
    assert.ok(!copy.includes(SECRET));
    assert.ok(copy.includes('anna'));
    assert.ok(copy.includes(`${String.fromCharCode(SECRET.length)}${'*'.repeat(SECRET.length)}`));
    assert.deepEqual(describeFrame(copy).options, [
      { name: 'Peer-ID', value: 'anna' },
      { name: 'Password', value: `hidden (${SECRET.length} octets)` },
    ]);
  }
});

test('a password that comes back in a Protocol-Reject is overwritten, also when it is cut off', () => {
  const rejected = (length: number) => packet(8, Buffer.concat([hex('c023'), PAP_REQUEST.subarray(0, length)]));
  for (let length = 0; length <= PAP_REQUEST.length; length++) {
    const copy = masked(frame(PROTOCOL.lcp, rejected(length)));
    assert.ok(!copy.includes(SECRET.slice(0, 3)), `cut at ${length}`);
  }
  const twice = packet(7, rejected(PAP_REQUEST.length));
  assert.ok(!masked(frame(PROTOCOL.lcp, twice)).includes(SECRET));
});

test('a PAP request whose lengths do not fit is overwritten as a whole', () => {
  for (const at of [2, 3, 4, 9]) {
    for (const value of [0, 1, 3, 0x15, 0xff]) {
      const request = Buffer.from(PAP_REQUEST);
      request[at] = value;
      if (request.equals(PAP_REQUEST)) continue;
      assert.ok(!masked(frame(PROTOCOL.pap, request)).includes(SECRET.slice(0, 3)), `octet ${at}: ${value}`);
    }
  }
});

test('responses of CHAP and EAP are overwritten, challenges and names stay', () => {
  const value = Buffer.from('\x10this is a secret', 'latin1');
  const withName = Buffer.concat([value, Buffer.from('anna')]);
  const md5 = Buffer.concat([Buffer.of(4), withName]);
  const hides = (protocol: number, code: number, data: Buffer) =>
    !masked(frame(protocol, packet(code, data))).includes('secret');
  assert.ok(!hides(PROTOCOL.chap, 1, withName), 'a challenge is no secret');
  assert.ok(hides(PROTOCOL.chap, 2, withName));
  assert.ok(masked(frame(PROTOCOL.chap, packet(2, withName))).includes('anna'));
  assert.ok(!hides(PROTOCOL.eap, 1, md5), 'a challenge is no secret');
  assert.ok(hides(PROTOCOL.eap, 2, md5));
  assert.ok(masked(frame(PROTOCOL.eap, packet(2, md5))).includes('anna'));
  assert.ok(hides(PROTOCOL.eap, 2, Buffer.from('\x06secret')), 'a token is sent in clear');
  assert.ok(hides(PROTOCOL.chap, 7, Buffer.from('secret')), 'a changed password');
  assert.ok(hides(PROTOCOL.chap, 2, Buffer.from('\xffsecret', 'latin1')), 'a value that is cut off');
  assert.ok(!hides(PROTOCOL.eap, 2, Buffer.from('\x01secret')), 'an identity is none');
});

test('nothing else is changed', () => {
  for (const name of ['pppd-rp-pppoe-padm', 'pppd-accel-ppp-chap', 'pppd-rp-pppoe-eap', 'pppd-rp-pppoe-pap']) {
    for (const { bytes } of readCapture(name)) {
      const { protocol, code } = describeFrame(bytes);
      const holdsSecret =
        `${protocol} ${code}` === 'PAP Authenticate-Request' || /^(CHAP|EAP) Response/.test(`${protocol} ${code}`);
      if (!holdsSecret) assert.deepEqual(masked(bytes), bytes);
    }
  }
});

test('masked frames of the captures are described as the originals are', () => {
  let secrets = 0;
  for (const name of ['pap', 'eap', 'mschapv2', 'chap', 'wrong-password-pap']) {
    for (const { bytes } of readCapture(`pppd-rp-pppoe-${name}`)) {
      const copy = masked(bytes);
      assert.deepEqual(describeFrame(copy), describeFrame(bytes));
      if (!copy.equals(bytes)) secrets++;
      assert.ok(!copy.includes('secret'));
    }
  }
  assert.equal(secrets, 10);
});

test('any octets can be masked, and keep their length', () => {
  fc.assert(
    fc.property(octets({ maxLength: 96 }), (bytes) => void masked(bytes)),
    { numRuns: 2_000 },
  );
  const protocols = fc.oneof(fc.constantFrom(PROTOCOL.lcp, PROTOCOL.pap, PROTOCOL.chap, PROTOCOL.eap), u16);
  fc.assert(
    fc.property(protocols, octets({ maxLength: 60 }), (protocol, data) => void masked(frame(protocol, data))),
    { numRuns: 5_000 },
  );
});
