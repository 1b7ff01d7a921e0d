// Interfaces that go down, away and come back, and that cannot be opened at all; see native-namespace.ts.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { PppoeError } from '../../src/errors';
import { listInterfaces, rawSocketAccess } from '../../src/link/interfaces';
import type { Link } from '../../src/link/link';
import { openPacketSocket } from '../../src/link/packet-socket';
import { formatMac } from '../../src/wire/mac-address';
import { collect, frame, markOf } from './contract';
import { createVeth, ip, makeVeth, nextDown, nextUp, open } from './native-veth';

const { PATH } = process.env;
const LIMIT = { timeout: 5000 };

async function assertCarries(a: Link, b: Link, mark: number): Promise<void> {
  const arrived = collect(b, 1);
  a.send([frame(b.address, a.address, mark)]);
  assert.deepEqual((await arrived).map(markOf), [mark]);
}

function refuses(code: string, text: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof PppoeError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, text);
    return true;
  };
}

test('an interface that is switched off and on goes down and up, and carries frames again', LIMIT, async (t) => {
  const [x, y] = makeVeth(t);
  const [a, b] = [open(t, { interface: x }), open(t, { interface: y })];
  for (let round = 1; round <= 3; round++) {
    const [downs, peerDown] = [nextDown(a), nextDown(b)];
    ip(`link set ${x} down`);
    const error = await downs;
    assert.equal(error.code, 'link-down');
    assert.equal(error.message, `The interface ${x} was switched off`);
    assert.equal((await peerDown).message, `The interface ${y} has lost its carrier`);
    const before = a.counters.sendDrops;
    a.send([frame(b.address, a.address, 1), frame(b.address, a.address, 2)]);
    assert.equal(a.counters.sendDrops, before + 2);
    const ups = [nextUp(a), nextUp(b)];
    ip(`link set ${x} up`);
    await Promise.all(ups);
    await assertCarries(a, b, 10 * round);
    await assertCarries(b, a, 10 * round + 1);
  }
});

test('going down is told once, however many changes follow', LIMIT, async (t) => {
  const [x, y] = makeVeth(t);
  const a = open(t, { interface: x });
  const told: string[] = [];
  a.onDown = (error) => told.push(error.message);
  ip(`link set ${y} down`);
  ip(`link set ${x} down`);
  ip(`link set ${x} mtu 1400`);
  while (a.mtu !== 1400) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(told.length, 1);
  const up = nextUp(a);
  ip(`link set ${x} up`);
  ip(`link set ${y} up`);
  await up;
  assert.equal(told.length, 1);
});

test('an interface without a carrier goes down, and up when it has one', LIMIT, async (t) => {
  const [x, y] = makeVeth(t);
  const [a, b] = [open(t, { interface: x }), open(t, { interface: y })];
  const down = nextDown(a);
  ip(`link set ${y} down`);
  assert.equal((await down).message, `The interface ${x} has lost its carrier`);
  const up = nextUp(a);
  ip(`link set ${y} up`);
  await up;
  await assertCarries(a, b, 1);
});

test('an interface that is down when it is opened says so afterwards, and comes up', LIMIT, async (t) => {
  const [x] = makeVeth(t);
  ip(`link set ${x} down`);
  const a = open(t, { interface: x });
  assert.match((await nextDown(a)).message, /was switched off/);
  const up = nextUp(a);
  ip(`link set ${x} up`);
  await up;
});

test('an interface that is deleted and created again carries frames again', LIMIT, async (t) => {
  createVeth('gone0', 'gone1');
  t.after(() => ip('link delete gone0'));
  const [a, b] = [open(t, { interface: 'gone0' }), open(t, { interface: 'gone1' })];
  await assertCarries(a, b, 1);
  const earlier = a.address;
  const downs = [nextDown(a), nextDown(b)];
  ip('link delete gone0');
  const [error] = await Promise.all(downs);
  assert.equal(error?.code, 'link-down');
  assert.equal(error?.message, 'The interface gone0 is gone');
  a.send([frame(b.address, a.address, 1)]);
  assert.equal(a.counters.sendDrops, 1);
  const ups = [nextUp(a), nextUp(b)];
  createVeth('gone0', 'gone1');
  await Promise.all(ups);
  assert.notDeepEqual(a.address, earlier);
  await assertCarries(a, b, 2);
  await assertCarries(b, a, 3);
  assert.equal(b.counters.received, 2);
});

test('an interface that was replaced before anybody could look is opened again', LIMIT, async (t) => {
  createVeth('swap0', 'swap1');
  t.after(() => ip('link delete swap0'));
  const [a, b] = [open(t, { interface: 'swap0' }), open(t, { interface: 'swap1' })];
  const [downs, ups] = [
    [nextDown(a), nextDown(b)],
    [nextUp(a), nextUp(b)],
  ];
  ip('link delete swap0');
  createVeth('swap0', 'swap1');
  assert.match((await Promise.all(downs))[0]?.message ?? '', /was replaced/);
  await Promise.all(ups);
  await assertCarries(a, b, 1);
});

