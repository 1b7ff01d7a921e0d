import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AUTOMATON_DEFAULTS } from '../../src/ppp/control-protocol';
import {
  CONTROL,
  type ControlPacket,
  decodeOptions,
  encodeControl,
  encodeOptions,
  type Option,
} from '../../src/wire/control';
import { MalformedPacket } from '../../src/wire/reader';
import { GOOD, NAKED, Rig, StandIn, UNKNOWN, WANTED } from './automaton-rig';

const good: Option = { type: GOOD, data: Buffer.from([1]) };
const naked: Option = { type: NAKED, data: Buffer.from([2, 2]) };
const unknown: Option = { type: UNKNOWN, data: Buffer.from([3, 3, 3]) };

function opening(settings = AUTOMATON_DEFAULTS): Rig {
  const rig = new Rig(new StandIn(), settings);
  rig.bring('Open');
  rig.bring('Up');
  rig.take();
  return rig;
}

function answerTo(options: readonly Option[], rig = opening()): { code: number; options: readonly Option[] } {
  const identifier = rig.configure(options);
  const answer = rig.sent.findLast(({ code }) => code >= 2 && code <= 4);
  assert.equal(answer?.identifier, identifier);
  return { code: answer.code, options: decodeOptions(answer.data, 'answer') };
}

test('Reject comes before Nak, Nak before Ack, each with just the options that it is about', () => {
  assert.deepEqual(answerTo([good, naked, unknown]), { code: CONTROL.configureReject, options: [unknown] });
  assert.deepEqual(answerTo([good, naked]), {
    code: CONTROL.configureNak,
    options: [{ type: NAKED, data: WANTED }],
  });
  assert.deepEqual(answerTo([good]), { code: CONTROL.configureAck, options: [good] });
});

test('rejected options keep their order and their data', () => {
  const other = { type: 200, data: Buffer.alloc(0) };
  assert.deepEqual(answerTo([other, good, unknown]), { code: CONTROL.configureReject, options: [other, unknown] });
});

test('a request without options is acknowledged', () => {
  assert.deepEqual(answerTo([]), { code: CONTROL.configureAck, options: [] });
});

test('of an option that comes twice the first counts', () => {
  const second = { type: GOOD, data: Buffer.from([9]) };
  const rig = opening();
  assert.deepEqual(answerTo([good, second], rig), { code: CONTROL.configureAck, options: [good, second] });
  assert.deepEqual(answerTo([unknown, unknown, unknown]), { code: CONTROL.configureReject, options: [unknown] });
  assert.equal(answerTo([naked, naked]).options.length, 1);
});

test('an option that the peer must ask for is asked for in a Nak', () => {
  const rig = opening();
  const needed = { type: 44, data: Buffer.from([4]) };
  rig.protocol.requires = [needed];
  assert.deepEqual(answerTo([good], rig), { code: CONTROL.configureNak, options: [needed] });
});

test('nothing is taken over before it is acknowledged', () => {
  const rig = opening();
  rig.configure([good, naked]);
  rig.configure([good, unknown]);
  assert.deepEqual(rig.protocol.accepted, []);
  rig.configure([good]);
  assert.deepEqual(rig.protocol.accepted, [[good]]);
});

test('octets after the Length of the packet are padding: the Ack has none', () => {
  const rig = opening();
  const packet = encodeControl({ code: CONTROL.configureRequest, identifier: 5, data: encodeOptions([good]) });
  rig.automaton.receive(Buffer.concat([packet, Buffer.alloc(40, 0xee)]), 0);
  assert.deepEqual(rig.last.data, encodeOptions([good]));
});

test('after 5 Naks the sixth refusal is a Reject', () => {
  const rig = opening();
  const codes = Array.from({ length: 6 }, () => answerTo([naked, good], rig).code);
  assert.deepEqual(codes, [3, 3, 3, 3, 3, 4]);
  assert.deepEqual(decodeOptions(rig.sentOf(CONTROL.configureReject)[0]?.data ?? Buffer.alloc(0), 'Reject'), [naked]);
});

