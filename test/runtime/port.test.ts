import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PppoeError } from '../../src/errors';
import { type Attachment, Port } from '../../src/runtime/port';
import { FakeClock } from './fake-clock';
import { FakeEngine, FakeLink, OWN, PEER, pado, sessionFrame } from './fakes';

function rig(): { clock: FakeClock; link: FakeLink; port: Port; attach: () => Attachment<FakeEngine> } {
  const clock = new FakeClock();
  const link = new FakeLink();
  const port = new Port(link, clock);
  const attach = () => port.attach({ role: 'host', vlan: [] }, (outlets) => new FakeEngine(outlets));
  return { clock, link, port, attach };
}

const frame = (mark: number) => Buffer.alloc(60, mark);

test('what engines send in one turn leaves as one batch, in order', () => {
  const { link, attach } = rig();
  const [one, two] = [attach(), attach()];
  one.run(({ outlets }) => {
    outlets.send(frame(1));
    two.run((engine) => engine.outlets.send(frame(2)));
    outlets.send(frame(3));
    assert.deepEqual(link.batches, []);
  });
  assert.deepEqual(link.batches, [[frame(1), frame(2), frame(3)]]);
  one.run(() => {});
  assert.equal(link.batches.length, 1);
});

test('frames that arrive together are answered by one batch', () => {
  const { link, attach } = rig();
  const attachments = [attach(), attach()];
  attachments.forEach(({ engine }, index) => {
    engine.outlets.listen({ session: { peer: PEER, id: index + 1 } });
    engine.onInput = () => engine.outlets.send(frame(index));
  });
  link.onFrames([sessionFrame(1, 1), sessionFrame(1, 2), sessionFrame(2, 3)]);
  assert.deepEqual(link.batches, [[frame(0), frame(1)]]);
  const [first] = attachments;
  const [input] = first?.engine.inputs ?? [];
  assert.deepEqual(input?.type === 'frames' && input.frames, [sessionFrame(1, 1), sessionFrame(1, 2)]);
});

test('an engine is woken when its deadline has come, once, and at a new one when it names another', () => {
  const { clock, attach } = rig();
  const { engine, run } = bind(attach());
  run((e) => {
    e.deadline = 1_500;
  });
  assert.deepEqual(clock.armed, [1_500]);
  run((e) => {
    e.deadline = 1_200;
  });
  assert.deepEqual(clock.armed, [1_200]);
  engine.onInput = () => {
    engine.deadline = undefined;
  };
  clock.advance(199);
  assert.deepEqual(engine.types, []);
  clock.advance(1);
  assert.deepEqual(engine.types, ['due']);
  assert.deepEqual(engine.times, [1_200]);
  assert.deepEqual(clock.armed, []);
  clock.advance(10_000);
  assert.deepEqual(engine.types, ['due']);
});

test('a deadline that stays is not armed anew, one that goes is disarmed, a frame arms too', () => {
  const { clock, link, attach } = rig();
  const { engine, run } = bind(attach());
  let wakes = 0;
  const wake = clock.wake.bind(clock);
  clock.wake = (at, call) => {
    wakes++;
    return wake(at, call);
  };
  run((e) => {
    e.deadline = 2_000;
  });
  for (let count = 0; count < 100; count++) run(() => {});
  assert.equal(wakes, 1);
  run((e) => {
    e.deadline = undefined;
  });
  assert.deepEqual(clock.armed, []);
  engine.outlets.listen({ hostUniq: Buffer.from('u') });
  engine.onInput = () => {
    engine.deadline = 3_000;
  };
  link.onFrames([pado(Buffer.from('u'))]);
  assert.deepEqual(engine.types, ['discovery']);
  assert.deepEqual(clock.armed, [3_000]);
});

test('a deadline in the past is due at once, and a wake that comes too early is repeated', () => {
  const { clock, attach } = rig();
  const { engine, run } = bind(attach());
  run((e) => {
    e.deadline = 10;
  });
  engine.onInput = () => {
    engine.deadline = 60_000;
  };
  clock.advance(0);
  assert.deepEqual(engine.types, ['due']);
  assert.deepEqual(clock.armed, [60_000]);
  // As from a clock that cannot wait for so long: called before its time.
  engine.onInput = () => {};
  const early = new FakeClock();
  const calls: (() => void)[] = [];
  early.wake = (_at, call) => {
    calls.push(call);
    return () => {};
  };
  const other = new Port(new FakeLink(), early).attach(
    { role: 'host', vlan: [] },
    (outlets) => new FakeEngine(outlets),
  );
  other.run((e) => {
    e.deadline = 1e12;
  });
  calls[0]?.();
  assert.equal(calls.length, 2);
});

