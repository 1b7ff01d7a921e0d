import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONTROL, encodeOptions, option16 } from '../../src/wire/control';
import { LCP_OPTION } from '../../src/wire/lcp';
import { PROTOCOL } from '../../src/wire/ppp';
import { AC, control, learned, Wire } from './wire';

const OPEN = ['open', 'open'];

test('LCP that the peer negotiates anew: down, authenticated and configured again, up', () => {
  const wire = new Wire().start();
  const before = wire.host.phases.length;
  wire.ac.receive(PROTOCOL.lcp, control(CONTROL.configureRequest, 200, encodeOptions([option16(1, 1_480)])), wire.now);
  wire.pass(10_000);
  assert.deepEqual([wire.host.phase, wire.ac.phase], OPEN);
  assert.deepEqual(wire.host.phases.slice(before), ['establish', 'authenticate', 'network', 'open']);
  assert.deepEqual(learned(wire.host), ['10.0.0.2', '10.0.0.1', '10.0.0.53', '10.0.0.54']);
  assert.equal(wire.ac.claims.length, 2);
});

test('another peer at the other end (an LNS switch): everything is negotiated with it', () => {
  const wire = new Wire().start();
  const other = new Wire({ ac: { ipcp: () => ({ ...AC.ipcp(), peerAddress: Buffer.from([10, 0, 0, 99]) }) }, seed: 5 });
  // From now on the first host speaks with the second Access Concentrator.
  wire.silence('ac');
  other.ac.connection.open(0);
  const handed = [wire.trace.length, 0];
  for (let step = 0; step < 5_000; step++) {
    const toAc = wire.trace.slice(handed[0]);
    const toHost = other.trace.slice(handed[1]);
    handed[0] = wire.trace.length;
    handed[1] = other.trace.length;
    for (const { protocol, packet } of toAc) {
      other.ac.receive(protocol, control(packet.code, packet.identifier, packet.data), other.now);
    }
    for (const { protocol, packet } of toHost) {
      wire.host.receive(protocol, control(packet.code, packet.identifier, packet.data), wire.now);
    }
    wire.pass(1);
    other.pass(1);
  }
  assert.deepEqual([wire.host.phase, other.ac.phase], OPEN);
  assert.equal(learned(wire.host)[0], '10.0.0.99');
});

test('IPCP that the peer negotiates anew: LCP and authentication stay', () => {
  const wire = new Wire().start();
  const before = wire.host.phases.length;
  const address = encodeOptions([{ type: 3, data: Buffer.from([10, 0, 0, 7]) }]);
  wire.host.receive(PROTOCOL.ipcp, control(CONTROL.configureRequest, 200, address), wire.now);
  wire.pass(10_000);
  assert.deepEqual([wire.host.phase, wire.ac.phase], OPEN);
  assert.deepEqual(wire.host.phases.slice(before), ['network', 'open']);
  assert.equal(wire.sent('host', PROTOCOL.chap).length, 1);
});

test('IPCP, Protocol-Rejected, ends in negotiation-failed', () => {
  for (const ms of [4, 60_000]) {
    const wire = new Wire();
    if (ms === 4) wire.drop = ({ protocol }) => protocol === PROTOCOL.ipcp;
    wire.start(100);
    wire.host.receive(
      PROTOCOL.lcp,
      control(CONTROL.protocolReject, 1, Buffer.from([0x80, 0x21, 1, 1, 0, 4])),
      wire.now,
    );
    wire.pass(10_000);
    assert.equal(wire.host.reason?.code, 'negotiation-failed');
    assert.match(wire.host.reason.text, /IPCP/);
  }
});

test('an authentication protocol, Protocol-Rejected, ends in negotiation-failed', () => {
  const wire = new Wire();
  wire.drop = ({ protocol }) => protocol === PROTOCOL.chap;
  wire.start(100);
  wire.ac.receive(PROTOCOL.lcp, control(CONTROL.protocolReject, 1, Buffer.from([0xc2, 0x23, 1, 1, 0, 4])), wire.now);
  wire.pass(10_000);
  assert.deepEqual(wire.ac.reason, { code: 'negotiation-failed', text: 'The peer rejected CHAP' });
});

