// Hosts that await a session: PADS and the first frames come in any order.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Demultiplexer } from '../../src/pppoe/demultiplexer';
import { CODE } from '../../src/wire/pppoe';
import { A, B, discovery, frame, station } from './demultiplexer-rig';
import { AC1, AC2 } from './discovery-rig';

test('session frames before PADS reach each host that awaits one from this peer, whatever their id', () => {
  const demultiplexer = new Demultiplexer();
  const [a, b, other] = [station(demultiplexer), station(demultiplexer), station(demultiplexer)];
  demultiplexer.listen(a, { hostUniq: A, awaiting: AC1 });
  demultiplexer.listen(b, { hostUniq: B, awaiting: AC1 });
  demultiplexer.listen(other, { awaiting: AC2 });
  demultiplexer.dispatch([frame(1, 7), frame(2, 8)], 0);
  assert.deepEqual([a.story, b.story, other.story], [['frames 1', 'frames 2'], ['frames 1', 'frames 2'], []]);
  assert.equal(demultiplexer.counters.unclaimed, 0);
});

test("frames of a session that is established are not held by another host's waiting", () => {
  const demultiplexer = new Demultiplexer();
  const [a, b] = [station(demultiplexer), station(demultiplexer)];
  demultiplexer.listen(a, { session: { peer: AC1, id: 7 } });
  demultiplexer.listen(b, { awaiting: AC1 });
  demultiplexer.dispatch([frame(1, 7)], 0);
  assert.deepEqual([a.story, b.story], [['frames 1'], []]);
});

test('what a PADS changes holds for the frames behind it in the same batch', () => {
  const demultiplexer = new Demultiplexer();
  const host = station(demultiplexer);
  demultiplexer.listen(host, { hostUniq: A, awaiting: AC1 });
  host.onInput = ({ type }) => {
    if (type === 'discovery') demultiplexer.listen(host, { hostUniq: A, session: { peer: AC1, id: 7 } });
  };
  demultiplexer.dispatch([frame(1, 7), discovery(CODE.PADS, { sessionId: 7 }, A), frame(2, 7), frame(3, 8)], 0);
  assert.deepEqual(host.story, ['frames 1', 'PADS 7', 'frames 2']);
  assert.equal(demultiplexer.counters.unclaimed, 1);
});

test('of two hosts with one fixed Host-Uniq, PADS goes to the one that awaits it, to one at a time', () => {
  const demultiplexer = new Demultiplexer();
  const [a, b, c] = [station(demultiplexer), station(demultiplexer), station(demultiplexer)];
  demultiplexer.listen(a, { hostUniq: A, session: { peer: AC1, id: 5 } });
  for (const host of [b, c]) demultiplexer.listen(host, { hostUniq: A, awaiting: AC1 });
  demultiplexer.dispatch([discovery(CODE.PADS, { sessionId: 6 }, A)], 0);
  assert.deepEqual([a.story, b.story, c.story], [[], ['PADS 6'], []]);
  demultiplexer.listen(b, { hostUniq: A, session: { peer: AC1, id: 6 } });
  demultiplexer.dispatch([discovery(CODE.PADS, { sessionId: 7 }, A)], 0);
  assert.deepEqual([a.story, b.story, c.story], [[], ['PADS 6'], ['PADS 7']]);
  demultiplexer.listen(c, { hostUniq: A, session: { peer: AC1, id: 7 } });
  demultiplexer.dispatch([discovery(CODE.PADS, { sessionId: 6 }, A)], 0);
  assert.deepEqual([a.story, b.story, c.story], [[], ['PADS 6', 'PADS 6'], ['PADS 7']]);
});

test('a PADS that answers a former attempt reaches its host, a PADO does not', () => {
  const demultiplexer = new Demultiplexer();
  const host = station(demultiplexer);
  demultiplexer.listen(host, { hostUniq: B, formerHostUniqs: [A] });
  const late = [discovery(CODE.PADO, {}, A), discovery(CODE.PADS, { sessionId: 7 }, A), discovery(CODE.PADO, {}, B)];
  demultiplexer.dispatch(late, 0);
  assert.deepEqual(host.story, ['PADS 7', 'PADO 0']);
  demultiplexer.listen(host, { hostUniq: B });
  demultiplexer.dispatch(late, 0);
  assert.deepEqual(host.story, ['PADS 7', 'PADO 0', 'PADO 0']);
  assert.equal(demultiplexer.counters.unclaimed, 3);
});

test('a PADS reaches its host even if another still believes to have that session', () => {
  const demultiplexer = new Demultiplexer();
  const [stale, host] = [station(demultiplexer), station(demultiplexer)];
  demultiplexer.listen(stale, { hostUniq: A, session: { peer: AC1, id: 7 } });
  demultiplexer.listen(host, { hostUniq: B, awaiting: AC1 });
  demultiplexer.dispatch([discovery(CODE.PADS, { sessionId: 7 }, B)], 0);
  assert.deepEqual([stale.story, host.story], [[], ['PADS 7']]);
});

test('frames that a host awaits from its peer are not those of a concentrator at the same address', () => {
  const demultiplexer = new Demultiplexer();
  const ac = station(demultiplexer, { role: 'concentrator' });
  const host = station(demultiplexer);
  demultiplexer.listen(host, { hostUniq: A, awaiting: AC1 });
  demultiplexer.dispatch([frame(1, 7), frame(2, 7, AC2)], 0);
  assert.deepEqual([host.story, ac.story], [['frames 1'], ['frames 2']]);
});

test('PADM reaches a host before its PADS, too: of the peer that it awaits, and only its own session after it', () => {
  const demultiplexer = new Demultiplexer();
  const [early, other] = [station(demultiplexer), station(demultiplexer)];
  demultiplexer.listen(early, { hostUniq: A, awaiting: AC1 });
  demultiplexer.listen(other, { session: { peer: AC1, id: 8 } });
  demultiplexer.dispatch([discovery(CODE.PADM, { sessionId: 7 }), discovery(CODE.PADM, { source: AC2 })], 0);
  assert.deepEqual([early.story, other.story], [['PADM 7'], []]);
});
