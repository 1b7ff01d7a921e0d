import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AUTOMATON_DEFAULTS } from '../../src/ppp/control-protocol';
import { Ipv6cp, type Ipv6cpSettings } from '../../src/ppp/ipv6cp';
import { CONTROL, decodeOptions, encodeOptions, type Option } from '../../src/wire/control';
import { IPV6CP_OPTION } from '../../src/wire/ipv6cp';
import { octets } from '../wire/codec';
import { Rig } from './automaton-rig';
import { seeded } from './random';

const OWN = Buffer.from('0011223344556677', 'hex');
const OTHER = Buffer.from('0000000000000001', 'hex');
const ZERO = Buffer.alloc(8);
const identifier = (data: Buffer): Option => ({ type: IPV6CP_OPTION.interfaceIdentifier, data });
/** IPv6-Compression-Protocol: IP header compression (RFC 5172). */
const COMPRESSION: Option = { type: IPV6CP_OPTION.compression, data: Buffer.from('0061', 'hex') };

function opening(settings: Ipv6cpSettings = { identifier: OWN }, seed = 1): Rig<Ipv6cp> {
  const rig = new Rig(new Ipv6cp(settings, seeded(seed)));
  rig.automaton.open(0);
  rig.automaton.up(0);
  return rig;
}

const requested = (rig: Rig<Ipv6cp>) => decodeOptions(rig.request.data, 'request');

function answerTo(rig: Rig<Ipv6cp>, options: readonly Option[]): { code: number; options: readonly Option[] } {
  const count = rig.sent.length;
  rig.configure(options);
  const answer = rig.sent.slice(count).find(({ code }) => code >= 2 && code <= 4);
  assert.ok(answer, 'no answer');
  return { code: answer.code, options: decodeOptions(answer.data, 'answer') };
}

test('the configured Interface-Identifier is asked for; without one, a drawn one that is local and not zero', () => {
  assert.deepEqual(requested(opening()), [identifier(OWN)]);
  const drawn = new Set<string>();
  for (let seed = 1; seed <= 50; seed++) {
    const [option] = requested(opening({}, seed));
    assert.equal(option?.data.length, 8);
    assert.equal((option.data[0] as number) & 2, 0, 'the universal/local bit is 0 (RFC 5072 §4.1)');
    assert.ok(!option.data.equals(ZERO));
    drawn.add(option.data.toString('hex'));
  }
  assert.equal(drawn.size, 50);
});

test('an Interface-Identifier that differs from ours is acknowledged, and is the peer’s', () => {
  const rig = opening();
  assert.deepEqual(answerTo(rig, [identifier(OTHER)]), { code: CONTROL.configureAck, options: [identifier(OTHER)] });
  rig.acknowledge();
  assert.equal(rig.automaton.state, 'Opened');
  assert.deepEqual([rig.protocol.identifier, rig.protocol.peerIdentifier], [OWN, OTHER]);
  assert.equal(rig.protocol.agreement, 'we are fe80::11:2233:4455:6677, the peer is fe80::1');
});

test('Interface-Identifier zero or equal to ours: Nak with a valid one', () => {
  for (const asked of [ZERO, OWN]) {
    const rig = opening();
    const { code, options } = answerTo(rig, [identifier(asked)]);
    assert.equal(code, CONTROL.configureNak);
    const [proposed] = options;
    assert.equal(options.length, 1);
    assert.equal(proposed?.type, IPV6CP_OPTION.interfaceIdentifier);
    assert.equal(proposed.data.length, 8);
    assert.ok(!proposed.data.equals(ZERO) && !proposed.data.equals(OWN));
    assert.deepEqual(answerTo(rig, [identifier(asked)]).options, options, 'the same request gets the same answer');
    assert.equal(answerTo(rig, options).code, CONTROL.configureAck);
    assert.deepEqual(rig.protocol.peerIdentifier, proposed.data);
  }
});

test('a peer that asks for no Interface-Identifier is told one, and done without if it will not have it', () => {
  const rig = opening();
  rig.acknowledge();
  const { code, options } = answerTo(rig, []);
  assert.deepEqual([code, options.map(({ type }) => type)], [CONTROL.configureNak, [1]]);
  // Requests that are not the same, or they would be taken for retransmissions of one.
  for (let round = 1; round < AUTOMATON_DEFAULTS.maxFailure; round++) {
    assert.equal(answerTo(rig, []).code, CONTROL.configureNak);
  }
  assert.equal(answerTo(rig, []).code, CONTROL.configureAck);
  assert.equal(rig.automaton.state, 'Opened');
  assert.equal(rig.protocol.peerIdentifier, undefined);
});

