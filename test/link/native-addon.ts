// The add-on itself: its arguments, its threads, its exceptions; see native-namespace.ts.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import { loadNative, type Native, nativeFile } from '../../src/link/native';
import { openPacketSocket } from '../../src/link/packet-socket';
import { collect, frame } from './contract';
import { makeVeth, open } from './native-veth';

const LIMIT = { timeout: 10_000 };

/** The add-on without its types. */
// biome-ignore lint/suspicious/noExplicitAny: wrong arguments are the point.
const raw = () => loadNative() as any as Record<keyof Native, (...args: unknown[]) => any>;

test('wrong arguments are TypeErrors', (t) => {
  const native = raw();
  const [x] = makeVeth(t);
  const index = native.interfaceState(x).index;
  const types = [0x8863];
  const noop = () => {};
  const trap = Object.defineProperty([0x8863], 0, {
    get() {
      throw new TypeError('trap');
    },
  });
  const wrong: unknown[][] = [
    [],
    [undefined, types, undefined, false, noop],
    ['1', types, undefined, false, noop],
    [0, types, undefined, false, noop],
    [-1, types, undefined, false, noop],
    [Number.NaN, types, undefined, false, noop],
    ...[
      undefined,
      0x8863,
      [],
      ['x'],
      [0x10000],
      [-1],
      [1.5],
      [2048.5],
      [{}],
      new Array(17).fill(0x8863),
      new Array(2),
      trap,
      new Proxy([0x8863], {}),
    ].map((bad) => [index, bad, undefined, false, noop]),
    ...[
      null,
      'x',
      6,
      {},
      [1, 2, 3, 4, 5, 6],
      Buffer.alloc(5),
      Buffer.alloc(7),
      Buffer.alloc(0),
      new ArrayBuffer(6),
    ].map((bad) => [index, types, bad, false, noop]),
    ...[undefined, null, 0, 'true'].map((bad) => [index, types, undefined, bad, noop]),
    ...[undefined, null, {}, 'x'].map((bad) => [index, types, undefined, false, bad]),
  ];
  for (const args of wrong) assert.throws(() => native.openSocket(...args), TypeError, inspect(args));
  for (const bad of [undefined, null, 1, 'x', {}]) {
    assert.throws(() => native.watchInterfaces(bad), TypeError);
    for (const name of ['send', 'drops', 'close'] as const) assert.throws(() => native[name](bad, []), TypeError);
    if (typeof bad !== 'string') assert.throws(() => native.interfaceState(bad), TypeError);
  }
});

test('wrong frames are TypeErrors, and odd ones are refused by the kernel', (t) => {
  const native = raw();
  const [x] = makeVeth(t);
  const socket = native.openSocket(native.interfaceState(x).index, [0x8863], undefined, false, () => {});
  for (const bad of [
    undefined,
    null,
    1,
    {},
    'frames',
    Buffer.alloc(60),
    [1],
    [null],
    new Array(3),
    [Buffer.alloc(60), 'x'],
  ]) {
    assert.throws(() => native.send(socket, bad), TypeError);
  }
  assert.equal(native.send(socket, [Buffer.alloc(0), Buffer.alloc(5), Buffer.alloc(13), Buffer.alloc(100_000)]), 0);
  assert.equal(native.send(socket, [Buffer.alloc(5), Buffer.alloc(60), Buffer.alloc(5), Buffer.alloc(60)]), 2);
  native.close(socket);
  native.close(socket);
  assert.equal(native.send(socket, [Buffer.alloc(60)]), 0);
  assert.equal(native.drops(socket), 0);
  const watch = native.watchInterfaces(() => {});
  assert.throws(() => native.send(watch, []), TypeError);
  assert.equal(native.drops(watch), 0);
  native.close(watch);
});

test('wrong options are caller mistakes', (t) => {
  const [x] = makeVeth(t);
  const opens = (options: object) => () => openPacketSocket({ interface: x, ...options });
  assert.throws(opens({ address: Buffer.alloc(5) }), TypeError);
  assert.throws(opens({ address: '02:00:5e:10:00:01' }), TypeError);
  assert.throws(opens({ address: Buffer.alloc(6, 0xff) }), RangeError);
  assert.throws(opens({ etherTypes: [] }), TypeError);
  assert.throws(opens({ etherTypes: [70_000] }), TypeError);
  assert.throws(opens({ interface: 7 }), TypeError);
});