test('another address of the interface takes the link down and up', LIMIT, async (t) => {
  const [x, y] = makeVeth(t);
  const [a, b] = [open(t, { interface: x }), open(t, { interface: y })];
  const [down, up] = [nextDown(a), nextUp(a)];
  ip(`link set ${x} address 02:00:5e:10:00:77`);
  assert.match((await down).message, /another address/);
  await up;
  assert.equal(formatMac(a.address), '02:00:5e:10:00:77');
  await assertCarries(b, a, 1);
});

test('a link that was closed tells of nothing', LIMIT, async (t) => {
  const [x] = makeVeth(t);
  const [a, witness] = [open(t, { interface: x }), open(t, { interface: x })];
  a.onDown = () => assert.fail('onDown of a closed link');
  const down = nextDown(witness);
  a.close();
  ip(`link set ${x} down`);
  await down;
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
});

test('onDown may close the link', LIMIT, async (t) => {
  const [x] = makeVeth(t);
  const a = open(t, { interface: x });
  const closed = new Promise<void>((resolve) => {
    a.onDown = () => {
      a.close();
      resolve();
    };
  });
  ip(`link set ${x} down`);
  await closed;
});

test('a wrong name is refused with the names that there are', (t) => {
  const [x, y] = makeVeth(t);
  for (const name of ['nowhere0', 'lo', '', 'a-name-that-is-much-too-long', '../x', 'é']) {
    assert.throws(
      () => openPacketSocket({ interface: name }),
      refuses('no-interface', new RegExp(`'${name}'.*There are: .*${x}, .*${y}`)),
    );
  }
});

test('an interface that is no Ethernet is refused', (t) => {
  ip('tuntap add dev tun9 mode tun');
  t.after(() => ip('tuntap del dev tun9 mode tun'));
  assert.throws(() => openPacketSocket({ interface: 'tun9' }), refuses('no-interface', /'tun9'/));
});

test('interfaces are listed with address, MTU and state', (t) => {
  const [x, y] = makeVeth(t);
  ip(`link set ${y} mtu 1492`);
  ip(`link set ${x} down`);
  const list = listInterfaces();
  const find = (name: string) => list.find((one) => one.name === name);
  const { address, ...rest } = find(x) ?? assert.fail('not listed');
  assert.equal(address.length, 6);
  assert.deepEqual(rest, { name: x, mtu: 1500, up: false, carrier: false });
  assert.equal(find(y)?.mtu, 1492);
  assert.equal(find(y)?.up, true);
  assert.equal(find(y)?.carrier, false);
  assert.equal(find('lo'), undefined);
});

test('a plain user is told what gives the right to open raw sockets', { timeout: 20_000 }, (t) => {
  assert.deepEqual(rawSocketAccess(), { allowed: true });
  const [x] = makeVeth(t);
  const script = `
    const { openPacketSocket } = require('./src/link/packet-socket');
    const { rawSocketAccess } = require('./src/link/interfaces');
    let error;
    try { openPacketSocket({ interface: '${x}' }); } catch (thrown) { error = thrown; }
    console.log(JSON.stringify({ code: error?.code, text: error?.message, access: rawSocketAccess() }));`;
  const user = ['--reuid=65534', '--regid=65534', '--clear-groups', '--no-new-privs'];
  const run = spawnSync('setpriv', [...user, process.execPath, '--import', 'tsx', '--eval', script], {
    cwd: `${__dirname}/../..`,
    encoding: 'utf8',
    env: { PATH },
  });
  assert.equal(run.status, 0, run.stderr);
  const { code, text, access } = JSON.parse(run.stdout);
  assert.equal(code, 'permission');
  assert.match(text, /AmbientCapabilities=CAP_NET_RAW/);
  assert.match(text, /--network host --cap-add NET_RAW --user root/);
  assert.match(text, /setcap cap_net_raw\+ep/);
  assert.equal(access.allowed, false);
  assert.ok(text.includes(access.remedy));
});

test('one ambient capability is enough', { timeout: 20_000 }, (t) => {
  const [x] = makeVeth(t);
  const script = `
    const link = require('./src/link/packet-socket').openPacketSocket({ interface: '${x}' });
    link.close();
    console.log(require('./src/link/interfaces').rawSocketAccess().allowed);`;
  const user = [
    '--reuid=65534',
    '--regid=65534',
    '--clear-groups',
    '--inh-caps=-all,+net_raw',
    '--ambient-caps=+net_raw',
  ];
  const out = execFileSync('setpriv', [...user, process.execPath, '--import', 'tsx', '--eval', script], {
    cwd: `${__dirname}/../..`,
    encoding: 'utf8',
    env: { PATH },
  });
  assert.equal(out.trim(), 'true');
});
