import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONTROL, encodeOptions } from '../../src/wire/control';
import { PROTOCOL } from '../../src/wire/ppp';
import { control, learned, Wire, type WireOptions } from './wire';

const OPEN = ['open', 'open'];
const NETWORKS = { IPCP: PROTOCOL.ipcp, IPV6CP: PROTOCOL.ipv6cp } as const;
const NAMES = ['IPCP', 'IPV6CP'] as const;

/** Both ends have both network protocols, unless told otherwise. */
function dual({ host, ac, ...options }: WireOptions = {}): Wire {
  return new Wire({ ...options, host: { ipv6cp: {}, ...host }, ac: { ipv6cp: {}, ...ac } });
}

/** A host with both whose peer has one alone. */
function half(name: (typeof NAMES)[number]): Wire {
  const ac = name === 'IPCP' ? {} : { ipcp: undefined, ipv6cp: {} };
  return new Wire({ host: { ipv6cp: {} }, ac });
}

test('IPCP and IPV6CP come up side by side, and each is told', () => {
  const wire = dual().start();
  assert.deepEqual([wire.host.phase, wire.ac.phase], OPEN);
  for (const end of [wire.host, wire.ac]) {
    assert.deepEqual([...end.networks].sort(), ['IPCP up', 'IPV6CP up']);
    assert.deepEqual(end.phases.slice(-2), ['network', 'open']);
  }
  assert.equal(learned(wire.host)[0], '10.0.0.2');
  assert.deepEqual(wire.host.connection.ipv6cp.identifier, wire.ac.connection.ipv6cp.peerIdentifier);
  assert.deepEqual(wire.ac.connection.ipv6cp.identifier, wire.host.connection.ipv6cp.peerIdentifier);
});

test('IPV6CP refused (Protocol-Reject): IPv4 goes on; and the other way round', () => {
  for (const name of NAMES) {
    const other = name === 'IPCP' ? 'IPV6CP' : 'IPCP';
    const wire = half(name).start();
    assert.deepEqual([wire.host.phase, wire.ac.phase], OPEN);
    assert.deepEqual(wire.host.networks, [`${name} up`]);
    assert.equal(wire.host.connection.isUp(name), true);
    assert.equal(wire.host.connection.isUp(other), false);
    assert.ok(wire.codes('ac', PROTOCOL.lcp).includes(CONTROL.protocolReject));
    const asked = wire.sent('host', NETWORKS[other]);
    wire.pass(600_000);
    assert.equal(wire.sent('host', NETWORKS[other]).length, asked.length, 'it is not asked again');
  }
});

test('IPv6 that is up first waits for IPv4, so that a connection that is open has its address', () => {
  const wire = dual();
  wire.ac.connection.open(0);
  wire.host.connection.open(0);
  while (wire.host.phase !== 'open') {
    assert.equal(wire.host.connection.isUp('IPCP'), false);
    wire.pass(1);
  }
  assert.equal(learned(wire.host)[0], '10.0.0.2');
  assert.equal(wire.host.networks[0], 'IPV6CP up');
});

test('IPv6 that is up waits no longer for an IPv4 that is refused', () => {
  const wire = dual();
  wire.drop = ({ protocol }) => protocol === PROTOCOL.ipcp;
  wire.start(50);
  assert.deepEqual([wire.host.phase, wire.host.networks], ['network', ['IPV6CP up']]);
  wire.host.receive(PROTOCOL.lcp, control(CONTROL.protocolReject, 1, Buffer.from([0x80, 0x21, 1, 1, 0, 4])), wire.now);
  assert.equal(wire.host.phase, 'open');
});

test('IPv6 that goes down while it waits for IPv4 is waited with no longer', () => {
  const wire = dual();
  wire.drop = ({ protocol }) => protocol === PROTOCOL.ipcp;
  wire.start(50);
  wire.host.receive(PROTOCOL.ipv6cp, control(CONTROL.terminateRequest, 9), wire.now);
  wire.silence('ac');
  wire.pass(5_000);
  assert.equal(wire.host.phase, 'network');
});

test('IPV6CP refused costs IPv4 no time', () => {
  const times = [new Wire(), half('IPCP')].map((wire) => {
    wire.start(0);
    while (wire.host.phase !== 'open') wire.pass(1);
    return wire.now;
  });
  assert.equal(times[0], times[1]);
});

test('a network protocol that is never answered: the other is up, IPv4 at once and IPv6 after a moment, and stays', () => {
  for (const [name, within] of [
    ['IPCP', 100],
    ['IPV6CP', 1_100],
  ] as const) {
    const other = name === 'IPCP' ? 'IPV6CP' : 'IPCP';
    const wire = dual();
    wire.drop = ({ from, protocol }) => from === 'ac' && protocol === NETWORKS[other];
    wire.start(within);
    assert.equal(wire.host.phase, 'open');
    wire.pass(600_000);
    assert.deepEqual([wire.host.phase, wire.ac.phase], OPEN);
    assert.deepEqual(wire.host.networks, [`${name} up`]);
  }
});

test('a network protocol that is acknowledged but never asked for is given up after the time for a phase', () => {
  const wire = dual();
  wire.drop = ({ from, protocol, packet }) =>
    from === 'ac' && protocol === PROTOCOL.ipv6cp && packet.code === CONTROL.configureRequest;
  wire.start(120_000);
  assert.equal(wire.host.phase, 'open');
  assert.ok(wire.host.progress.includes('IPV6CP did not come to an end within 30 s'));
  const { length } = wire.sent('host', PROTOCOL.ipv6cp);
  wire.pass(600_000);
  assert.ok(wire.sent('host', PROTOCOL.ipv6cp).length - length <= 1);
});

