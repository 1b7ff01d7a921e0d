import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Lcp, type LcpSettings } from '../../src/ppp/lcp';
import { CONTROL, decodeOptions, encodeOptions, type Option, option16, option32 } from '../../src/wire/control';
import { AUTHENTICATION_PROTOCOLS, authenticationOption, LCP_OPTION } from '../../src/wire/lcp';
import { octets } from '../wire/codec';
import { Rig } from './automaton-rig';
import { seeded } from './random';

const SETTINGS: LcpSettings = { mru: 1_492, allowed: ['chap-md5', 'pap'], required: [] };
const PAP = authenticationOption('pap');
const CHAP = authenticationOption('chap-md5');
const MS_CHAP_V2: Option = { type: LCP_OPTION.authentication, data: Buffer.from('c22381', 'hex') };
const EAP: Option = { type: LCP_OPTION.authentication, data: Buffer.from('c227', 'hex') };

const policy = (settings: Partial<LcpSettings> = {}) => new Lcp({ ...SETTINGS, ...settings }, seeded(1));

/** An LCP that has sent its Configure-Request. */
function opening(settings: Partial<LcpSettings> = {}): Rig<Lcp> {
  const rig = new Rig(policy(settings));
  rig.automaton.open(0);
  rig.automaton.up(0);
  return rig;
}

function answerTo(rig: Rig<Lcp>, options: readonly Option[]): { code: number; options: readonly Option[] } {
  const count = rig.sent.length;
  rig.configure(options);
  const answer = rig.sent.slice(count).find(({ code }) => code >= 2 && code <= 4);
  assert.ok(answer, 'no answer');
  return { code: answer.code, options: decodeOptions(answer.data, 'answer') };
}

const ack = (options: readonly Option[]) => ({ code: CONTROL.configureAck, options });
const nak = (options: readonly Option[]) => ({ code: CONTROL.configureNak, options });
const reject = (options: readonly Option[]) => ({ code: CONTROL.configureReject, options });

test('asks for its MRU and a Magic-Number; for an authentication only where one is required', () => {
  assert.deepEqual(
    policy()
      .request()
      .map(({ type }) => type),
    [LCP_OPTION.mru, LCP_OPTION.magicNumber],
  );
  const required = policy({ required: ['chap-md5', 'pap'] });
  assert.deepEqual(required.request()[1], CHAP);
  assert.deepEqual(required.request()[0], option16(LCP_OPTION.mru, 1_492));
});

test('an MRU below 128 is answered with a Nak of 1492; 128 and anything larger is acknowledged', () => {
  for (const mru of [0, 1, 68, 127]) {
    assert.deepEqual(answerTo(opening(), [option16(LCP_OPTION.mru, mru)]), nak([option16(LCP_OPTION.mru, 1_492)]));
  }
  for (const mru of [128, 576, 1_492, 1_500, 65_535]) {
    const rig = opening();
    assert.deepEqual(answerTo(rig, [option16(LCP_OPTION.mru, mru)]), ack([option16(LCP_OPTION.mru, mru)]));
    assert.equal(rig.protocol.peerMru, mru);
  }
});

test('without an MRU in its request the peer takes 1492 octets, also after it had asked for less', () => {
  const rig = opening();
  answerTo(rig, [option16(LCP_OPTION.mru, 576)]);
  answerTo(rig, []);
  assert.equal(rig.protocol.peerMru, 1_492);
});

test('MRU absent: 1500 per RFC 1661, but never more than the line carries, 1492 unless RFC 4638 made it more', () => {
  for (const [largest, mru] of [
    [undefined, 1_492],
    [1_500, 1_500],
    [9_000, 1_500],
    [1_496, 1_496],
    [1_000, 1_000],
  ] as const) {
    const rig = opening({ mru: 900, ...(largest === undefined ? {} : { largest }) });
    answerTo(rig, [option16(LCP_OPTION.mru, 576)]);
    answerTo(rig, []);
    assert.equal(rig.protocol.peerMru, mru, `the peer's, of ${largest}`);
    rig.protocol.reject(option16(LCP_OPTION.mru, 900));
    assert.equal(rig.protocol.mru, mru, `ours when it was rejected, of ${largest}`);
  }
});

