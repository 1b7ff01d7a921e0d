import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeSession, INITIAL } from '../../src/client/description';
import { drawSequence } from '../../src/client/sequence-diagram';
import { drawSession, SESSION_TRANSITIONS } from '../../src/client/session-diagram';
import { drawAutomaton } from '../../src/ppp/automaton-diagram';
import { EVENTS, lookUp, STATES } from '../../src/ppp/automaton-table';
import { TAG } from '../../src/wire/pppoe';
import { parseDiagram, readSequence, readStates } from './mermaid';
import { ScriptedAc } from './scripted-ac';
import { Ac, connected, Host } from './stations';
import { World } from './world';

/** Mermaid's message types: an arrow, a dashed one, one with a cross, and a note. */
const ARROWS = [0, 1, 3];
const NOTE = 2;

test('the diagram of the session has every declared step, and its present state marked', async () => {
  for (const from of new Set(SESSION_TRANSITIONS.map((one) => one.from))) {
    const { steps, classes } = await readStates(drawSession(from));
    const drawn = steps.filter((step) => !step.startsWith('root_start'));
    assert.deepEqual(drawn.sort(), SESSION_TRANSITIONS.map((one) => `${one.from} → ${one.to}`).sort());
    assert.deepEqual(classes, [from]);
  }
});

test('the diagram of an automaton has every cell of the table of RFC 1661, and its present state marked', async () => {
  const cells = STATES.flatMap((from) =>
    EVENTS.flatMap((event) => {
      const next = lookUp(event, from)?.next;
      return next ? [`${from} → ${next}`] : [];
    }),
  );
  for (const state of STATES) {
    const text = drawAutomaton(state);
    const { steps, classes } = await readStates(text);
    const drawn = steps.filter((step) => !step.startsWith('root_start'));
    assert.deepEqual([...drawn].sort(), [...new Set(cells)].sort());
    assert.deepEqual(classes, [state]);
  }
  assert.match(drawAutomaton('Opened'), /AckSent --> Opened : RCA\n/);
  assert.match(drawAutomaton('Opened'), /ReqSent --> Stopped : TO-, RXJ-\n/);
});

test('describe marks the present states of a session, of LCP, IPCP and IPV6CP', async () => {
  const world = new World({ delay: 10 });
  new Ac(world);
  const host = new Host(world);
  const present = async () => {
    const { states, lcp, ipcp, ipv6cp } = host.session.describe();
    return (await Promise.all([states, lcp, ipcp, ipv6cp].map(readStates))).map(({ classes }) => classes[0]);
  };
  assert.deepEqual(await present(), ['idle', 'Initial', 'Initial', 'Initial']);
  host.open();
  world.runUntil(() => host.state === 'establishing');
  assert.deepEqual(await present(), ['establishing', 'Req-Sent', 'Initial', 'Initial']);
  world.runUntil(() => host.state === 'configuring');
  assert.deepEqual(await present(), ['configuring', 'Opened', 'Req-Sent', 'Req-Sent']);
  world.runUntil(() => host.state === 'up');
  assert.deepEqual(await present(), ['up', 'Opened', 'Opened', 'Stopped']);
});

test('the sequence has one arrow for each frame, with direction, code and main options, and a note for each state', async () => {
  const world = new World({ delay: 10 });
  const { host } = connected(world, {}, { acName: 'LabAC' });
  const { actors, messages } = await readSequence(host.session.describe().sequence);
  assert.deepEqual(
    [...actors],
    [
      ['Host', 'Host'],
      ['AC1', 'Access Concentrator (LabAC)'],
    ],
  );
  const arrows = messages.filter(({ type }) => ARROWS.includes(type));
  const events = host.session.trace.frames.map((frame) => frame.event());
  assert.equal(arrows.length, events.length);
  for (const [index, event] of events.entries()) {
    const arrow = arrows[index];
    assert.deepEqual([arrow?.from, arrow?.to], event.direction === 'sent' ? ['Host', 'AC1'] : ['AC1', 'Host']);
    assert.ok(arrow?.message.includes(event.code), arrow?.message);
  }
  const request = arrows.find(({ message }) => message.startsWith('LCP Configure-Request'));
  assert.match(request?.message ?? '', /^LCP Configure-Request 1, MRU 1492, Magic-Number 0x[0-9a-f]{8}$/);
  const notes = messages.filter(({ type }) => type === NOTE).map(({ message }) => message);
  assert.deepEqual(notes, ['Attempt 1', ...host.states]);
});

test('repeated frames are dashed, refused ones have a cross, and both say so', async () => {
  const world = new World({ delay: 1 });
  const tags = [{ type: TAG.genericError, value: Buffer.from('full; come back #tomorrow') }];
  new ScriptedAc(world, { padr: (count) => (count === 1 ? undefined : { id: 0, tags }) });
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'waiting');
  const { messages } = await readSequence(host.session.describe().sequence);
  const arrows = messages.filter(({ type }) => ARROWS.includes(type));
  assert.deepEqual(
    arrows.map(({ type, message }) => [type, message]),
    [
      [0, 'PADI, Service-Name'],
      [0, 'PADO, Service-Name, AC-Name ac'],
      [0, 'PADR, Service-Name'],
      [1, 'PADR (repeated), Service-Name'],
      [3, 'PADS (refused), Generic-Error full; come back #tomorrow'],
    ],
  );
  assert.match(
    messages.at(-1)?.message ?? '',
    /^waiting \(refused: Refused by 'ac': Generic-Error: full; come back #tomorrow\)$/,
  );
});

