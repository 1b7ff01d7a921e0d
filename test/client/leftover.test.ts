import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Session, type SessionEvent } from '../../src/client/session';
import { SESSION_DEFAULTS } from '../../src/client/settings';
import { decodeDiscovery } from '../../src/pppoe/discovery-packet';
import { CODE } from '../../src/wire/pppoe';
import { connected } from './stations';
import { World } from './world';

const AC = Buffer.from('02005e005301', 'hex');
const OURS = Buffer.from('02005e005302', 'hex');

function sessionWith(leftover?: { peer: Buffer; id: number }) {
  const frames: Buffer[] = [];
  const events: SessionEvent[] = [];
  const session = new Session(
    SESSION_DEFAULTS,
    { address: OURS, mtu: 1_500, ...(leftover ? { leftover } : {}) },
    {
      send: (frame) => frames.push(frame),
      packets: () => {},
      event: (event) => events.push(event),
      listen: () => {},
      random: (octets) => Buffer.alloc(octets, 7),
    },
  );
  return { session, frames, events };
}

test('stale session at the AC after a crash: a PADT goes to it at the next start, before the PADI, and once', () => {
  const { session, frames, events } = sessionWith({ peer: AC, id: 0x1234 });
  session.open(0);
  const [padt, padi] = frames.map((frame) => decodeDiscovery(frame));
  assert.equal(frames.length, 2);
  assert.equal(padt?.code, CODE.PADT);
  assert.equal(padt?.sessionId, 0x1234);
  assert.deepEqual([padt?.destination, padt?.source], [AC, OURS]);
  assert.equal(padi?.code, CODE.PADI);
  assert.ok(
    events.some((event) => event.type === 'session' && event.session === undefined),
    'it is forgotten',
  );
  session.close(1);
  session.open(2);
  assert.equal(decodeDiscovery(frames[2] ?? Buffer.alloc(0)).code, CODE.PADI);
});

test('without a stale session the first frame is the PADI', () => {
  const { session, frames } = sessionWith();
  session.open(0);
  assert.deepEqual(
    frames.map((frame) => decodeDiscovery(frame).code),
    [CODE.PADI],
  );
});

test('a session is to be remembered from PADS on, and to be forgotten when it has ended in order', () => {
  const world = new World({ delay: 10 });
  const { host } = connected(world);
  const remembered = () => host.events.flatMap((event) => (event.type === 'session' ? [event.session] : []));
  assert.deepEqual(
    remembered().map((session) => session?.id),
    [host.snapshot.sessionId],
  );
  host.close();
  world.runUntil(() => host.state === 'idle');
  assert.equal(remembered().at(-1), undefined);
  assert.equal(remembered().length, 2);
});

test('a session that the link took away is ended by a PADT before the next PADI', () => {
  const world = new World({ delay: 10 });
  const { host } = connected(world);
  const { sessionId } = host.snapshot;
  host.unplug();
  const before = world.log.length;
  host.plug();
  const [padt, padi] = world.log.slice(before);
  assert.equal(decodeDiscovery(padt?.frame ?? Buffer.alloc(0)).sessionId, sessionId);
  assert.match(`${padt?.text} ${padi?.text}`, /^PADT.* PADI/);
  world.runUntil(() => host.state === 'up');
});
