import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTOMATON_DEFAULTS } from '../../src/ppp/control-protocol';
import { CONTROL } from '../../src/wire/control';
import { GOOD, NAKED, Rig, StandIn } from './automaton-rig';

const REQUEST = CONTROL.configureRequest;

function opening(settings = AUTOMATON_DEFAULTS): Rig {
  const rig = new Rig(new StandIn(), settings);
  rig.bring('Open');
  rig.bring('Up');
  return rig;
}

function opened(settings = AUTOMATON_DEFAULTS): Rig {
  const rig = opening(settings);
  rig.bring('RCR+');
  rig.bring('RCA');
  assert.equal(rig.automaton.state, 'Opened');
  rig.take();
  return rig;
}

const times = (rig: Rig, code: number) => rig.sentOf(code).map(({ at }) => at);

test('10 Configure-Requests: after 200 ms, doubling up to 3 s, then the layer finishes with no-reply', () => {
  const rig = opening();
  rig.pass(3_600_000);
  assert.deepEqual(times(rig, REQUEST), [0, 200, 600, 1_400, 3_000, 6_000, 9_000, 12_000, 15_000, 18_000]);
  assert.deepEqual(rig.finishes, ['no-reply']);
  assert.equal(rig.automaton.state, 'Stopped');
  assert.equal(rig.automaton.deadline, undefined);
});

test('the last request, too, is given its time for an answer', () => {
  const rig = opening();
  rig.pass(20_999);
  assert.deepEqual(rig.finishes, []);
  rig.pass(1);
  assert.deepEqual(rig.finishes, ['no-reply']);
});

test('2 Terminate-Requests, then the layer finishes as closed', () => {
  const rig = opened();
  rig.pass(1_000);
  rig.bring('Close');
  rig.pass(3_600_000);
  assert.deepEqual(times(rig, CONTROL.terminateRequest), [1_000, 1_200]);
  assert.deepEqual(rig.finishes, ['closed']);
});

test('timers and counters are configurable', () => {
  const rig = opening({ ...AUTOMATON_DEFAULTS, restartTimer: 50, restartTimerMax: 150, maxConfigure: 4 });
  rig.pass(1_000);
  assert.deepEqual(times(rig, REQUEST), [0, 50, 150, 300]);
});

test('settings that change hold from the next transmission on', () => {
  const rig = opening();
  rig.automaton.configure({ ...AUTOMATON_DEFAULTS, restartTimerMax: 300 });
  rig.pass(1_100);
  assert.deepEqual(times(rig, REQUEST), [0, 200, 600, 900]);
});

test('a retransmission is the same packet, Identifier and all', () => {
  const rig = opening();
  rig.protocol.own = Buffer.from([9]);
  rig.pass(600);
  const [first, ...others] = rig.sentOf(REQUEST);
  assert.equal(others.length, 2);
  for (const packet of others) {
    assert.equal(packet.identifier, first?.identifier);
    assert.deepEqual(packet.data, first?.data);
  }
});

test('a request that takes up a Nak has a new Identifier and begins with the first Restart timer again', () => {
  const rig = opening();
  rig.pass(3_000);
  const before = rig.request;
  rig.now = 3_100;
  rig.bring('RCN');
  assert.notEqual(rig.request.identifier, before.identifier);
  assert.notDeepEqual(rig.request.data, before.data);
  assert.equal(rig.automaton.deadline, 3_300);
});

test('the same options again, after a Nak that changed nothing, have a new Identifier', () => {
  const rig = opening();
  const before = rig.request;
  rig.refuse(CONTROL.configureNak, []);
  assert.deepEqual(rig.request.data, before.data);
  assert.notEqual(rig.request.identifier, before.identifier);
});

for (const [name, code] of [
  ['Ack', CONTROL.configureAck],
  ['Nak', CONTROL.configureNak],
  ['Reject', CONTROL.configureReject],
] as const) {
  test(`a Configure-${name} for an older Identifier is ignored`, () => {
    const rig = opening();
    const old = rig.request;
    rig.bring('RCN');
    rig.take();
    rig.receive(code, old.data, old.identifier);
    assert.deepEqual(rig.take(), []);
    assert.equal(rig.automaton.state, 'Req-Sent');
    assert.deepEqual(rig.protocol.rejected, []);
  });
}