test('what a callback throws is an uncaught exception, and frames keep coming', LIMIT, async (t) => {
  const [x, y] = makeVeth(t);
  const [a, b] = [open(t, { interface: x }), open(t, { interface: y })];
  // The test runner listens as well: it would fail the test for the exception that is expected here.
  const listeners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  t.after(() => {
    for (const listener of listeners) process.on('uncaughtException', listener);
  });
  const caught = once(process, 'uncaughtException');
  b.onFrames = () => {
    throw new Error('from the callback');
  };
  a.send([frame(b.address, a.address, 1)]);
  assert.match(String(await caught), /from the callback/);
  const arrived = collect(b, 1);
  a.send([frame(b.address, a.address, 2)]);
  assert.equal((await arrived).length, 1);
});

test('a received slice holds on to its own batch only', LIMIT, async (t) => {
  const [x, y] = makeVeth(t);
  const [a, b] = [open(t, { interface: x }), open(t, { interface: y })];
  const arrived = collect(b, 64);
  a.send(Array.from({ length: 64 }, (_, mark) => frame(b.address, a.address, mark, 1514)));
  for (const one of await arrived) assert.ok(one.buffer.byteLength <= 64 * (1514 + 2), `${one.buffer.byteLength}`);
});

/** Opens sockets and watches, says so, and receives until it is ended; or closes them all and ends by itself. */
const WORKER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const native = require(workerData.file);
  const { index } = native.interfaceState(workerData.name);
  let frames = 0;
  const ports = [];
  for (let i = 0; i < 4; i++) {
    ports.push(native.openSocket(index, [0x8864], undefined, false, (batch, count) => { frames += count; }));
    ports.push(native.watchInterfaces(() => {}));
  }
  if (workerData.closes) for (const port of ports) native.close(port);
  parentPort.postMessage('open');`;

test('a Worker may end with open sockets, in the middle of a flood', { timeout: 20_000 }, async (t) => {
  const [x, y] = makeVeth(t);
  const [a, b] = [open(t, { interface: x }), open(t, { interface: y })];
  const flood = Array.from({ length: 500 }, (_, mark) => frame(b.address, a.address, mark));
  for (let round = 0; round < 6; round++) {
    const worker = new Worker(WORKER, { eval: true, execArgv: [], workerData: { file: nativeFile(), name: y } });
    await once(worker, 'message');
    for (let i = 0; i < 10; i++) a.send(flood);
    assert.equal(await worker.terminate(), 1);
  }
});

test('a Worker ends by itself once its sockets are closed', { timeout: 20_000 }, async (t) => {
  const [, y] = makeVeth(t);
  const workerData = { file: nativeFile(), name: y, closes: true };
  const worker = new Worker(WORKER, { eval: true, execArgv: [], workerData });
  const [code] = await once(worker, 'exit');
  assert.equal(code, 0);
});

test('a Worker that is ended while its sockets are closing does no harm', { timeout: 20_000 }, async (t) => {
  const [, y] = makeVeth(t);
  for (let round = 0; round < 4; round++) {
    const workerData = { file: nativeFile(), name: y, closes: true };
    const worker = new Worker(WORKER, { eval: true, execArgv: [], workerData });
    await once(worker, 'message');
    await worker.terminate();
  }
});

test('closing does not hold up the event loop', LIMIT, async (t) => {
  const [x] = makeVeth(t);
  const links = Array.from({ length: 20 }, () => openPacketSocket({ interface: x }));
  const began = process.hrtime.bigint();
  for (const link of links) link.close();
  await new Promise((resolve) => setImmediate(resolve));
  const milliseconds = Number(process.hrtime.bigint() - began) / 1e6;
  // Twenty closes wait some 13 ms each in the kernel.
  assert.ok(milliseconds < 100, `${milliseconds} ms`);
});