test('compression, and an Interface-Identifier of another length, are rejected: just those', () => {
  const odd = identifier(Buffer.alloc(6, 1));
  assert.deepEqual(answerTo(opening(), [identifier(OTHER), COMPRESSION]), {
    code: CONTROL.configureReject,
    options: [COMPRESSION],
  });
  assert.deepEqual(answerTo(opening(), [odd]), { code: CONTROL.configureReject, options: [odd] });
});

test('the Interface-Identifier of a Nak is taken, and outlives the frame that it came in', () => {
  const rig = opening();
  rig.refuse(CONTROL.configureNak, [identifier(OTHER)]);
  assert.deepEqual(requested(rig), [identifier(OTHER)]);
  const policy = new Ipv6cp({ identifier: OWN }, seeded(1));
  const frame = encodeOptions([identifier(OTHER)]);
  for (const option of decodeOptions(frame, 'Nak')) policy.nak(option);
  frame.fill(0xff);
  assert.deepEqual(policy.identifier, OTHER);
});

test('a Nak with zero, with what the peer itself has or was told to take: another is drawn', () => {
  const rig = opening();
  const [proposed] = answerTo(rig, [identifier(OWN)]).options;
  rig.configure([identifier(OTHER)]);
  for (const useless of [ZERO, OTHER, proposed?.data ?? ZERO, Buffer.alloc(5, 1)]) {
    rig.refuse(CONTROL.configureNak, [identifier(useless)]);
    const [option] = requested(rig);
    assert.equal(option?.data.length, 8);
    for (const taken of [ZERO, OTHER, OWN, useless]) assert.ok(!option.data.equals(taken));
  }
});

test('an Interface-Identifier that is rejected is no longer asked for, and holds', () => {
  const rig = opening();
  rig.refuse(CONTROL.configureReject, [identifier(OWN)]);
  assert.deepEqual(requested(rig), []);
  rig.acknowledge();
  assert.deepEqual(rig.protocol.identifier, OWN);
});

test('a drawn Interface-Identifier stays when the peer negotiates anew: its default route names it', () => {
  const rig = opening({});
  const first = requested(rig);
  rig.configure([identifier(OTHER)]);
  rig.acknowledge();
  rig.configure([identifier(OTHER)]);
  assert.equal(rig.automaton.state, 'Ack-Sent');
  assert.deepEqual(requested(rig), first);
});

test('two ends agree on identifiers that differ, whatever both had', () => {
  for (const [host, ac] of [
    [OWN, OTHER],
    [OWN, OWN],
    [undefined, OTHER],
    [undefined, undefined],
  ]) {
    const ends = [opening(host ? { identifier: host } : {}, 3), opening(ac ? { identifier: ac } : {}, 4)] as const;
    const handed = [0, 0];
    for (let round = 0; round < 8; round++) {
      for (const [from, to] of [
        [0, 1],
        [1, 0],
      ] as const) {
        for (const packet of ends[from].sent.slice(handed[from])) {
          ends[to].receive(packet.code, packet.data, packet.identifier);
        }
        handed[from] = ends[from].sent.length;
      }
    }
    assert.deepEqual([ends[0].automaton.state, ends[1].automaton.state], ['Opened', 'Opened']);
    assert.deepEqual(ends[0].protocol.identifier, ends[1].protocol.peerIdentifier);
    assert.deepEqual(ends[1].protocol.identifier, ends[0].protocol.peerIdentifier);
    assert.ok(!ends[0].protocol.identifier.equals(ends[1].protocol.identifier));
  }
});

test('an Ack or Reject is never longer than the request', () => {
  const type = fc.oneof(fc.constantFrom(1, 2), fc.nat(255));
  const option = fc.tuple(type, octets({ maxLength: 10 })).map(([t, data]): Option => ({ type: t, data }));
  fc.assert(
    fc.property(fc.array(option, { maxLength: 8 }), (options) => {
      const rig = opening();
      for (let round = 0; round < 7; round++) {
        const answer = answerTo(rig, options);
        if (answer.code === CONTROL.configureAck) assert.deepEqual(answer.options, options);
        if (answer.code === CONTROL.configureReject) {
          assert.ok(encodeOptions(answer.options).length <= encodeOptions(options).length);
        }
      }
    }),
    { numRuns: 200 },
  );
});