test('an Ack of the same options, but of an older Identifier, is ignored', () => {
  const rig = opening();
  const old = rig.request;
  rig.refuse(CONTROL.configureNak, []);
  assert.deepEqual(rig.request.data, old.data);
  rig.receive(CONTROL.configureAck, old.data, old.identifier);
  assert.equal(rig.automaton.state, 'Req-Sent');
});

test('a Configure-Ack whose options are not those of the request is ignored', () => {
  const rig = opening();
  const { identifier, data } = rig.request;
  for (const options of [Buffer.alloc(0), data.subarray(0, 2), Buffer.concat([data, data])]) {
    const different = Buffer.from(options);
    if (different.length === 2) different[1] = 2;
    rig.receive(CONTROL.configureAck, different, identifier);
    assert.equal(rig.automaton.state, 'Req-Sent');
  }
  rig.acknowledge();
  assert.equal(rig.automaton.state, 'Ack-Rcvd');
});

test('an Ack that comes after the retransmission, for the same Identifier, is the answer', () => {
  const rig = opening();
  const { identifier, data } = rig.request;
  rig.pass(700);
  rig.receive(CONTROL.configureAck, data, identifier);
  assert.equal(rig.automaton.state, 'Ack-Rcvd');
});

test('of several Acks only the first counts: an opened layer stays up', () => {
  const rig = opening();
  rig.bring('RCR+');
  rig.acknowledge();
  rig.acknowledge();
  rig.acknowledge();
  assert.deepEqual(rig.take(), ['scr', 'sca', 'tlu']);
});

test("a peer's Configure-Requests never reset the Restart timer, however many there are", () => {
  for (const event of ['RCR+', 'RCR-']) {
    const rig = opening({ ...AUTOMATON_DEFAULTS, answerTime: 1e9, maxFailure: 1e9 });
    while (rig.now < 30_000 && rig.finishes.length === 0) {
      rig.bring(event);
      rig.pass(50);
    }
    assert.deepEqual(times(rig, REQUEST), [0, 200, 600, 1_400, 3_000, 6_000, 9_000, 12_000, 15_000, 18_000], event);
    assert.equal(rig.finishes.length, 1, event);
  }
});

test('a Configure-Request of ours that is overdue is repeated when the peer proves to listen, before it is answered', () => {
  for (const event of ['RCR+', 'RCR-']) {
    const rig = opening();
    const { identifier, data } = rig.request;
    rig.now = 150;
    rig.take();
    rig.bring(event);
    // After an Ack that opens it, the peer would take the repetition for a new negotiation.
    assert.deepEqual(rig.take(), ['scr', event === 'RCR+' ? 'sca' : 'scn']);
    const repeated = rig.sentOf(CONTROL.configureRequest).at(-1);
    assert.equal(repeated?.identifier, identifier);
    assert.deepEqual(repeated.data, data);
    assert.equal(rig.automaton.deadline, 200, 'the Restart timer runs on');
  }
});

test('one that is not overdue is given the rest of the time that an answer takes', () => {
  const rig = opening();
  rig.now = 5;
  rig.bring('RCR+');
  assert.equal(rig.automaton.deadline, 20);
  rig.pass(100);
  assert.deepEqual(times(rig, REQUEST), [0, 20]);
});

test('a peer that opens anew is given twice the time to answer each time, and from the second on before a restart', () => {
  const rig = opened();
  for (const patience of [2, 4, 8]) {
    rig.now += 1_000;
    const began = rig.now;
    rig.configure([{ type: GOOD, data: Buffer.from([patience]) }]);
    rig.configure([{ type: GOOD, data: Buffer.from([patience]) }]);
    rig.pass(100 * patience);
    const sent = times(rig, REQUEST).filter((at) => at >= began);
    assert.deepEqual(
      sent.map((at) => at - began),
      [0, 20 * patience, 100 * patience],
    );
    rig.acknowledge();
    assert.equal(rig.automaton.state, 'Opened');
  }
});