test('events are delivered after the turn: frames have left and deadlines are armed', () => {
  const { clock, link, attach } = rig();
  const { run } = bind(attach());
  const seen: unknown[] = [];
  run((engine) => {
    engine.outlets.later(() => seen.push([link.batches.length, clock.armed]));
    engine.outlets.send(frame(1));
    engine.deadline = 5_000;
    assert.deepEqual(seen, []);
  });
  assert.deepEqual(seen, [[1, [5_000]]]);
});

test('a listener may use the engine again; what that tells comes after what was told before', () => {
  const { link, attach } = rig();
  const { run } = bind(attach());
  const seen: string[] = [];
  run(({ outlets }) => {
    outlets.later(() => {
      seen.push('first');
      run((engine) => {
        engine.outlets.send(frame(9));
        engine.outlets.later(() => seen.push('told by the first listener'));
      });
      // Its frame has left already: a listener's own call is done when it returns.
      assert.deepEqual(link.batches, [[frame(9)]]);
    });
    outlets.later(() => seen.push('second'));
  });
  assert.deepEqual(seen, ['first', 'second', 'told by the first listener']);
});

test('a listener that throws keeps no other from being called, now or later', () => {
  const { attach } = rig();
  const { run } = bind(attach());
  const seen: string[] = [];
  const turn = () =>
    run(({ outlets }) => {
      outlets.later(() => {
        throw new Error('a flow has a bug');
      });
      outlets.later(() => seen.push('the other'));
    });
  assert.throws(turn, /a flow has a bug/);
  assert.deepEqual(seen, ['the other']);
  assert.throws(turn, /a flow has a bug/);
  assert.deepEqual(seen, ['the other', 'the other']);
});

test('an engine that throws still has its frames sent, and the port goes on', () => {
  const { link, attach } = rig();
  const { run } = bind(attach());
  assert.throws(
    () =>
      run((engine) => {
        engine.outlets.send(frame(1));
        throw new RangeError('no');
      }),
    RangeError,
  );
  assert.equal(link.batches.length, 1);
  run((engine) => engine.outlets.send(frame(2)));
  assert.equal(link.batches.length, 2);
});

test('link down and up reach every engine', () => {
  const { link, attach } = rig();
  const attachments = [attach(), attach()];
  link.onDown(new PppoeError('link-down', 'no carrier'));
  link.onUp();
  for (const { engine } of attachments) assert.deepEqual(engine.types, ['link-down', 'link-up']);
});

test('a detached engine gets nothing more and is not woken, but what it has sent still leaves', () => {
  const { clock, link, port, attach } = rig();
  const attachment = attach();
  const { engine } = attachment;
  assert.equal(port.users, 1);
  attachment.run((e) => {
    e.outlets.listen({ session: { peer: PEER, id: 1 } });
    e.deadline = 2_000;
  });
  attachment.run((e) => {
    e.outlets.send(frame(1));
    attachment.detach();
  });
  assert.deepEqual(link.batches, [[frame(1)]]);
  assert.deepEqual(clock.armed, []);
  assert.equal(port.users, 0);
  link.onFrames([sessionFrame(1, 1)]);
  link.onUp();
  clock.advance(10_000);
  assert.deepEqual(engine.types, []);
  assert.equal(port.strays.unclaimed, 1);
});

test('an engine that is detached by another in the same batch gets none of the rest', () => {
  const { link, attach } = rig();
  const [one, two] = [attach(), attach()];
  one.engine.outlets.listen({ hostUniq: Buffer.from('a') });
  two.engine.outlets.listen({ hostUniq: Buffer.from('b') });
  one.engine.onInput = () => two.detach();
  link.onFrames([pado(Buffer.from('a')), pado(Buffer.from('b'))]);
  assert.deepEqual(one.engine.types, ['discovery']);
  assert.deepEqual(two.engine.types, []);
});

test('an engine may stand on the segment with an address of its own', () => {
  const { link, port } = rig();
  const own = Buffer.from('0200000000aa', 'hex');
  let given: Buffer | undefined;
  const { engine } = port.attach({ role: 'host', vlan: [], address: own }, (outlets, address) => {
    given = address;
    return new FakeEngine(outlets);
  });
  engine.outlets.listen({ hostUniq: Buffer.from('u') });
  link.onFrames([pado(Buffer.from('u'), OWN), pado(Buffer.from('u'), own)]);
  assert.deepEqual(given, own);
  assert.deepEqual(engine.types, ['discovery']);
});

/** The attachment's engine, and its `run` bound. */
function bind(attachment: Attachment<FakeEngine>) {
  return { engine: attachment.engine, run: attachment.run.bind(attachment) };
}