test('each access concentrator that answers is a participant under its name, or its address', async () => {
  const world = new World({ delay: 1 });
  const tags = [{ type: TAG.acSystemError, value: Buffer.from('full') }];
  new ScriptedAc(world, { name: 'full', padr: () => ({ id: 0, tags }) });
  const address = Buffer.from('020000000042', 'hex');
  new ScriptedAc(world, { name: 'nameless', address, padi: () => [{ type: TAG.serviceName, value: Buffer.alloc(0) }] });
  const host = new Host(world, { offerWindow: 100 }).open();
  world.runUntil(() => host.state === 'up');
  const { actors, messages } = await readSequence(host.session.describe().sequence);
  assert.deepEqual([...actors.values()].sort(), [
    'Access Concentrator (02:00:00:00:00:42)',
    'Access Concentrator (full)',
    'Host',
  ]);
  const id = [...actors].find(([, name]) => name.includes('42'))?.[0];
  assert.ok(messages.some(({ from, message }) => from === id && message.startsWith('PADS session')));
});

const HOSTILE = [
  'a\nHost->>AC1: forged',
  'A;B#C',
  '%%{init: {"theme":"dark"}}%%',
  '<img src=x onerror=alert(1)>',
  'end',
  'x as y',
  '"quoted" `ticks` $$x$$',
  'é ü 你好 🦊',
  '\u202eright to left',
  'wrap: nowrap: title: note',
  'style: #x; classDef: #y;',
  '',
  '   ',
];

for (const name of HOSTILE) {
  test(`what an access concentrator calls itself cannot break the diagram: ${JSON.stringify(name)}`, async () => {
    const world = new World({ delay: 1 });
    new ScriptedAc(world, {
      padi: () => [
        { type: TAG.serviceName, value: Buffer.from(name) },
        { type: TAG.acName, value: Buffer.from(name) },
        { type: TAG.motm, value: Buffer.from(name) },
      ],
    });
    const host = new Host(world).open();
    world.runUntil(() => host.state === 'up');
    const { sequence } = host.session.describe();
    assert.doesNotMatch(sequence, /[<{}%"`$]/);
    const { actors, messages } = await readSequence(sequence);
    assert.equal(actors.size, 2);
    const frames = host.session.trace.frames.length;
    assert.equal(messages.filter(({ type }) => ARROWS.includes(type)).length, frames);
    const said = name.replaceAll(/[\p{C}]+/gu, ' ').trim();
    assert.ok(actors.get('AC1')?.includes(said), actors.get('AC1'));
  });
}

test('without a trace the diagrams are whole, too', async () => {
  const { states, lcp, ipcp, ipv6cp, sequence } = describeSession('idle', INITIAL, []);
  for (const text of [states, lcp, ipcp, ipv6cp]) assert.equal(await parseDiagram(text), 'stateDiagram');
  assert.equal(await parseDiagram(sequence), 'sequence');
});

test('earlier attempts are drawn as long as there is room, and the diagram stays within what Mermaid takes', async () => {
  const world = new World();
  const host = new Host(world, { serviceName: 'x'.repeat(500), discoveryAttempts: 2 }).open();
  world.runFor(24 * 3_600_000);
  const { sequence } = host.session.describe();
  assert.ok(sequence.length < 50_000, String(sequence.length));
  const { messages } = await readSequence(sequence);
  const attempts = messages.filter(({ message }) => message.startsWith('Attempt '));
  // Two states and two PADIs each; 200 entries have room for 50 attempts.
  assert.equal(attempts.length, 50);
  assert.equal(attempts.at(-1)?.message, `Attempt ${host.session.trace.attempts.at(-1)?.number}`);
});

test('a session that has been up for a day still shows how it came up, Echo packets counted', async () => {
  const world = new World({ delay: 10 });
  const { host } = connected(world, { keepalive: { mode: 'fixed', interval: 20_000, failures: 3 } });
  const before = host.session.describe().sequence.trimEnd();
  world.keepLog = false;
  world.runFor(86_400_000);
  const { sequence } = host.session.describe();
  assert.ok(sequence.startsWith(before));
  const { messages } = await readSequence(sequence);
  const notes = messages.filter(({ type }) => type === NOTE).map(({ message }) => message);
  assert.match(
    notes.slice(-3).join('\n'),
    /^LCP Echo-Request and Echo-Reply, \d+ packets\n\d+ more\nLCP Echo.* packets$/,
  );
});

test('marks of every kind are drawn without breaking the diagram', async () => {
  const world = new World({ delay: 1, loss: 0.2, duplication: 0.2, reordering: 0.2, corruption: 0.3, seed: 5 });
  new Ac(world);
  const host = new Host(world).open();
  const drawn: string[] = [];
  for (let round = 0; round < 20; round++) {
    // Corruption does not harm every frame so that it shows: many attempts have some that it does.
    host.close();
    world.runFor(5_000);
    host.open();
    world.runFor(5_000);
    const { sequence } = host.session.describe();
    assert.equal(await parseDiagram(sequence), 'sequence');
    drawn.push(drawSequence(host.session.trace.attempts));
  }
  assert.ok(drawn.some((text) => text.includes('(malformed)')));
});
