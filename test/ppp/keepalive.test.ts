import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeepaliveSettings } from '../../src/ppp/keepalive';
import { CONTROL } from '../../src/wire/control';
import { PROTOCOL } from '../../src/wire/ppp';
import { control, Wire } from './wire';

function open(keepalive: Partial<KeepaliveSettings>): Wire {
  const wire = new Wire({
    host: { keepalive: { mode: 'fixed', interval: 10_000, failures: 3, ...keepalive } },
    delay: 5,
  });
  // LCP is open, and the keepalive begins, one round trip after the start; this clock begins there.
  wire.start(1_000);
  assert.equal(wire.host.phase, 'open');
  return wire;
}

const echoes = (wire: Wire) =>
  wire.sent('host', PROTOCOL.lcp).filter(({ packet }) => packet.code === CONTROL.echoRequest);

/** When LCP opened, as the Echo-Request that came an interval later tells. */
function spacing(wire: Wire): number[] {
  const times = echoes(wire).map(({ at }) => at);
  return times.slice(1).map((at, index) => at - (times[index] ?? 0));
}

test('fixed: an Echo-Request each interval, with our Magic-Number and fresh Identifiers', () => {
  const wire = open({}).pass(60_000);
  assert.equal(echoes(wire).length, 6);
  assert.deepEqual(spacing(wire), Array(5).fill(10_000));
  const magic = wire.sent('host', PROTOCOL.lcp)[0]?.packet.data.subarray(-4);
  for (const { packet } of echoes(wire)) assert.deepEqual(packet.data, magic);
  assert.equal(new Set(echoes(wire).map(({ packet }) => packet.identifier)).size, 6);
  assert.equal(wire.host.phase, 'open');
});

test('the round trip is that of the last Echo', () => {
  const wire = open({});
  assert.equal(wire.host.connection.roundTrip, undefined);
  assert.equal(wire.pass(20_000).host.connection.roundTrip, 10);
});

test('a silent peer: after 3 Echo-Requests without an answer it is gone, one interval after the last', () => {
  for (const mode of ['fixed', 'adaptive'] as const) {
    const wire = open({ mode }).pass(30_000);
    const before = echoes(wire).length;
    wire.silence('ac');
    wire.pass(100_000);
    const [first] = echoes(wire).slice(before);
    assert.equal(echoes(wire).length - before, 3, mode);
    assert.equal(wire.host.reason?.code, 'no-reply');
    const terminate = wire.sent('host', PROTOCOL.lcp).find(({ packet }) => packet.code === CONTROL.terminateRequest);
    assert.equal(terminate?.at, (first?.at ?? 0) + 30_000);
  }
});

test('adaptive: nothing is sent while anything comes, on the data path too', () => {
  const wire = open({ mode: 'adaptive' });
  const before = echoes(wire).length;
  for (let second = 0; second < 100; second++) {
    wire.host.connection.heard();
    wire.pass(1_000);
  }
  assert.equal(echoes(wire).length, before);
  wire.pass(60_000);
  assert.ok(echoes(wire).length > before);
});

test('adaptive: a peer that never answers Echo-Requests stays as long as it sends anything', () => {
  const wire = open({ mode: 'adaptive' });
  wire.drop = ({ packet }) => packet.code === CONTROL.echoReply;
  for (let time = 0; time < 20; time++) {
    wire.pass(25_000);
    wire.host.connection.heard();
  }
  assert.equal(wire.host.phase, 'open');
  assert.ok(echoes(wire).length > 0);
});

test('fixed: data does not stand in for an answer', () => {
  const wire = open({});
  wire.drop = ({ packet }) => packet.code === CONTROL.echoReply;
  for (let second = 0; second < 60; second++) {
    wire.host.connection.heard();
    wire.pass(1_000);
  }
  assert.equal(wire.host.reason?.code, 'no-reply');
});

test('off: no Echo-Request is ever sent, and silence is borne', () => {
  const wire = open({ mode: 'off' });
  wire.silence('ac');
  wire.pass(3_600_000);
  assert.equal(echoes(wire).length, 0);
  assert.equal(wire.host.phase, 'open');
});

test('an Echo-Reply with extra octets, or to an older Echo-Request, is an answer', () => {
  const wire = open({});
  wire.silence('ac');
  for (let time = 0; time < 10; time++) {
    wire.pass(20_000);
    wire.host.receive(PROTOCOL.lcp, control(CONTROL.echoReply, 250, Buffer.alloc(40, 3)), wire.now);
  }
  assert.equal(wire.host.phase, 'open');
  assert.equal(wire.host.connection.roundTrip, undefined);
});

test('it begins when LCP opens, and a renegotiation begins it anew', () => {
  const wire = new Wire({ host: { keepalive: { mode: 'fixed', interval: 10_000, failures: 3 } } });
  wire.ac.decide = () => undefined;
  wire.start(15_000);
  assert.equal(wire.host.phase, 'authenticate');
  assert.equal(echoes(wire).length, 1);
  const renegotiated = open({}).pass(5_000);
  const before = echoes(renegotiated).length;
  renegotiated.ac.receive(PROTOCOL.lcp, control(CONTROL.configureRequest, 200), renegotiated.now);
  renegotiated.pass(9_999);
  assert.equal(echoes(renegotiated).length, before);
  renegotiated.pass(1_000);
  assert.equal(echoes(renegotiated).length, before + 1);
});