test('after 5 Naks an option that the peer will not ask for is done without', () => {
  const rig = opening();
  rig.protocol.requires = [{ type: 44, data: Buffer.from([4]) }];
  const codes = Array.from({ length: 6 }, () => answerTo([good], rig).code);
  assert.deepEqual(codes, [3, 3, 3, 3, 3, 2]);
});

test('a request that is retransmitted, because our Nak was lost, is answered as before and counts once', () => {
  const rig = opening();
  for (let time = 0; time < 8; time++) rig.configure([naked, good], 50);
  assert.deepEqual(
    rig.sentOf(CONTROL.configureNak).map(({ identifier, data }) => [identifier, decodeOptions(data, 'Nak')]),
    Array(8).fill([50, [{ type: NAKED, data: WANTED }]]),
  );
  for (let round = 0; round < 4; round++) assert.equal(answerTo([naked], rig).code, CONTROL.configureNak);
  rig.configure([naked], rig.sentOf(CONTROL.configureNak).at(-1)?.identifier);
  assert.equal(rig.sentOf(CONTROL.configureNak).length, 13, 'the fifth Nak, once more');
  assert.equal(answerTo([naked], rig).code, CONTROL.configureReject);
});

test('a request that is retransmitted without end ends in no-agreement all the same', () => {
  const rig = opening();
  for (let time = 0; time < 16; time++) rig.configure([naked], 50);
  assert.deepEqual(rig.finishes, ['no-agreement']);
});

test('an Ack of the peer begins the count of its refusals anew', () => {
  const rig = opening();
  for (let round = 0; round < 10; round++) rig.refuse(CONTROL.configureNak, [good]);
  rig.acknowledge();
  rig.bring('RTR');
  rig.pass(200);
  for (let round = 0; round < 10; round++) rig.refuse(CONTROL.configureNak, [good]);
  assert.deepEqual(rig.finishes, []);
  assert.equal(rig.automaton.state, 'Req-Sent');
});

test('an Ack of ours begins the count of Naks anew', () => {
  const rig = opening();
  for (let round = 0; round < 4; round++) assert.equal(answerTo([naked], rig).code, CONTROL.configureNak);
  assert.equal(answerTo([good], rig).code, CONTROL.configureAck);
  for (let round = 0; round < 5; round++) assert.equal(answerTo([naked], rig).code, CONTROL.configureNak);
});

test('a renegotiation begins the count of Naks anew', () => {
  const rig = opening();
  for (const event of ['RCR+', 'RCA']) rig.bring(event);
  for (let round = 0; round < 5; round++) assert.equal(answerTo([naked], rig).code, CONTROL.configureNak);
});

test('a peer that insists on what is refused ends in no-agreement, with no more than 16 refusals', () => {
  for (const options of [[naked], [unknown], [naked, unknown]]) {
    const rig = opening();
    while (rig.finishes.length === 0 && rig.now < 100_000) {
      rig.configure(options);
      rig.pass(1);
    }
    assert.deepEqual(rig.finishes, ['no-agreement']);
    assert.equal(rig.sentOf(CONTROL.configureNak).length + rig.sentOf(CONTROL.configureReject).length, 16);
    assert.equal(rig.automaton.state, 'Stopped');
  }
});

test('a peer that refuses without end ends in no-agreement, with no more than 16 requests', () => {
  for (const code of [CONTROL.configureNak, CONTROL.configureReject]) {
    const rig = opening();
    while (rig.finishes.length === 0 && rig.now < 100_000) {
      rig.refuse(code, [good]);
      rig.pass(1);
    }
    assert.deepEqual(rig.finishes, ['no-agreement']);
    assert.equal(rig.sentOf(CONTROL.configureRequest).length, 16);
  }
});