test('a Magic-Number of zero is answered with a Nak of one that is neither zero nor ours', () => {
  const rig = opening();
  const { code, options } = answerTo(rig, [option32(LCP_OPTION.magicNumber, 0)]);
  assert.equal(code, CONTROL.configureNak);
  const wanted = options[0]?.data.readUInt32BE();
  assert.notEqual(wanted, 0);
  assert.notEqual(wanted, rig.protocol.magic);
});

test('our own Magic-Number is answered with a Nak of another, and counted as a reflection', () => {
  const rig = opening();
  const { magic } = rig.protocol;
  const { code, options } = answerTo(rig, [option32(LCP_OPTION.magicNumber, magic)]);
  assert.equal(code, CONTROL.configureNak);
  assert.notEqual(options[0]?.data.readUInt32BE(), magic);
  assert.equal(rig.protocol.reflections, 1);
  assert.deepEqual(answerTo(rig, [option32(LCP_OPTION.magicNumber, 7)]).code, CONTROL.configureAck);
  assert.equal(rig.protocol.reflections, 0);
  assert.equal(rig.protocol.peerMagic, 7);
});

test('our own request, echoed back, is Nak that we answer with another Magic-Number', () => {
  const rig = opening();
  const { magic } = rig.protocol;
  const looped = rig.request;
  rig.receive(looped.code, looped.data, looped.identifier);
  rig.receive(rig.last.code, rig.last.data, rig.last.identifier);
  assert.notEqual(rig.protocol.magic, magic);
  assert.equal(rig.request.data.includes(encodeOptions([option32(LCP_OPTION.magicNumber, rig.protocol.magic)])), true);
});

test('an allowed authentication is acknowledged', () => {
  for (const option of [PAP, CHAP]) {
    const rig = opening();
    assert.deepEqual(answerTo(rig, [option]), ack([option]));
    assert.equal(rig.protocol.demanded, option === PAP ? 'pap' : 'chap-md5');
  }
});

test('an authentication that is unsupported, or not allowed, is answered with a Nak of the preferred one', () => {
  for (const option of [EAP, MS_CHAP_V2, { type: LCP_OPTION.authentication, data: Buffer.alloc(0) }]) {
    assert.deepEqual(answerTo(opening(), [option]), nak([CHAP]));
    assert.deepEqual(answerTo(opening({ allowed: ['pap'] }), [option]), nak([PAP]));
  }
  assert.deepEqual(answerTo(opening({ allowed: ['chap-md5'] }), [PAP]), nak([CHAP]));
  assert.deepEqual(answerTo(opening({ allowed: ['pap'] }), [CHAP]), nak([PAP]));
});

test('each protocol is acknowledged only where it is allowed', () => {
  for (const [option, protocol] of [
    [PAP, 'pap'],
    [CHAP, 'chap-md5'],
    [MS_CHAP_V2, 'ms-chap-v2'],
    [EAP, 'eap'],
  ] as const) {
    const rig = opening({ allowed: [protocol] });
    assert.deepEqual(answerTo(rig, [option]), ack([option]));
    assert.equal(rig.protocol.demanded, protocol);
    const others = AUTHENTICATION_PROTOCOLS.filter((other) => other !== protocol);
    assert.equal(answerTo(opening({ allowed: others }), [option]).code, CONTROL.configureNak);
  }
});

