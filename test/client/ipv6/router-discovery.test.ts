import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatIpv6 } from '../../../src/wire/ip';
import { parseIpv6 } from '../../../src/wire/ipv6';
import { encodeMtu, encodePrefixInformation, encodeRdnss, INFINITE } from '../../../src/wire/nd-options';
import { autonomous, icmpv6, OWN, Rig, ROUTER, routerAdvertisement } from './rig';

const DAY = 86_400;
const dns = (lifetime: number, ...servers: string[]) => encodeRdnss({ lifetime, servers: servers.map(parseIpv6) });

test('up to 3 Router Solicitations are sent, 4 s apart, the first at once', () => {
  const rig = new Rig().up().pass(60_000);
  assert.deepEqual(
    rig.icmpv6.map(({ kind, at }) => [kind, at]),
    [0, 4_000, 8_000].map((at) => ['router-solicitation', at]),
  );
  for (const packet of rig.packets) {
    assert.equal(formatIpv6(packet.source), 'fe80::2');
    assert.equal(formatIpv6(packet.destination), 'ff02::2');
    assert.equal(packet.hopLimit, 255);
  }
});

test('an advertisement ends the solicitations, and tells router, addresses, name servers and MTU', () => {
  const rig = new Rig().up();
  rig.now = 100;
  const options = [autonomous('2001:db8:1::', DAY, 3_600), dns(600, '2001:db8::53', '2001:db8::54'), encodeMtu(1_480)];
  assert.equal(rig.advertise(options), true);
  assert.deepEqual(rig.snapshot, {
    linkLocal: 'fe80::2',
    remoteLinkLocal: 'fe80::1',
    addresses: [
      {
        address: '2001:db8:1::2',
        prefixLength: 64,
        source: 'slaac',
        preferredUntil: 100 + 3_600_000,
        validUntil: 100 + DAY * 1_000,
      },
    ],
    prefixes: [],
    dns: ['2001:db8::53', '2001:db8::54'],
    mtu: 1_480,
    router: 'fe80::1',
  });
  assert.equal(rig.host.mtu, 1_480);
  assert.deepEqual(rig.told, ['changed']);
  rig.pass(60_000);
  assert.equal(rig.icmpv6.length, 1);
  rig.advertise(options);
  assert.deepEqual(rig.told, ['changed'], 'the same again changes nothing');
});

test('lifetimes that end take address, name servers and router away, one by one', () => {
  const rig = new Rig().up();
  rig.advertise([autonomous('2001:db8:1::', 300), dns(100, '2001:db8::53')], { routerLifetime: 200 });
  const seen = () => [rig.addresses.length, rig.snapshot.dns.length, rig.snapshot.router !== undefined];
  rig.pass(99_999);
  assert.deepEqual(seen(), [1, 1, true]);
  rig.pass(1);
  assert.deepEqual(seen(), [1, 0, true]);
  rig.pass(100_000);
  assert.deepEqual(seen(), [1, 0, false]);
  rig.pass(100_000);
  assert.deepEqual(seen(), [0, 0, false]);
  assert.deepEqual(rig.told, Array(4).fill('changed'));
  assert.equal(rig.host.deadline, undefined);
});

test('infinite lifetimes have no end', () => {
  const rig = new Rig().up();
  rig.advertise([autonomous('2001:db8:1::', INFINITE), dns(INFINITE, '2001:db8::53')], { routerLifetime: 0xffff });
  assert.deepEqual(rig.snapshot.addresses, [{ address: '2001:db8:1::2', prefixLength: 64, source: 'slaac' }]);
  rig.pass(1_000 * DAY * 1_000);
  assert.equal(rig.addresses.length, 1);
  assert.equal(rig.snapshot.dns.length, 1);
});

