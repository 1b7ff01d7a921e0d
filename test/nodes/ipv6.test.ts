import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { packetsOf } from '../../nodes/shared/outgoing-packets';
import { statusOf } from '../../nodes/shared/session-api';
import { sessionOptions } from '../../nodes/shared/session-options';
import { decodeIcmpv6, decodeIpv6, formatIpv6, type Ipv6Snapshot, PppoeError, parseIpv6 } from '../../src/index';
import { credentials, helper, Inbox, labFlow, load, sessionIn, up } from './world';

before(() => helper.startServer());
after(() => helper.stopServer());
afterEach(() => helper.unload());

const IPV6: Ipv6Snapshot<string> = {
  linkLocal: 'fe80::2',
  addresses: [{ address: '2001:db8:1::2', prefixLength: 64, source: 'slaac' }],
  prefixes: [],
  dns: [],
};

const options = (config: Record<string, unknown>) =>
  sessionOptions({ id: '1', type: 'pppoe-session', name: '', interface: 'eth0', z: '', ...config } as never, {});

test('a form without the IPv6 fields, from before there were any, means the defaults', () => {
  const { ipv4, ipv6, dhcpv6, interfaceIdentifier } = options({});
  assert.deepEqual([ipv4, ipv6, interfaceIdentifier], [true, true, undefined]);
  assert.deepEqual(dhcpv6, { addresses: true, prefixDelegation: true });
});

test('the IPv6 fields of the form are the session’s settings', () => {
  const form = { ipv4: false, dhcpv6Addresses: false, prefixDelegation: true, prefixLength: '56' };
  const { ipv4, dhcpv6 } = options(form);
  assert.equal(ipv4, false);
  assert.deepEqual(dhcpv6, { addresses: false, prefixDelegation: true, prefixLengthHint: 56 });
  for (const [text, hex] of [
    ['::1', '0000000000000001'],
    [' 200:5eff:fe00:5301 ', '02005efffe005301'],
    ['::a:b', '00000000000a000b'],
    ['1', '0000000000000001'],
  ] as const) {
    assert.equal(options({ interfaceIdentifier: text }).interfaceIdentifier?.toString('hex'), hex);
  }
  for (const bad of ['1:2:3:4:5', '::1::', 'xyz', '12345', 'fe80::1%eth0', '2001:db8::1/64']) {
    assert.throws(() => options({ interfaceIdentifier: bad }), RangeError, bad);
  }
  assert.throws(() => options({ prefixLength: 'long' }), /prefix length must be a number/);
});

test('an object with an IPv6 destination becomes a packet from the address that fits it, with ICMPv6’s checksum', () => {
  const payload = Buffer.from('8000000000010001abcd', 'hex');
  for (const [destination, source] of [
    ['fe80::1', 'fe80::2'],
    ['ff02::1', 'fe80::2'],
    ['2001:db8::9', '2001:db8:1::2'],
  ]) {
    const [octets = Buffer.alloc(0)] = packetsOf(
      { destination, protocol: 'icmp', payload, ttl: 9 },
      { ipv6: IPV6 },
      'payload',
    );
    const packet = decodeIpv6(octets);
    assert.equal(formatIpv6(packet.source), source);
    assert.deepEqual([packet.nextHeader, packet.hopLimit], [58, 9]);
    const message = decodeIcmpv6(packet.payload, packet);
    assert.equal(message.kind, 'echo-request');
  }
  assert.equal(payload.readUInt16BE(2), 0, 'what the flow has is not changed');
});

test('an IPv6 packet without an address for it is refused as not-up, a destination that is none as malformed', () => {
  const code = (destination: string, ipv6?: Ipv6Snapshot<string>) => {
    try {
      packetsOf({ destination, protocol: 'udp' }, ipv6 ? { ipv6 } : { localAddress: '192.0.2.1' }, 'payload');
    } catch (error) {
      assert.ok(error instanceof PppoeError);
      return error.code;
    }
    return undefined;
  };
  assert.equal(code('2001:db8::9'), 'not-up');
  assert.equal(code('2001:db8::9', { ...IPV6, addresses: [] }), 'not-up');
  assert.equal(code('fe80::1', { ...IPV6, addresses: [] }), undefined);
  assert.equal(code('fe80::1::2', IPV6), 'malformed');
});

test('a node shows the IPv6 address of a session that has no other', () => {
  const status = { state: 'up', ipv6: IPV6 } as unknown as Parameters<typeof statusOf>[0];
  assert.equal(statusOf(status).text, '2001:db8:1::2');
  assert.equal(statusOf({ ...status, ipv6: { ...IPV6, addresses: [] } }).text, 'fe80::2');
  assert.equal(statusOf({ ...status, localAddress: '192.0.2.7' }).text, '192.0.2.7');
  assert.deepEqual(parseIpv6('::1').length, 16);
});

test('pppoe-state tells prefixes and addresses on an output of their own, and no state with them', async () => {
  const { flow } = labFlow([
    { id: 'state', type: 'pppoe-state', z: 'tab', session: 'session', wires: [['states'], [], ['changes']] },
    { id: 'states', type: 'helper', z: 'tab' },
    { id: 'changes', type: 'helper', z: 'tab' },
  ]);
  await load(flow, credentials());
  await up();
  const changes = new Inbox('changes');
  const states = new Inbox('states');
  const { session } = sessionIn();
  assert.ok(session);
  session.emit('prefix-delegated', '2001:db8:1::/56', { ...session.status, ipv6: IPV6 });
  session.emit('prefix-lost', '2001:db8:1::/56', session.status);
  session.emit('addresses', session.status);
  const told = await changes.next(({ event }) => event === 'prefix-delegated');
  assert.deepEqual([told.payload, told['prefix'], told['topic']], ['2001:db8:1::/56', '2001:db8:1::/56', 'home']);
  assert.deepEqual((told['session'] as { ipv6: unknown }).ipv6, IPV6);
  const lost = await changes.next(({ event }) => event === 'prefix-lost');
  assert.deepEqual(
    [lost.payload, lost['prefix'], (lost['session'] as { ipv6: unknown }).ipv6],
    ['2001:db8:1::/56', '2001:db8:1::/56', null],
  );
  const changed = await changes.next(({ event }) => event === 'addresses');
  assert.equal('prefix' in changed, false);
  assert.deepEqual(changed.payload, ['10.64.0.2']);
  assert.ok(states.messages.every(({ event }) => event === undefined));
});