test('IPV6CP closed: IPv4 stays up; and the other way round', () => {
  for (const name of NAMES) {
    const other = name === 'IPCP' ? 'IPV6CP' : 'IPCP';
    const wire = dual().start();
    const { length } = wire.host.phases;
    wire.host.receive(NETWORKS[name], control(CONTROL.terminateRequest, 9, 'enough'), wire.now);
    wire.silence('ac');
    wire.pass(60_000);
    assert.equal(wire.host.phase, 'open');
    assert.deepEqual(wire.host.phases.slice(length), []);
    assert.equal(wire.host.networks.at(-1), `${name} down`);
    assert.equal(wire.host.connection.isUp(other), true);
    const text = `${name}: The peer ended the session`;
    assert.ok(wire.host.progress.includes(text), wire.host.progress.join('\n'));
  }
});

test('the last network protocol that the peer closes ends the connection as peer-terminated', () => {
  const wire = dual().start();
  for (const name of NAMES) {
    wire.host.receive(NETWORKS[name], control(CONTROL.terminateRequest, 9), wire.now);
    wire.silence('ac');
    wire.pass(60_000);
  }
  assert.equal(wire.host.reason?.code, 'peer-terminated');
});

test('both refused: the connection ends in negotiation-failed, and names both', () => {
  const wire = dual();
  wire.drop = ({ protocol }) => protocol === PROTOCOL.ipcp || protocol === PROTOCOL.ipv6cp;
  wire.start(100);
  for (const name of NAMES) {
    assert.equal(wire.host.phase, 'network');
    const rejected = Buffer.alloc(6);
    rejected.writeUInt16BE(NETWORKS[name]);
    wire.host.receive(PROTOCOL.lcp, control(CONTROL.protocolReject, 1, rejected), wire.now);
  }
  wire.pass(10_000);
  assert.equal(wire.host.reason?.code, 'negotiation-failed');
  assert.match(wire.host.reason.text, /IPCP: .*; IPV6CP: /);
});

test('one refused and the other never answered: no-reply, which tells more', () => {
  const wire = half('IPV6CP');
  wire.drop = ({ from, protocol, packet }) =>
    from === 'ac' && (protocol === PROTOCOL.ipv6cp || packet.code === CONTROL.terminateRequest);
  wire.start(60_000);
  assert.equal(wire.host.reason?.code, 'no-reply');
});

test('a peer without an IPv4 address for us: IPv6 is up', () => {
  const wire = dual({ ac: { ipcp: () => ({ address: Buffer.from([10, 0, 0, 1]), askDns: false }) } });
  wire.start();
  assert.equal(wire.host.phase, 'open');
  assert.deepEqual(wire.host.networks, ['IPV6CP up']);
  assert.ok(wire.host.progress.includes('The peer gave us no IP address'));
});

test('IPv6 alone is enough, and IPCP is then answered with a Protocol-Reject', () => {
  const wire = new Wire({ host: { ipcp: undefined, ipv6cp: {} }, ac: { ipcp: undefined, ipv6cp: {} } });
  wire.start();
  assert.deepEqual([wire.host.phase, wire.ac.phase], OPEN);
  wire.host.receive(PROTOCOL.ipcp, control(CONTROL.configureRequest, 1), wire.now);
  assert.equal(wire.sent('host', PROTOCOL.lcp).at(-1)?.packet.code, CONTROL.protocolReject);
});

test('a network protocol that was refused comes up when the peer begins it later', () => {
  const wire = dual();
  wire.drop = ({ protocol }) => protocol === PROTOCOL.ipv6cp;
  wire.start(100);
  wire.host.receive(PROTOCOL.lcp, control(CONTROL.protocolReject, 1, Buffer.from([0x80, 0x57, 1, 1, 0, 4])), wire.now);
  assert.deepEqual(wire.host.networks, ['IPCP up']);
  wire.drop = () => false;
  wire.pass(10_000);
  assert.deepEqual(wire.host.networks, ['IPCP up', 'IPV6CP up']);
  assert.equal(wire.host.connection.isUp('IPV6CP'), true);
});

test('IPCP that the peer negotiates anew leaves IPv6 and the phase as they are', () => {
  const wire = dual().start();
  const { length } = wire.host.phases;
  const address = encodeOptions([{ type: 3, data: Buffer.from([10, 0, 0, 7]) }]);
  wire.host.receive(PROTOCOL.ipcp, control(CONTROL.configureRequest, 200, address), wire.now);
  wire.pass(10_000);
  assert.deepEqual(wire.host.phases.slice(length), []);
  assert.deepEqual(wire.host.networks.slice(-2), ['IPCP down', 'IPCP up']);
});

test('LCP that the peer negotiates anew takes both down, and both come up again', () => {
  const wire = dual().start();
  const before = wire.host.phases.length;
  wire.ac.receive(PROTOCOL.lcp, control(CONTROL.configureRequest, 200), wire.now);
  wire.pass(10_000);
  assert.deepEqual(wire.host.phases.slice(before), ['establish', 'authenticate', 'network', 'open']);
  assert.deepEqual([...wire.host.networks.slice(-4)].sort(), ['IPCP down', 'IPCP up', 'IPV6CP down', 'IPV6CP up']);
});

test('under loss both come up', () => {
  for (let seed = 1; seed <= 30; seed++) {
    const wire = dual({ loss: 0.2, seed }).start(120_000);
    if (wire.host.reason || wire.ac.reason) continue;
    assert.deepEqual([wire.host.phase, wire.ac.phase], OPEN, `seed ${seed}`);
    assert.equal(wire.host.connection.isUp('IPCP') || wire.host.connection.isUp('IPV6CP'), true);
  }
});
