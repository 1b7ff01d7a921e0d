import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { EVENTS, STATES } from '../../src/ppp/automaton-table';
import { AUTOMATON_DEFAULTS, type AutomatonSettings } from '../../src/ppp/control-protocol';
import { CONTROL, encodeControl } from '../../src/wire/control';
import { Reference } from './automaton-reference';
import { Rig, StandIn } from './automaton-rig';
import { readPage } from './rfc-page';

/** Nothing but the RFC: no answer is ever overdue, and no number of refusals too large. */
const PLAIN: AutomatonSettings = { ...AUTOMATON_DEFAULTS, answerTime: 1e9, maxFailure: 1e9 };

/** An automaton and the RFC's page, side by side. */
class Pair {
  readonly rig: Rig;
  readonly reference: Reference;

  constructor(settings: AutomatonSettings = PLAIN) {
    this.rig = new Rig(new StandIn(), settings);
    this.reference = new Reference(settings);
  }

  /** Brings the event about in both and compares everything that can be seen. */
  step(event: string): void {
    const { rig, reference } = this;
    const before = { state: reference.stateName, request: rig.request, outstanding: reference.outstanding };
    const where = `${event} in ${before.state}`;
    const count = rig.sent.length;
    const handedOn = rig.handedOn.length;
    const identifier = rig.bring(event);
    const expected = reference.apply(event, rig.now);
    assert.deepEqual(rig.take(), expected, where);
    assert.equal(rig.automaton.state, reference.stateName, where);
    assert.equal(rig.automaton.deadline, reference.deadline, `deadline after ${where}`);
    assert.equal(rig.handedOn.length - handedOn, event === 'RXR' ? 1 : 0, where);
    for (const packet of rig.sent.slice(count)) {
      if (packet.code === CONTROL.configureRequest) {
        const retransmitted = event === 'TO+' && before.outstanding;
        assert.equal(packet.identifier === before.request.identifier, retransmitted, `Identifier after ${where}`);
      } else if ([CONTROL.configureAck, CONTROL.configureNak].some((code) => code === packet.code)) {
        assert.equal(packet.identifier, identifier, `Identifier of the answer after ${where}`);
      } else if (packet.code === CONTROL.terminateAck && event === 'RTR') {
        assert.equal(packet.identifier, identifier, `Identifier of the Terminate-Ack after ${where}`);
      }
    }
  }

  /** Nobody answers any more: as many transmissions follow as the Restart counter has left. */
  drain(): void {
    const { reference } = this;
    for (let steps = 0; reference.deadline !== undefined; steps++) {
      assert.ok(steps < 50, 'the Restart counter never runs out');
      this.step(reference.timeOut);
    }
    this.step(reference.timeOut);
  }
}

/** Inputs that lead from Initial to each state. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  Initial: [],
  Starting: ['Open'],
  Closed: ['Up'],
  Stopped: ['Open', 'Up', 'RXJ-'],
  Closing: ['Open', 'Up', 'Close'],
  Stopping: ['Open', 'Up', 'RCR+', 'RCA', 'RXJ-'],
  'Req-Sent': ['Open', 'Up'],
  'Ack-Rcvd': ['Open', 'Up', 'RCA'],
  'Ack-Sent': ['Open', 'Up', 'RCR+'],
  Opened: ['Open', 'Up', 'RCR+', 'RCA'],
};

/** @returns both, in this state, with the Restart counter used up where a TO- is to come. */
function reach(state: string, event: string): Pair {
  // With a Max-Configure of 1 or more the counter is never 0 in Ack-Rcvd: Initialize-Restart-Count leads there.
  const pair = new Pair(event === 'TO-' && state === 'Ack-Rcvd' ? { ...PLAIN, maxConfigure: 0 } : PLAIN);
  for (const input of PATHS[state] ?? []) pair.step(input);
  while (event === 'TO-' && pair.reference.deadline !== undefined && pair.reference.counter > 0) pair.step('TO+');
  assert.equal(pair.rig.automaton.state, state);
  return pair;
}

const page = readPage();

for (const event of EVENTS) {
  describe(`${event}, as RFC 1661 §4.1 prints it`, () => {
    for (const [index, state] of STATES.entries()) {
      const cell = page.rows.get(event)?.[index];
      const printed = cell ? `${[...cell.actions, ''].join(' ')}→ ${page.states[cell.next]}` : 'nothing happens';
      test(`in ${state}: ${printed}`, () => {
        const pair = reach(state, event);
        // These four cells answer a second Ack or Nak, which is dropped: the next test.
        if (pair.reference.ignores(event)) return assertDropped(pair, event);
        if ((event === 'TO+' || event === 'TO-') && cell) assert.equal(pair.reference.timeOut, event);
        pair.step(event);
        assert.equal(pair.rig.automaton.state, cell ? page.states[cell.next] : state);
        pair.drain();
      });
    }
  });
}

function assertDropped({ rig, reference }: Pair, event: string): void {
  assert.ok(rig.automaton.state === 'Ack-Rcvd' || rig.automaton.state === 'Opened');
  const { state, deadline } = rig.automaton;
  rig.bring(event);
  assert.deepEqual(rig.take(), []);
  assert.equal(rig.automaton.state, state);
  assert.equal(rig.automaton.deadline, deadline);
  assert.equal(deadline, reference.deadline);
}

test('any row of events keeps to the page', () => {
  const events = fc.array(fc.constantFrom(...EVENTS.filter((event) => event !== 'TO-')), { maxLength: 60 });
  fc.assert(
    fc.property(events, (row) => {
      const pair = new Pair();
      for (const event of row) pair.step(event === 'TO+' ? pair.reference.timeOut : event);
      pair.drain();
    }),
    { numRuns: 400 },
  );
});

test('packets before the deadline leave the timer alone, and a due that comes too early does nothing', () => {
  const pair = new Pair();
  for (const input of ['Open', 'Up']) pair.step(input);
  pair.rig.now = 199;
  pair.rig.automaton.due(199);
  assert.deepEqual(pair.rig.take(), []);
  pair.step('RCR-');
  pair.step('RCR+');
  assert.equal(pair.rig.automaton.deadline, 200);
});

test("a Protocol-Reject of this protocol is the page's RXJ-", () => {
  for (const [index, state] of STATES.entries()) {
    const { rig } = reach(state, 'RXJ-');
    rig.automaton.protocolRejected(rig.now);
    const cell = page.rows.get('RXJ-')?.[index];
    assert.deepEqual(rig.take(), cell?.actions.filter((action) => action !== 'irc') ?? [], state);
    assert.equal(rig.automaton.state, cell ? page.states[cell.next] : state, state);
  }
});

test('Code-Reject holds the rejected packet whole, with an Identifier of its own each time', () => {
  const { rig } = reach('Opened', 'RUC');
  rig.receive(77, Buffer.from('what'), 9);
  const first = rig.last;
  rig.receive(77, Buffer.from('what'), 9);
  assert.deepEqual(first.data, encodeControl({ code: 77, identifier: 9, data: Buffer.from('what') }));
  assert.notEqual(rig.last.identifier, first.identifier);
});

test('code 0 is unknown too', () => {
  const { rig } = reach('Opened', 'RUC');
  rig.receive(0, Buffer.alloc(0));
  assert.deepEqual(rig.take(), ['scj']);
});