test('an answer in that time leaves nothing to repeat', () => {
  for (const answer of ['RCA', 'RCN']) {
    const rig = opening();
    rig.now = 5;
    rig.bring('RCR+');
    rig.now = 10;
    rig.bring(answer);
    rig.pass(100);
    assert.deepEqual(times(rig, REQUEST), answer === 'RCA' ? [0] : [0, 10]);
  }
});

test('each transmission is repeated once at most, whatever the peer sends', () => {
  const rig = opening();
  for (let ms = 0; ms < 1_000; ms += 10) {
    rig.bring('RCR+');
    rig.pass(10);
  }
  assert.deepEqual(times(rig, REQUEST), [0, 20, 200, 220, 600, 620]);
});

test('a repetition that falls together with the Restart timer is one packet, not two', () => {
  const rig = opening({ ...AUTOMATON_DEFAULTS, answerTime: 200 });
  rig.now = 5;
  rig.bring('RCR+');
  rig.pass(300);
  assert.deepEqual(times(rig, REQUEST), [0, 200]);
});

test('nothing is repeated once the layer is closed, down, or has its Ack', () => {
  for (const event of ['Close', 'Down', 'RCA']) {
    const rig = opening();
    rig.now = 5;
    rig.bring('RCR+');
    rig.bring(event);
    rig.pass(150);
    assert.deepEqual(times(rig, REQUEST), [0], event);
  }
});

test('in Opened, a request that repeats the acknowledged one soon after is acknowledged again, and no more', () => {
  const rig = opened();
  const options = [{ type: GOOD, data: Buffer.from([1]) }];
  const identifier = rig.sentOf(CONTROL.configureAck).at(-1)?.identifier;
  rig.now += 2_999;
  rig.configure(options, identifier);
  assert.deepEqual(rig.take(), ['sca']);
  assert.equal(rig.last.identifier, identifier);
  assert.equal(rig.automaton.state, 'Opened');
});

test('a request that differs, or comes late, is a new negotiation', () => {
  const good = [{ type: GOOD, data: Buffer.from([1]) }];
  const again: readonly ((rig: Rig, identifier: number | undefined) => void)[] = [
    (rig) => rig.configure(good),
    (rig, identifier) => rig.configure([{ type: GOOD, data: Buffer.from([2]) }], identifier),
    (rig, identifier) => {
      rig.now += 3_000;
      rig.configure(good, identifier);
    },
  ];
  for (const bring of again) {
    const rig = opened();
    bring(rig, rig.sentOf(CONTROL.configureAck).at(-1)?.identifier);
    assert.deepEqual(rig.take(), ['tld', 'scr', 'sca']);
    assert.equal(rig.automaton.state, 'Ack-Sent');
  }
});

test("after a peer's Terminate-Request in Opened it is given one Restart timer to be gone", () => {
  const rig = opened();
  rig.now = 500;
  rig.receive(CONTROL.terminateRequest, Buffer.from('maintenance'));
  assert.deepEqual(rig.texts, ['maintenance']);
  rig.pass(199);
  assert.deepEqual(rig.finishes, []);
  rig.pass(1);
  assert.deepEqual(rig.finishes, ['terminated']);
  assert.deepEqual(rig.take(), ['tld', 'sta', 'tlf']);
});

test('a negotiation that begins anew from Stopped owes nothing to the one before', () => {
  const rig = opening();
  for (let round = 0; round < 5; round++) rig.configure([{ type: NAKED, data: Buffer.from([round]) }]);
  rig.pass(3_600_000);
  assert.equal(rig.automaton.state, 'Stopped');
  rig.take();
  rig.configure([{ type: NAKED, data: Buffer.from([1]) }]);
  assert.deepEqual(rig.take(), ['scr', 'scn']);
  assert.equal(rig.last.code, CONTROL.configureNak);
  rig.pass(3_600_000);
  assert.deepEqual(rig.finishes, ['no-agreement', 'no-agreement']);
});
