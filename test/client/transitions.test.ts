import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { RECONNECT_DEFAULTS } from '../../src/client/reconnect';
import { SESSION_TRANSITIONS } from '../../src/client/session-diagram';
import type { SessionStateName } from '../../src/client/session-state';
import type { SessionSettings } from '../../src/client/settings';
import { SessionFrameTemplate } from '../../src/pppoe/session-frame';
import { CONTROL, encodeControl, encodeOptions } from '../../src/wire/control';
import { IPCP_OPTION } from '../../src/wire/ipcp';
import { PROTOCOL } from '../../src/wire/ppp';
import { TAG } from '../../src/wire/pppoe';
import { wireFor } from './loss';
import { Prng } from './prng';
import { ScriptedAc } from './scripted-ac';
import { Ac, Host } from './stations';
import { World } from './world';

/** What sessions do is held against the transitions that are drawn (`describe`): neither has one that the other has not. */

const DECLARED = new Set(SESSION_TRANSITIONS.map(({ from, to }) => `${from} → ${to}`));
const observed = new Map<string, string>();

/** Notes each step of a host's session, and fails at one that is not declared. */
function observe(host: Host, what: string): Host {
  let state: SessionStateName = host.state;
  host.onEvent = (event) => {
    if (event.type !== 'state') return;
    const step = `${state} → ${event.state}`;
    assert.ok(DECLARED.has(step), `${what}: ${step} is not declared`);
    observed.set(step, what);
    state = event.state;
  };
  return host;
}

const WITHOUT_RECONNECT: Partial<SessionSettings> = { reconnect: { ...RECONNECT_DEFAULTS, enabled: false } };

type Action = (host: Host) => void;
const ACTIONS: readonly Action[] = [
  (host) => host.open(),
  (host) => host.close(),
  (host) => host.act((session, now) => session.reopen(now)),
  (host) => host.unplug(),
  (host) => host.plug(),
];

const STATES: readonly SessionStateName[] = [
  'discovering',
  'requesting',
  'establishing',
  'authenticating',
  'configuring',
  'up',
  'terminating',
  'waiting',
];

for (const state of STATES) {
  for (const [index, action] of ACTIONS.entries()) {
    for (const settings of [{}, WITHOUT_RECONNECT]) {
      const how = settings === WITHOUT_RECONNECT ? ' without reconnect' : '';
      test(`action ${index} while ${state}${how} takes declared steps only`, () => {
        const world = new World({ delay: 10 });
        const ac = new Ac(world);
        const host = observe(new Host(world, settings), `action ${index} while ${state}${how}`).open();
        if (state === 'waiting') ac.linkUp = false;
        if (state === 'terminating') {
          world.runUntil(() => host.state === 'up');
          host.close();
        }
        world.reaches(() => host.state === state, 60_000);
        action(host);
        world.runFor(5_000);
        ac.linkUp = true;
        host.plug();
        world.runFor(100_000);
      });
    }
  }
}

test('random orders to a session on a bad segment lead to declared steps only', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = new Prng(seed);
    const world = new World({ seed, ...wireFor(seed, 0.3) });
    world.keepLog = false;
    const ac = new Ac(world, { authentication: random.pick([['chap-md5'], ['pap'], []] as const) });
    const settings = random.chance(0.5) ? {} : WITHOUT_RECONNECT;
    const password = random.chance(0.8) ? 'secret' : 'wrong';
    const host = observe(new Host(world, { ...settings, password }), `seed ${seed}`).open();
    for (let order = 0; order < 12; order++) {
      world.runFor(random.pick([0, 1, 20, 300, 5_000, 40_000]));
      random.pick(ACTIONS)(host);
      if (random.chance(0.2)) ac.act((concentrator, now) => concentrator.close(now));
    }
  }
});

for (const settings of [{}, WITHOUT_RECONNECT]) {
  const how = settings === WITHOUT_RECONNECT ? ', without reconnect' : '';
  for (const state of ['establishing', 'authenticating', 'configuring', 'up', 'terminating'] as const) {
    test(`a PADT while ${state}${how} takes declared steps only`, () => {
      const world = new World({ delay: 10 });
      const ac = new ScriptedAc(world);
      const host = observe(new Host(world, settings), `PADT while ${state}${how}`).open();
      if (state === 'terminating') {
        world.runUntil(() => host.state === 'up');
        host.act((session, now) => session.reopen(now));
      }
      world.runUntil(() => host.state === state, 60_000);
      ac.padt(host.address, host.snapshot.sessionId ?? 0);
      world.runFor(2_000);
    });

    test(`an LCP that begins anew while ${state}${how} takes declared steps only`, () => {
      const world = new World({ delay: 10 });
      const ac = new ScriptedAc(world);
      const host = observe(new Host(world, settings), `LCP anew while ${state}${how}`).open();
      if (state === 'terminating') {
        world.runUntil(() => host.state === 'up');
        host.close();
      }
      world.runUntil(() => host.state === state, 60_000);
      ac.startPpp(host.address, host.snapshot.sessionId ?? 0);
      world.runFor(60_000);
    });
  }
}

test('an IPCP that begins anew takes the session from up to configuring and back', () => {
  const world = new World({ delay: 10 });
  const ac = new ScriptedAc(world);
  const host = observe(new Host(world), 'IPCP anew').open();
  world.runUntil(() => host.state === 'up');
  const template = new SessionFrameTemplate(host.address, ac.address, [], host.snapshot.sessionId ?? 0);
  const data = encodeOptions([{ type: IPCP_OPTION.ipAddress, data: Buffer.of(10, 0, 0, 3) }]);
  const request = encodeControl({ code: CONTROL.configureRequest, identifier: 200, data });
  world.send(ac, template.frame(PROTOCOL.ipcp, request));
  world.runUntil(() => host.state === 'configuring', 100);
  world.runUntil(() => host.state === 'up');
});

test('a refusal by the first of two access concentrators takes the session to the next', () => {
  const world = new World({ delay: 10 });
  const tags = [{ type: TAG.acSystemError, value: Buffer.from('full') }];
  new ScriptedAc(world, { name: 'full', padr: () => ({ id: 0, tags }) });
  new ScriptedAc(world, { name: 'free' });
  const host = observe(new Host(world, { offerWindow: 100 }), 'refused').open();
  world.runUntil(() => host.state === 'up');
});

test('a peer that refuses to agree takes the session to its end', () => {
  for (const settings of [{}, WITHOUT_RECONNECT]) {
    const world = new World({ delay: 10 });
    new Ac(world);
    world.tap = ({ from, text }) => (from === 'ac' && text.startsWith('LCP') ? 'drop' : undefined);
    const host = observe(new Host(world, settings), 'mute LCP').open();
    world.runUntil(() => host.state === 'waiting' || host.state === 'idle');
  }
});

after(() => {
  const unseen = [...DECLARED].filter((step) => !observed.has(step));
  assert.deepEqual(unseen, [], 'declared, but never taken');
});
