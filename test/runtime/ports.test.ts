import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PppoeError } from '../../src/errors';
import { virtualSegments } from '../../src/link/virtual-segment';
import { isVirtual, openPort } from '../../src/runtime/ports';
import { FakeClock, turns } from './fake-clock';
import { FakeEngine } from './fakes';

const host = (name: string) => ({ interface: name, role: 'host' }) as const;
const concentrator = (name: string) => ({ interface: name, role: 'concentrator' }) as const;

test('a port opens with its first user, is shared, and closes with its last', () => {
  const first = openPort(host('virtual:ports-a'));
  const second = openPort(host('virtual:ports-a'));
  assert.equal(first.port, second.port);
  assert.deepEqual(virtualSegments(), ['ports-a']);
  first.close();
  first.close();
  assert.deepEqual(virtualSegments(), ['ports-a']);
  second.close();
  assert.deepEqual(virtualSegments(), []);
  const third = openPort(host('virtual:ports-a'));
  assert.notEqual(third.port, first.port);
  third.close();
});

test('each name, and each address of its own, has a port of its own', () => {
  const address = Buffer.from('020000000042', 'hex');
  const ports = [
    openPort(host('virtual:ports-b')),
    openPort(host('virtual:ports-c')),
    openPort({ ...host('virtual:ports-b'), address }),
    openPort(concentrator('virtual:ports-b')),
  ];
  assert.equal(new Set(ports.map(({ port }) => port)).size, 4);
  assert.deepEqual(ports[2]?.port.link.address, address);
  for (const { close } of ports) close();
  assert.deepEqual(virtualSegments(), []);
});

test('addresses on a virtual segment are individual, locally administered and not the same', () => {
  const ports = Array.from({ length: 50 }, (_, index) => openPort(host(`virtual:ports-${index}`)));
  const addresses = ports.map(({ port }) => port.link.address);
  assert.ok(addresses.every((address) => ((address[0] ?? 0) & 3) === 2));
  assert.equal(new Set(addresses.map((address) => address.toString('hex'))).size, 50);
  for (const { close } of ports) close();
});

test('a host and a concentrator on one virtual segment hear each other', async () => {
  const clock = new FakeClock();
  const [one, two] = [openPort(host('virtual:ports-d'), clock), openPort(concentrator('virtual:ports-d'), clock)];
  const make = (outlets: FakeEngine['outlets']) => new FakeEngine(outlets);
  const a = one.port.attach({ role: 'host', vlan: [] }, make);
  const b = two.port.attach({ role: 'concentrator', vlan: [] }, make);
  const padi = Buffer.concat([Buffer.alloc(6, 0xff), one.port.link.address, Buffer.from('8863110900000000', 'hex')]);
  a.run(({ outlets }) => outlets.send(padi));
  await turns();
  assert.deepEqual(b.engine.types, ['discovery']);
  assert.deepEqual(a.engine.types, []);
  one.close();
  two.close();
});

test('two concentrators on one virtual segment are two stations', () => {
  const [one, two] = [openPort(concentrator('virtual:ports-e')), openPort(concentrator('virtual:ports-e'))];
  assert.notDeepEqual(one.port.link.address, two.port.link.address);
  one.close();
  assert.deepEqual(virtualSegments(), ['ports-e']);
  two.close();
  assert.deepEqual(virtualSegments(), []);
});

test('an interface that is not there is a typed error, and leaves no port', () => {
  for (let attempt = 0; attempt < 2; attempt++) {
    assert.throws(
      () => openPort(host('no-such-if0')),
      (error) => error instanceof PppoeError && ['no-interface', 'permission', 'no-native'].includes(error.code),
    );
  }
});

test('names of virtual segments are told apart from interfaces', () => {
  assert.equal(isVirtual('virtual:lab'), true);
  assert.equal(isVirtual('virtual'), false);
  assert.equal(isVirtual('eth0'), false);
});
