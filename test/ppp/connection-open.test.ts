import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AUTOMATON_DEFAULTS } from '../../src/ppp/control-protocol';
import { CONTROL } from '../../src/wire/control';
import type { AuthenticationProtocol } from '../../src/wire/lcp';
import { PROTOCOL } from '../../src/wire/ppp';
import { AC, HOST, learned, Wire, type WireOptions } from './wire';

const requiring = (...required: AuthenticationProtocol[]) => ({ lcp: { ...AC.lcp, required } });
const allowing = (...allowed: AuthenticationProtocol[]) => ({ lcp: { ...HOST.lcp, allowed } });

const LEARNED = ['10.0.0.2', '10.0.0.1', '10.0.0.53', '10.0.0.54'];

function assertOpen(wire: Wire): void {
  assert.deepEqual([wire.host.phase, wire.ac.phase], ['open', 'open']);
  assert.deepEqual(learned(wire.host), LEARNED);
  assert.deepEqual(learned(wire.ac), ['10.0.0.1', '10.0.0.2']);
  assert.deepEqual([wire.host.reasons, wire.ac.reasons], [[], []]);
  assert.deepEqual([wire.host.malformed, wire.ac.malformed], [0, 0]);
}

test('with CHAP: establish, authenticate, network, open, on both sides', () => {
  const wire = new Wire({ ac: requiring('chap-md5') }).start();
  assertOpen(wire);
  assert.deepEqual(wire.host.phases, ['establish', 'authenticate', 'network', 'open']);
  assert.deepEqual(wire.ac.phases, ['establish', 'authenticate', 'network', 'open']);
  assert.deepEqual(wire.codes('ac', PROTOCOL.chap), [1, 3]);
  assert.deepEqual(wire.codes('host', PROTOCOL.chap), [2]);
  assert.equal(wire.sent('host', PROTOCOL.pap).length, 0);
});

test('with PAP', () => {
  const wire = new Wire({ ac: requiring('pap') }).start();
  assertOpen(wire);
  assert.deepEqual(wire.codes('host', PROTOCOL.pap), [1]);
  assert.deepEqual(wire.codes('ac', PROTOCOL.pap), [2]);
  assert.equal(wire.ac.claims[0]?.username, 'test');
});

test('without authentication the network protocols follow LCP at once', () => {
  const wire = new Wire({ ac: requiring() }).start();
  assertOpen(wire);
  assert.deepEqual(wire.host.phases, ['establish', 'network', 'open']);
});

test('each authenticates the other', () => {
  const wire = new Wire({
    host: { lcp: { ...HOST.lcp, required: ['chap-md5'] } },
    ac: {
      ...requiring('pap'),
      lcp: { mru: 1_492, allowed: ['chap-md5'], required: ['pap'] },
      credentials: HOST.credentials ?? { username: '', password: '' },
    },
  }).start();
  assertOpen(wire);
  assert.deepEqual([wire.host.claims.length, wire.ac.claims.length], [1, 1]);
});

test('an authentication that the host does not allow is negotiated down to one that both take', () => {
  const wire = new Wire({ host: allowing('chap-md5'), ac: requiring('pap', 'chap-md5') }).start();
  assertOpen(wire);
  assert.equal(wire.sent('host', PROTOCOL.pap).length, 0);
});

test('a password never goes out where only CHAP is allowed and the peer insists on PAP', () => {
  const wire = new Wire({ host: allowing('chap-md5'), ac: requiring('pap') }).start();
  assert.equal(wire.sent('host', PROTOCOL.pap).length, 0);
  assert.equal(wire.host.reason?.code, 'negotiation-failed');
  assert.equal(wire.ac.phase, 'dead');
});

test('a host that requires authentication refuses a peer that does not ask for it', () => {
  const wire = new Wire({ host: { authenticationRequired: true }, ac: requiring() }).start();
  assert.equal(wire.host.reason?.code, 'authentication-failed');
  assert.ok(!wire.host.phases.includes('network'));
  assertOpen(new Wire({ host: { authenticationRequired: true }, ac: requiring('pap') }).start());
});