test('a Protocol-Reject of something else, or cut short, does no harm', () => {
  const wire = new Wire().start();
  for (const data of [Buffer.from([0x80, 0xfd, 1, 1, 0, 4]), Buffer.from([0x80]), Buffer.alloc(0)]) {
    wire.host.receive(PROTOCOL.lcp, control(CONTROL.protocolReject, 1, data), wire.now);
  }
  wire.pass(10_000);
  assert.deepEqual([wire.host.phase, wire.ac.phase], OPEN);
});

test('IPCP that the peer terminates ends in peer-terminated', () => {
  const wire = new Wire().start();
  wire.host.receive(PROTOCOL.ipcp, control(CONTROL.terminateRequest, 1, 'no addresses'), wire.now);
  assert.equal(wire.host.phase, 'network');
  wire.pass(10_000);
  assert.equal(wire.host.reason?.code, 'peer-terminated');
});

test('an unknown protocol is answered with a Protocol-Reject that holds it', () => {
  const wire = new Wire().start();
  const packet = control(CONTROL.configureRequest, 1, 'whatever');
  for (const protocol of [PROTOCOL.ccp, 0x8281, PROTOCOL.ipv6cp]) {
    wire.host.receive(protocol, packet, wire.now);
    const reject = wire.sent('host', PROTOCOL.lcp).at(-1)?.packet;
    assert.equal(reject?.code, CONTROL.protocolReject);
    assert.equal(reject.data.readUInt16BE(0), protocol);
    assert.deepEqual(reject.data.subarray(2), packet);
  }
});

test("no reject is longer than the peer's MRU, nor than PPPoE carries", () => {
  for (const [mru, longest] of [
    [128, 128],
    [1_492, 1_492],
    [9_000, 1_492],
  ] as const) {
    const wire = new Wire({ ac: { lcp: { ...AC.lcp, mru } } }).start();
    assert.equal(wire.host.connection.peerMru, mru);
    for (const [protocol, octets] of [
      [PROTOCOL.ccp, Buffer.alloc(1_492, 1)],
      [PROTOCOL.lcp, control(99, 1, Buffer.alloc(1_480, 1))],
      [PROTOCOL.ipcp, control(99, 1, Buffer.alloc(1_480, 1))],
      [PROTOCOL.lcp, control(CONTROL.echoRequest, 1, Buffer.alloc(1_488, 0))],
    ] as const) {
      const { length } = wire.trace;
      wire.host.receive(protocol, octets, wire.now);
      assert.equal(wire.trace.length, length + 1);
      const { data } = wire.trace[length]?.packet ?? { data: Buffer.alloc(0) };
      assert.ok(data.length + 4 <= longest, `${data.length + 4} octets, ${longest} are taken`);
    }
  }
});

test('network protocols and unknown ones are ignored before the authentication is over', () => {
  const wire = new Wire();
  wire.ac.decide = () => undefined;
  wire.start(100);
  assert.equal(wire.host.phase, 'authenticate');
  const { length } = wire.trace;
  for (const protocol of [PROTOCOL.ipcp, PROTOCOL.ipv6cp, PROTOCOL.ccp, PROTOCOL.eap]) {
    wire.host.receive(protocol, control(CONTROL.configureRequest, 1), wire.now);
  }
  assert.equal(wire.trace.length, length);
});

test('everything but LCP is ignored before LCP is open', () => {
  const wire = new Wire();
  wire.silence('ac');
  wire.start(50);
  const { length } = wire.trace;
  for (const protocol of [PROTOCOL.ipcp, PROTOCOL.ccp, PROTOCOL.chap, PROTOCOL.pap]) {
    wire.host.receive(protocol, control(1, 1), wire.now);
  }
  assert.equal(wire.trace.length, length);
});