test('lifetimes of 0 take back: router and name servers at once, an address after two hours at the earliest', () => {
  const rig = new Rig().up();
  rig.advertise([autonomous('2001:db8:1::', DAY), dns(600, '2001:db8::53')]);
  rig.advertise([autonomous('2001:db8:1::', 0), dns(0, '2001:db8::53')], { routerLifetime: 0 });
  assert.deepEqual(rig.snapshot.dns, []);
  assert.equal(rig.snapshot.router, undefined);
  // RFC 4862 §5.5.3 e.
  const [address] = rig.snapshot.addresses;
  assert.deepEqual([address?.preferredUntil, address?.validUntil], [0, 7_200_000]);
  rig.pass(7_199_999);
  assert.equal(rig.addresses.length, 1);
  rig.advertise([autonomous('2001:db8:1::', 0)]);
  rig.pass(1);
  assert.deepEqual(rig.addresses, []);
});

test('a valid lifetime of more than two hours, or than what is left, is taken as it is', () => {
  const rig = new Rig().up();
  const validUntil = () => rig.snapshot.addresses[0]?.validUntil;
  rig.advertise([autonomous('2001:db8:1::', DAY)]);
  rig.advertise([autonomous('2001:db8:1::', 7_201)]);
  assert.equal(validUntil(), 7_201_000);
  rig.pass(7_000_000);
  rig.advertise([autonomous('2001:db8:1::', 300)]);
  assert.equal(validUntil(), 7_300_000);
});

test('what is no prefix for SLAAC makes no address', () => {
  const rig = new Rig().up();
  const prefix = parseIpv6('2001:db8:1::');
  for (const option of [
    encodePrefixInformation({ prefixLength: 64, flags: 0x80, valid: DAY, preferred: DAY, prefix }),
    autonomous('2001:db8:1::', DAY, DAY, 56),
    autonomous('2001:db8:1::', DAY, DAY + 1),
    autonomous('2001:db8:1::', 0),
    autonomous('fe80::', DAY),
    autonomous('ff02::', DAY),
  ]) {
    assert.equal(rig.advertise([option]), true);
    assert.deepEqual(rig.addresses, []);
  }
});

test('an MTU below 1280 or above what the line carries is ignored', () => {
  const rig = new Rig().up(1_400);
  for (const mtu of [0, 1_279, 1_401, 0xffffffff]) rig.advertise([encodeMtu(mtu)]);
  assert.equal(rig.host.mtu, 1_400);
  assert.equal(rig.snapshot.mtu, undefined);
});

test('an advertisement that RFC 4861 §6.1.2 has a host discard changes nothing', () => {
  const rig = new Rig().up();
  const options = [autonomous('2001:db8:1::', DAY)];
  const good = routerAdvertisement(options);
  const wrong = Buffer.from(good);
  wrong[60] = (wrong[60] as number) ^ 1;
  const cut = Buffer.from(good);
  cut.writeUInt16BE(good.length - 40 - 1, 4);
  for (const bad of [
    routerAdvertisement(options, { ipHopLimit: 254 }),
    routerAdvertisement(options, { source: parseIpv6('2001:db8::1') }),
    routerAdvertisement(options, { code: 1 }),
    routerAdvertisement([...options, { type: 3, data: Buffer.alloc(6) }]),
    routerAdvertisement([...options, { type: 25, data: Buffer.alloc(6) }]),
    routerAdvertisement([...options, { type: 25, data: Buffer.alloc(30) }]),
    wrong,
    cut.subarray(0, cut.length - 1),
  ]) {
    assert.equal(rig.receive(bad), 'malformed');
    assert.deepEqual(rig.addresses, []);
    assert.equal(rig.snapshot.router, undefined);
  }
  assert.deepEqual(rig.told, []);
  assert.equal(rig.receive(good), true);
  assert.deepEqual(rig.addresses, ['2001:db8:1::2 slaac']);
});

test('an advertisement from another link-local address than IPV6CP named is taken', () => {
  const rig = new Rig().up();
  rig.advertise([], { source: parseIpv6('fe80::cafe') });
  assert.equal(rig.snapshot.router, 'fe80::cafe');
});

test('a thousand prefixes and name servers do not make it grow', () => {
  const rig = new Rig().up();
  for (let number = 0; number < 1_000; number += 20) {
    const hex = (offset: number) => (number + offset).toString(16);
    const many = Array.from({ length: 20 }, (_, offset) => offset);
    rig.advertise([
      ...many.map((offset) => autonomous(`2001:db8:${hex(offset)}::`, DAY)),
      ...many.map((offset) => dns(DAY, `2001:db8::${hex(offset)}`)),
    ]);
  }
  assert.equal(rig.snapshot.addresses.length, 16);
  assert.equal(rig.snapshot.dns.length, 8);
});