test('on a fast line all of it takes few round trips', () => {
  const wire = new Wire({ delay: 1 }).start(30);
  assertOpen(wire);
  assert.equal(wire.sent('host', PROTOCOL.lcp).length, 2);
});

test('a peer that begins to listen 150 ms late is not made to wait for the Restart timer', () => {
  const wire = new Wire();
  wire.drop = ({ at }) => at < 150;
  wire.host.connection.open(0);
  wire.pass(150);
  wire.ac.connection.open(150);
  wire.pass(30);
  assertOpen(wire);
  const requests = wire.sent('host', PROTOCOL.lcp).filter(({ packet }) => packet.code === CONTROL.configureRequest);
  assert.deepEqual(
    requests.map(({ at }) => at),
    [0, 151],
  );
  assert.equal(requests[0]?.packet.identifier, requests[1]?.packet.identifier);
});

test('round trips far beyond the Restart timer bring repetitions, but no renegotiation', () => {
  for (const delay of [300, 900, 1_400]) {
    const wire = new Wire({ delay }).start();
    assertOpen(wire);
    assert.deepEqual(wire.host.phases, ['establish', 'authenticate', 'network', 'open'], `${delay} ms`);
  }
});

test('comes up through loss and delay, with any authentication, and stays up', () => {
  const options = fc.record({
    seed: fc.integer({ min: 1, max: 1e9 }),
    loss: fc.constantFrom(0, 0.03, 0.1),
    delay: fc.constantFrom(0, 1, 10, 90, 250),
    ac: fc.constantFrom(requiring(), requiring('pap'), requiring('chap-md5')),
  });
  fc.assert(
    fc.property(options, (chosen: WireOptions) => {
      const wire = new Wire(chosen).start();
      assertOpen(wire);
      const { length } = wire.trace;
      wire.pass(600_000);
      assertOpen(wire);
      assert.equal(wire.trace.length, length, 'silent once both are open');
      assert.ok(length < 250, `${length} packets`);
    }),
    { numRuns: 150 },
  );
});

test('MRU: each learns what the other takes', () => {
  const wire = new Wire({ ac: { lcp: { ...AC.lcp, mru: 1_400 } } }).start();
  assert.deepEqual([wire.host.connection.mru, wire.host.connection.peerMru], [1_492, 1_400]);
  assert.deepEqual([wire.ac.connection.mru, wire.ac.connection.peerMru], [1_400, 1_492]);
});

test('a host that is given no address is told so', () => {
  const { peerAddress: _, ...none } = AC.ipcp();
  const wire = new Wire({ ac: { ipcp: () => none } }).start();
  assert.equal(wire.host.reason?.code, 'negotiation-failed');
  assert.match(wire.host.reason.text, /no IP address/);
});

test('an Access Concentrator that never tells its address leaves it unknown, and the session comes up', () => {
  const wire = new Wire();
  const { connection } = wire.ac;
  connection.ipcp.request = () => [];
  wire.start();
  assert.equal(wire.host.phase, 'open');
  assert.deepEqual(learned(wire.host), ['10.0.0.2', undefined, '10.0.0.53', '10.0.0.54']);
});

test('LCP requests keep to the Restart timer of the settings', () => {
  const automaton = { ...AUTOMATON_DEFAULTS, restartTimer: 500, maxConfigure: 3 };
  const wire = new Wire({ host: { automaton } });
  wire.silence('ac');
  wire.start();
  const requests = wire.sent('host', PROTOCOL.lcp).filter(({ packet }) => packet.code === CONTROL.configureRequest);
  assert.deepEqual(
    requests.map(({ at }) => at),
    [0, 500, 1_500],
  );
  assert.deepEqual(wire.host.reason, { code: 'no-reply', text: 'The peer does not answer Configure-Requests' });
});