test('a peer that does not take up the hint is told the next allowed protocol, never one that is not allowed', () => {
  const msChap: Option = { type: LCP_OPTION.authentication, data: Buffer.from('c22380', 'hex') };
  const hints = (allowed: LcpSettings['allowed']) => {
    const rig = opening({ allowed });
    return Array.from({ length: 4 }, (_, index) => answerTo(rig, [index % 2 ? msChap : { ...EAP, data: PAP.data }]));
  };
  assert.deepEqual(
    hints(['ms-chap-v2', 'chap-md5']),
    [MS_CHAP_V2, CHAP, MS_CHAP_V2, CHAP].map((hint) => nak([hint])),
  );
  assert.deepEqual(
    hints(['chap-md5']),
    [CHAP, CHAP, CHAP, CHAP].map((hint) => nak([hint])),
  );
  // The first hint is not used up by a Reject of something else.
  const rig = opening({ allowed: ['eap', 'chap-md5'] });
  assert.deepEqual(
    answerTo(rig, [msChap, { type: LCP_OPTION.pfc, data: Buffer.alloc(0) }]).code,
    CONTROL.configureReject,
  );
  assert.deepEqual(answerTo(rig, [msChap]), nak([EAP]));
});

test('where no authentication is allowed the option is rejected', () => {
  for (const option of [PAP, CHAP, EAP])
    assert.deepEqual(answerTo(opening({ allowed: [] }), [option]), reject([option]));
});

test('PAP is never acknowledged unless it is allowed, however often the peer insists', () => {
  const rig = opening({ allowed: ['chap-md5'] });
  while (rig.automaton.state !== 'Stopped') rig.configure([PAP]);
  assert.equal(rig.sentOf(CONTROL.configureAck).length, 0);
  assert.equal(rig.protocol.demanded, undefined);
});

test('what PPPoE does not need is rejected: just those options', () => {
  const magic = option32(LCP_OPTION.magicNumber, 7);
  const unwanted: readonly Option[] = [
    { type: 2, data: Buffer.alloc(4) }, // Async-Control-Character-Map
    { type: LCP_OPTION.quality, data: Buffer.from('c02500000064', 'hex') },
    { type: LCP_OPTION.pfc, data: Buffer.alloc(0) },
    { type: LCP_OPTION.acfc, data: Buffer.alloc(0) },
    { type: LCP_OPTION.callback, data: Buffer.from([6]) },
    option16(LCP_OPTION.mrru, 1_500),
    { type: LCP_OPTION.endpointDiscriminator, data: Buffer.from('03020000000001', 'hex') },
  ];
  for (const option of unwanted) {
    assert.deepEqual(answerTo(opening(), [option16(LCP_OPTION.mru, 1_492), option, magic, CHAP]), reject([option]));
  }
  assert.deepEqual(answerTo(opening(), [magic, ...unwanted]), reject(unwanted));
});

test('options whose data has the wrong length are rejected', () => {
  for (const option of [
    { type: LCP_OPTION.mru, data: Buffer.alloc(1, 5) },
    { type: LCP_OPTION.mru, data: Buffer.alloc(4, 5) },
    { type: LCP_OPTION.magicNumber, data: Buffer.alloc(3, 5) },
  ]) {
    assert.deepEqual(answerTo(opening(), [option]), reject([option]));
  }
});

test('of an option that comes twice the first is agreed on', () => {
  const rig = opening();
  const options = [option16(LCP_OPTION.mru, 1_000), option16(LCP_OPTION.mru, 2_000), CHAP, PAP];
  assert.deepEqual(answerTo(rig, options), ack(options));
  assert.equal(rig.protocol.peerMru, 1_000);
  assert.equal(rig.protocol.demanded, 'chap-md5');
});

test('an Ack is the request, octet by octet, and a Reject a part of it: neither is ever longer', () => {
  const type = fc.oneof(fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 13, 17, 19), fc.nat(255));
  const known = fc.constantFrom(PAP, CHAP, MS_CHAP_V2, EAP, option16(1, 1_492), option16(1, 5), option32(5, 0));
  const unknown = fc.tuple(type, octets({ maxLength: 8 })).map(([t, data]): Option => ({ type: t, data }));
  const allowed = fc.subarray([...AUTHENTICATION_PROTOCOLS]);
  fc.assert(
    fc.property(fc.array(fc.oneof(known, unknown), { maxLength: 12 }), allowed, (options, allows) => {
      const rig = opening({ allowed: allows });
      for (let round = 0; round < 7; round++) {
        const answer = answerTo(rig, options);
        if (answer.code === CONTROL.configureAck) {
          assert.deepEqual(answer.options, options);
        } else if (answer.code === CONTROL.configureReject) {
          assert.ok(encodeOptions(answer.options).length <= encodeOptions(options).length);
          for (const { type: t, data } of answer.options) {
            assert.ok(options.some((option) => option.type === t && option.data.equals(data)));
          }
        } else {
          assert.equal(answer.code, CONTROL.configureNak);
          assert.ok(answer.options.length <= options.length);
        }
      }
    }),
    { numRuns: 200 },
  );
});

