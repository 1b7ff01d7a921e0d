import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PhaseName } from '../../src/ppp/connection';
import { CONTROL, encodeOptions, option32 } from '../../src/wire/control';
import { LCP_OPTION } from '../../src/wire/lcp';
import { PROTOCOL } from '../../src/wire/ppp';
import { control, Wire } from './wire';

const CLOSED = { code: 'closed', text: 'Closed by us' } as const;
const TERMINATE = control(CONTROL.terminateRequest, 9, 'maintenance');

/** What is lost so that the host stays in this phase. */
const MISSING: Readonly<Record<string, number>> = {
  establish: PROTOCOL.lcp,
  authenticate: PROTOCOL.chap,
  network: PROTOCOL.ipcp,
};

/** A host that is in this phase, at 100 ms. */
function staying(phase: PhaseName): Wire {
  const wire = new Wire();
  wire.drop = ({ protocol }) => protocol === MISSING[phase];
  wire.start(100);
  assert.equal(wire.host.phase, phase);
  return wire;
}

for (const phase of ['establish', 'authenticate', 'network', 'open'] as const) {
  test(`a Terminate-Request in phase ${phase}: Terminate-Ack, then closed as peer-terminated with its text`, () => {
    const wire = staying(phase);
    wire.silence('ac');
    wire.host.receive(PROTOCOL.lcp, TERMINATE, wire.now);
    const reply = wire.trace.findLast(({ from }) => from === 'host')?.packet;
    assert.deepEqual([reply?.code, reply?.identifier], [CONTROL.terminateAck, 9]);
    assert.ok(['terminate', 'dead'].includes(wire.host.phase));
    wire.pass(1_000);
    assert.deepEqual(wire.host.reason, { code: 'peer-terminated', text: 'The peer ended the session: maintenance' });
    assert.equal(wire.host.phase, 'dead');
  });

  test(`closed by us in phase ${phase}: Terminate-Request, and over with its Ack`, () => {
    const wire = staying(phase);
    wire.drop = () => false;
    wire.host.connection.close(CLOSED, wire.now);
    assert.equal(wire.host.phase, 'terminate');
    assert.equal(wire.trace.findLast(({ from }) => from === 'host')?.packet.code, CONTROL.terminateRequest);
    wire.pass(2);
    assert.deepEqual(wire.host.reason, CLOSED);
  });

  test(`closed by us in phase ${phase}, without an answer: two Terminate-Requests`, () => {
    const wire = staying(phase);
    wire.silence('ac');
    wire.host.connection.close(CLOSED, wire.now);
    wire.pass(60_000);
    const sent = wire.sent('host', PROTOCOL.lcp).filter(({ packet }) => packet.code === CONTROL.terminateRequest);
    assert.deepEqual(
      sent.map(({ at }) => at),
      [100, 300],
    );
    assert.deepEqual(wire.host.reason, CLOSED);
  });

  test(`once closed in phase ${phase}, nothing is sent, asked for or answered any more`, () => {
    const wire = staying(phase);
    wire.silence('ac');
    if (phase === 'open') wire.host.connection.close(CLOSED, wire.now);
    else wire.host.receive(PROTOCOL.lcp, TERMINATE, wire.now);
    wire.pass(10_000);
    assert.equal(wire.host.phase, 'dead');
    const { length } = wire.trace;
    assert.equal(wire.host.connection.deadline, undefined);
    wire.host.connection.due(wire.now + 1e9);
    wire.host.receive(PROTOCOL.lcp, control(CONTROL.configureRequest, 1), wire.now);
    wire.host.receive(PROTOCOL.lcp, TERMINATE, wire.now);
    wire.host.connection.close(CLOSED, wire.now);
    assert.equal(wire.trace.length, length);
    assert.equal(wire.host.reasons.length, 1);
  });

  if (phase === 'open') continue;
  test(`phase ${phase} that comes to no end: no-reply`, () => {
    const wire = staying(phase);
    wire.silence('ac');
    wire.pass(60_000);
    assert.equal(wire.host.reason?.code, 'no-reply');
  });
}

test('both close at the same time', () => {
  const wire = new Wire().start();
  wire.host.connection.close(CLOSED, wire.now);
  wire.ac.connection.close(CLOSED, wire.now);
  wire.pass(10);
  assert.deepEqual([wire.host.reason, wire.ac.reason], [CLOSED, CLOSED]);
});

test('the reason why we close stands, whatever the peer sends then', () => {
  const wire = new Wire().start();
  wire.silence('ac');
  wire.host.connection.close(CLOSED, wire.now);
  wire.host.receive(PROTOCOL.lcp, TERMINATE, wire.now);
  assert.deepEqual(wire.host.connection.cutOff('Generic-Error'), CLOSED);
  wire.pass(10_000);
  assert.deepEqual(wire.host.reason, CLOSED);
});