test('a solicitation for an address of ours is answered as RFC 4861 §7.2.4 has it', () => {
  const rig = new Rig().up();
  rig.advertise([autonomous('2001:db8:1::', DAY)]);
  for (const target of [OWN, parseIpv6('2001:db8:1::2')]) {
    const solicitation = { kind: 'neighbour-solicitation', code: 0, flags: 0, target, options: [] } as const;
    assert.equal(rig.receive(icmpv6(solicitation, ROUTER, parseIpv6('ff02::1:ff00:2'))), true);
    const { at: _, ...advertisement } = rig.icmpv6.at(-1) ?? { at: 0 };
    const options: unknown[] = [];
    assert.deepEqual(advertisement, { kind: 'neighbour-advertisement', code: 0, flags: 0x60, target, options });
    const sent = rig.packets.at(-1);
    assert.deepEqual([sent?.source, sent?.destination, sent?.hopLimit], [target, ROUTER, 255]);
  }
});

test('Duplicate Address Detection of an address of ours is answered to all nodes, unsolicited', () => {
  const rig = new Rig().up();
  const solicitation = { kind: 'neighbour-solicitation', code: 0, flags: 0, target: OWN, options: [] } as const;
  rig.receive(icmpv6(solicitation, Buffer.alloc(16), parseIpv6('ff02::1:ff00:2')));
  const sent = rig.packets.at(-1);
  assert.equal(sent && formatIpv6(sent.destination), 'ff02::1');
  const advertisement = rig.icmpv6.at(-1);
  assert.equal(advertisement?.kind === 'neighbour-advertisement' && advertisement.flags, 0x20);
});

test('a solicitation that is not for us goes to the flow, one that is malformed goes nowhere', () => {
  const rig = new Rig().up();
  const { length } = rig.packets;
  const solicitation = { kind: 'neighbour-solicitation', code: 0, flags: 0, options: [] } as const;
  const group = parseIpv6('ff02::1:ff00:2');
  const to = (target: string, hopLimit = 255, source = ROUTER, destination = group) =>
    icmpv6({ ...solicitation, target: parseIpv6(target) }, source, destination, hopLimit);
  assert.equal(rig.receive(to('2001:db8::9')), false);
  assert.equal(rig.receive(to('fe80::2', 64)), 'malformed');
  assert.equal(rig.receive(to('fe80::2', 255, Buffer.alloc(16), OWN)), 'malformed');
  assert.equal(rig.receive(icmpv6({ ...solicitation, code: 1, target: OWN }, ROUTER, group)), 'malformed');
  assert.equal(rig.packets.length, length);
});

test('pings, advertisements of neighbours, solicitations of routers and other datagrams go to the flow', () => {
  const rig = new Rig().up();
  for (const message of [
    { kind: 'echo-request', code: 0, identifier: 1, sequence: 1, data: Buffer.alloc(8) },
    { kind: 'neighbour-advertisement', code: 0, flags: 0x60, target: ROUTER, options: [] },
    { kind: 'router-solicitation', code: 0, options: [] },
  ] as const) {
    assert.equal(rig.receive(icmpv6(message, ROUTER, OWN)), false);
  }
  for (const packet of [Buffer.alloc(0), Buffer.alloc(40, 0x11), Buffer.alloc(7, 58)]) {
    assert.equal(rig.host.concerns(packet), false);
  }
});

test('what was learned ends with IPV6CP, and is asked for again when it is up again', () => {
  const rig = new Rig().up();
  rig.advertise([autonomous('2001:db8:1::', DAY), encodeMtu(1_300)]);
  rig.host.down();
  assert.equal(rig.host.snapshot, undefined);
  assert.equal(rig.host.mtu, undefined);
  assert.equal(rig.host.deadline, undefined);
  rig.up();
  assert.equal(rig.icmpv6.length, 2);
  assert.deepEqual(rig.addresses, []);
  assert.equal(rig.host.mtu, 1_492);
});