test('a Nak of our MRU is followed downwards only, and not below 128', () => {
  for (const [wanted, mru] of [
    [1_400, 1_400],
    [128, 128],
    [127, 1_492],
    [1_500, 1_492],
  ] as const) {
    const lcp = policy();
    lcp.nak(option16(LCP_OPTION.mru, wanted));
    assert.equal(lcp.mru, mru, `Nak of ${wanted}`);
  }
});

test('a rejected MRU is no longer asked for, and 1492 holds', () => {
  const lcp = policy({ mru: 1_400 });
  lcp.reject(option16(LCP_OPTION.mru, 1_400));
  assert.equal(lcp.mru, 1_492);
  assert.ok(!lcp.request().some(({ type }) => type === LCP_OPTION.mru));
});

test('a rejected Magic-Number is no longer asked for, and is zero', () => {
  const lcp = policy();
  lcp.reject(option32(LCP_OPTION.magicNumber, lcp.magic));
  assert.equal(lcp.magic, 0);
  assert.ok(!lcp.request().some(({ type }) => type === LCP_OPTION.magicNumber));
});

test('a Nak of our authentication picks another of ours, or the next; none at all is never asked for', () => {
  const lcp = policy({ required: ['chap-md5', 'pap'] });
  lcp.nak(MS_CHAP_V2);
  assert.equal(lcp.required, 'pap');
  lcp.nak(MS_CHAP_V2);
  assert.equal(lcp.required, 'pap');
  lcp.nak(CHAP);
  assert.equal(lcp.required, 'chap-md5');
  lcp.reject(CHAP);
  assert.equal(lcp.required, 'chap-md5');
});

test('a Nak of our authentication never makes us take one that is not among the required', () => {
  const lcp = policy({ required: ['chap-md5'] });
  lcp.nak(PAP);
  assert.equal(lcp.required, 'chap-md5');
});

test('a new negotiation begins with the configuration and a fresh Magic-Number', () => {
  const rig = opening({ required: ['chap-md5', 'pap'] });
  const { magic } = rig.protocol;
  rig.refuse(CONTROL.configureNak, [option16(LCP_OPTION.mru, 1_000), PAP]);
  rig.acknowledge();
  answerTo(rig, [option16(LCP_OPTION.mru, 800), PAP]);
  assert.equal(rig.automaton.state, 'Opened');
  assert.deepEqual([rig.protocol.mru, rig.protocol.required, rig.protocol.peerMru], [1_000, 'pap', 800]);
  answerTo(rig, []);
  assert.deepEqual([rig.protocol.mru, rig.protocol.required, rig.protocol.peerMru], [1_492, 'chap-md5', 1_492]);
  assert.equal(rig.protocol.demanded, undefined);
  assert.notEqual(rig.protocol.magic, magic);
});

test('zero is never our Magic-Number, whatever the random octets', () => {
  let draws = 0;
  const lcp = new Lcp(SETTINGS, (count) => Buffer.alloc(count, draws++ < 3 ? 0 : 0x11));
  assert.equal(lcp.magic, 0x11111111);
});

test('vendor codes are answered with a Code-Reject, codes up to 13 are handed on', () => {
  const rig = opening();
  for (const code of [14, 15, 100, 255]) {
    rig.receive(code, Buffer.alloc(4));
    assert.equal(rig.last.code, CONTROL.codeReject);
    assert.equal(rig.last.data[0], code);
  }
  for (let code = 8; code <= 13; code++) rig.receive(code, Buffer.alloc(4));
  assert.deepEqual(rig.handedOn, [8, 9, 10, 11, 12, 13]);
});