test('a peer that acknowledges ours and refuses to ask for anything we take does not go on for ever', () => {
  const rig = opening();
  while (rig.finishes.length === 0 && rig.now < 100_000) {
    rig.bring('RCA');
    rig.bring('RCR-');
    rig.pass(10);
  }
  assert.deepEqual(rig.finishes, ['no-agreement']);
  assert.ok(rig.sent.length < 60, `${rig.sent.length} packets`);
});

test('a peer that falls silent after our refusal: no agreement; after our Ack: no reply', () => {
  for (const [event, finish] of [
    ['RCR-', 'no-agreement'],
    ['RCR+', 'no-reply'],
  ] as const) {
    const rig = opening();
    rig.bring(event);
    rig.pass(3_600_000);
    assert.deepEqual(rig.finishes, [finish]);
  }
});

test('a Code-Reject of a code that negotiation needs is fatal; of any other it is not', () => {
  for (let code = 0; code <= 20; code++) {
    const rig = opening();
    rig.receive(CONTROL.codeReject, encodeControl({ code, identifier: 1, data: Buffer.alloc(0) }));
    assert.deepEqual(rig.finishes, code >= 1 && code <= 7 ? ['rejected'] : [], `code ${code}`);
  }
});

test("a Code-Reject that holds only the rejected packet's data is no harm", () => {
  for (const body of [Buffer.alloc(0), Buffer.from([1]), Buffer.from([1, 4, 5, 0xd4, 5, 6, 1, 2, 3, 4])]) {
    const rig = opening();
    rig.receive(CONTROL.codeReject, body);
    assert.deepEqual(rig.finishes, []);
    assert.equal(rig.automaton.state, 'Req-Sent');
  }
});

test('a malformed packet throws, and nothing has changed', () => {
  const malformed = [
    Buffer.alloc(0),
    Buffer.from([1, 1, 0]),
    Buffer.from([1, 1, 0, 3]),
    Buffer.from([1, 1, 0, 9, 1, 4]),
    Buffer.from([1, 1, 0, 6, 1, 1]),
    Buffer.from([1, 1, 0, 7, 1, 9, 0]),
    Buffer.from([3, 1, 0, 5, 1]),
    Buffer.from([4, 1, 0, 6, 1, 0]),
  ];
  for (const bytes of malformed) {
    const rig = opening();
    const { deadline } = rig.automaton;
    assert.throws(() => rig.automaton.receive(bytes, 0), MalformedPacket, bytes.toString('hex'));
    assert.deepEqual(rig.take(), []);
    assert.equal(rig.automaton.state, 'Req-Sent');
    assert.equal(rig.automaton.deadline, deadline);
    rig.acknowledge();
    assert.equal(rig.automaton.state, 'Ack-Rcvd');
  }
});

test('two of these agree, however far away, as long as fewer packets are lost than there are requests', () => {
  const lost = fc.uniqueArray(fc.nat(30), { maxLength: AUTOMATON_DEFAULTS.maxConfigure - 2 });
  fc.assert(
    fc.property(lost, fc.nat(600), (losses, delay) => {
      const rigs = [opening(), opening()] as const;
      const queue: { readonly to: Rig; readonly at: number; readonly packet: ControlPacket }[] = [];
      const handed = [0, 0];
      let sent = 0;
      for (let now = 0; now <= 60_000; now += 20) {
        for (const rig of rigs) rig.pass(now - rig.now);
        for (const [side, rig] of rigs.entries()) {
          for (const packet of rig.sent.slice(handed[side])) {
            if (!losses.includes(sent++)) queue.push({ to: rigs[1 - side] as Rig, at: now + delay, packet });
          }
          handed[side] = rig.sent.length;
        }
        while (queue[0] && queue[0].at <= now) {
          const { to, packet } = queue.shift() as (typeof queue)[number];
          to.receive(packet.code, packet.data, packet.identifier);
        }
      }
      for (const { automaton } of rigs) assert.equal(automaton.state, 'Opened');
      assert.equal(rigs[0].sent.length + rigs[1].sent.length, sent);
      assert.ok(sent < 100, `${sent} packets`);
    }),
    { numRuns: 60 },
  );
});