test('an Echo-Request is answered only when LCP is open, with our Magic-Number and its own data', () => {
  const wire = new Wire();
  const request = control(CONTROL.echoRequest, 42, Buffer.from('00000000aabbccdd', 'hex'));
  wire.host.connection.open(0);
  wire.host.receive(PROTOCOL.lcp, request, 0);
  assert.deepEqual(wire.codes('host', PROTOCOL.lcp), [CONTROL.configureRequest]);
  wire.ac.connection.open(0);
  wire.pass(5_000);
  const magic = wire.sent('host', PROTOCOL.lcp)[0]?.packet.data.subarray(-4);
  wire.host.receive(PROTOCOL.lcp, request, wire.now);
  const reply = wire.sent('host', PROTOCOL.lcp).at(-1)?.packet;
  assert.deepEqual([reply?.code, reply?.identifier], [CONTROL.echoReply, 42]);
  assert.deepEqual(reply?.data, Buffer.concat([magic ?? Buffer.alloc(0), Buffer.from('aabbccdd', 'hex')]));
});

test('an Echo-Request is answered during the authentication, too', () => {
  const wire = new Wire();
  wire.ac.decide = () => undefined;
  wire.start(100);
  wire.host.receive(PROTOCOL.lcp, control(CONTROL.echoRequest, 42, Buffer.alloc(4)), wire.now);
  assert.equal(wire.sent('host', PROTOCOL.lcp).at(-1)?.packet.code, CONTROL.echoReply);
});

test('Discard-Request, Time-Remaining and Identification are received and not answered', () => {
  const wire = new Wire().start();
  const { length } = wire.trace;
  wire.host.receive(PROTOCOL.lcp, control(CONTROL.discardRequest, 1, Buffer.alloc(4)), wire.now);
  const told = wire.host.progress.length;
  for (const remaining of ['\0\0\0\0\0\0\x0e\x10Good night', '\0\0\0\0\xff\xff\xff\xff', '\0\0\0\0\0']) {
    wire.host.receive(PROTOCOL.lcp, control(CONTROL.timeRemaining, 1, Buffer.from(remaining, 'latin1')), wire.now);
  }
  wire.host.receive(PROTOCOL.lcp, control(CONTROL.identification, 1, '\0\0\0\0RouterOS 7'), wire.now);
  wire.host.receive(PROTOCOL.lcp, control(CONTROL.identification, 1, '\0'), wire.now);
  assert.equal(wire.trace.length, length);
  assert.deepEqual(wire.host.progress.slice(told), [
    'Peer lets this session go on for 3600 s more: Good night',
    'Peer lets this session go on without end',
    'Peer identifies itself as RouterOS 7',
  ]);
  assert.equal(wire.host.phase, 'open');
});

test('an NCP’s Code-Rejects are its own: an LCP code is unknown to IPCP', () => {
  const wire = new Wire().start();
  wire.host.receive(PROTOCOL.ipcp, control(CONTROL.echoRequest, 1, Buffer.alloc(4)), wire.now);
  assert.equal(wire.sent('host', PROTOCOL.ipcp).at(-1)?.packet.code, CONTROL.codeReject);
  assert.equal(wire.host.phase, 'open');
});

test('malformed packets of any protocol are thrown, and change nothing', () => {
  const wire = new Wire().start();
  const { length } = wire.trace;
  const { deadline } = wire.host.connection;
  for (const protocol of [PROTOCOL.lcp, PROTOCOL.ipcp, PROTOCOL.chap]) {
    for (const octets of [Buffer.alloc(0), Buffer.from([1, 1, 0, 3]), Buffer.from([1, 1, 0, 9, 1, 1])]) {
      wire.host.receive(protocol, octets, wire.now);
    }
  }
  assert.equal(wire.host.malformed, 9);
  assert.equal(wire.trace.length, length);
  assert.equal(wire.host.connection.deadline, deadline);
  assert.equal(wire.host.phase, 'open');
});

test('options that PPPoE does not need are rejected, and LCP comes up without them', () => {
  const wire = new Wire();
  wire.silence('ac');
  wire.host.connection.open(0);
  const options = [option16(LCP_OPTION.mru, 1_492), { type: LCP_OPTION.pfc, data: Buffer.alloc(0) }];
  wire.host.receive(PROTOCOL.lcp, control(1, 1, encodeOptions(options)), 0);
  assert.deepEqual(wire.codes('host', PROTOCOL.lcp).slice(1, 2), [CONTROL.configureReject]);
});