test('a second close changes neither the reason nor the transmissions', () => {
  const wire = new Wire().start();
  wire.silence('ac');
  wire.host.connection.close(CLOSED, wire.now);
  wire.host.connection.close({ code: 'link-down', text: 'later' }, wire.now);
  wire.pass(10_000);
  assert.deepEqual(wire.host.reason, CLOSED);
  assert.equal(wire.codes('host', PROTOCOL.lcp).filter((code) => code === CONTROL.terminateRequest).length, 2);
});

test('the end from below is peer-terminated, with the text', () => {
  const wire = new Wire().start();
  assert.deepEqual(wire.host.connection.cutOff('Session timeout'), {
    code: 'peer-terminated',
    text: 'The peer ended the session: Session timeout',
  });
});

test('a connection that is over can be opened again, and owes nothing to the last time', () => {
  for (const phase of ['establish', 'network', 'open'] as const) {
    const wire = staying(phase);
    wire.drop = () => false;
    wire.host.receive(PROTOCOL.lcp, TERMINATE, wire.now);
    wire.ac.connection.close(CLOSED, wire.now);
    wire.pass(10_000);
    assert.deepEqual([wire.host.phase, wire.ac.phase], ['dead', 'dead']);
    wire.start(5_000);
    assert.deepEqual([wire.host.phase, wire.ac.phase], ['open', 'open']);
  }
});

test('a fatal Code-Reject in an open connection ends it as negotiation-failed, with Terminate-Requests', () => {
  for (const octets of [
    control(CONTROL.codeReject, 1, control(CONTROL.configureRequest, 1)),
    control(CONTROL.protocolReject, 1, Buffer.from([0xc0, 0x21, 1, 1, 0, 4])),
  ]) {
    const wire = new Wire().start();
    wire.silence('ac');
    wire.host.receive(PROTOCOL.lcp, octets, wire.now);
    assert.equal(wire.host.phases.at(-1), 'terminate');
    wire.pass(10_000);
    assert.equal(wire.host.reason?.code, 'negotiation-failed');
    assert.deepEqual(wire.host.phases.slice(-3), ['open', 'terminate', 'dead']);
  }
});

test('our own frames that come back end in loopback', () => {
  const wire = new Wire();
  wire.silence('ac');
  wire.host.connection.open(0);
  let returned = 0;
  for (let steps = 0; steps < 1_000 && wire.host.phase !== 'dead'; steps++) {
    for (; returned < wire.trace.length; returned++) {
      const sent = wire.trace[returned];
      if (sent?.from !== 'host') continue;
      wire.host.receive(sent.protocol, control(sent.packet.code, sent.packet.identifier, sent.packet.data), wire.now);
    }
    wire.pass(1);
  }
  assert.equal(wire.host.reason?.code, 'loopback');
  assert.ok(wire.trace.length < 50, `${wire.trace.length} packets`);
});

test('Echo-Requests with our own Magic-Number are not answered, and several in a row are a loop', () => {
  const wire = new Wire().start();
  const request = wire.sent('host', PROTOCOL.lcp).find(({ packet }) => packet.code === CONTROL.configureRequest);
  const magic = request?.packet.data.subarray(-4) ?? Buffer.alloc(0);
  assert.ok(request?.packet.data.includes(encodeOptions([option32(LCP_OPTION.magicNumber, magic.readUInt32BE())])));
  const { length } = wire.trace;
  for (let time = 0; time < 4; time++)
    wire.host.receive(PROTOCOL.lcp, control(CONTROL.echoRequest, time, magic), wire.now);
  assert.equal(wire.trace.length, length);
  assert.equal(wire.host.phase, 'open');
  wire.host.receive(PROTOCOL.lcp, control(CONTROL.echoRequest, 4, magic), wire.now);
  wire.pass(1_000);
  assert.equal(wire.host.reason?.code, 'loopback');
});

test('reflections that are not in a row are no loop', () => {
  const wire = new Wire({ host: { keepalive: { mode: 'fixed', interval: 1_000, failures: 3 } } }).start(1_500);
  const magic = wire.sent('host', PROTOCOL.lcp)[0]?.packet.data.subarray(-4) ?? Buffer.alloc(0);
  for (let time = 0; time < 20; time++) {
    wire.host.receive(PROTOCOL.lcp, control(CONTROL.echoReply, 1, magic), wire.now);
    wire.pass(1_000);
  }
  assert.equal(wire.host.phase, 'open');
});
