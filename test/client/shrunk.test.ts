import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTOMATON_DEFAULTS } from '../../src/ppp/control-protocol';
import { pppoeOffset } from '../../src/pppoe/session-frame';
import { CONTROL } from '../../src/wire/control';
import { ScriptedAc } from './scripted-ac';
import { Host } from './stations';
import { World } from './world';

/** Failures that random runs have found, as small as they would go. */

test('an address that the peer named and then rejected is not ours', () => {
  const world = new World({ delay: 1 });
  // Its Nak arrives damaged; asked for what it never said, it rejects that and acknowledges the request without an address.
  new ScriptedAc(world, { ppp: { automaton: { ...AUTOMATON_DEFAULTS, maxFailure: 1 } } });
  world.tap = ({ from, text, frame }) => {
    if (from === 'ac' && text === 'IPCP Configure-Nak') frame[frame.length - 1] = 0xf6;
    return undefined;
  };
  const host = new Host(world, { dns: false }).open();
  world.runUntil(() => host.state === 'waiting' || host.state === 'up');
  assert.ok(world.sentBy('ac').includes('IPCP Configure-Reject'));
  assert.equal(host.state, 'waiting');
  assert.equal(host.snapshot.reason?.code, 'negotiation-failed');
});

test('a configured address that the peer will not talk about is used', () => {
  const world = new World({ delay: 1 });
  new ScriptedAc(world);
  world.tap = ({ from, text, frame }) => {
    if (from === 'ac' && text === 'IPCP Configure-Nak') frame[pppoeOffset(frame) + 8] = CONTROL.configureReject;
    return undefined;
  };
  const host = new Host(world, { dns: false, address: Buffer.of(192, 0, 2, 9) }).open();
  world.runUntil(() => host.state === 'up');
  assert.equal(host.snapshot.localAddress, '192.0.2.9');
});
