import assert from 'node:assert/strict';
import { RECONNECT_DEFAULTS } from '../../src/client/reconnect';
import type { SessionSettings } from '../../src/client/settings';
import { chapMd5 } from '../../src/ppp/chap-md5';
import { CHAP as CHAP_CODE, decodeChapValue, encodeChapValue } from '../../src/wire/chap';
import { CONTROL } from '../../src/wire/control';
import { decodeEap, EAP, EAP_TYPE, encodeEap } from '../../src/wire/eap';
import { authenticationOption } from '../../src/wire/lcp';
import { encodePapRequest, PAP as PAP_CODE } from '../../src/wire/pap';
import { PROTOCOL } from '../../src/wire/ppp';
import { Ac, Host } from '../client/stations';
import { World } from '../client/world';
import { CHAP, discoveryFrame, Line, MAGIC, MRU, option, PAP } from './line';
import { row } from './rows';

const { lcp, chap, pap, eap, ipcp } = PROTOCOL;
const CHAP_ONLY: Partial<SessionSettings> = { authentication: ['chap-md5'] };

const challenge = (value: Buffer, identifier = 1) => ({
  code: CHAP_CODE.challenge,
  identifier,
  data: encodeChapValue({ value, name: Buffer.from('ac') }),
});

const terminateRequest = { code: CONTROL.terminateRequest, identifier: 200, data: Buffer.alloc(0) };

const MS_CHAP = authenticationOption('ms-chap-v2');
const EAP_MD5 = authenticationOption('eap');

/** A line whose peer has demanded this authentication, with its challenge answered. */
function asked(method: 'chap' | 'ms-chap' | 'pap'): Line {
  const demanded = { chap: CHAP, 'ms-chap': MS_CHAP, pap: PAP }[method];
  const line = new Line({ authentication: ['ms-chap-v2', 'chap-md5', 'pap'] }).openLcp([MRU, demanded, MAGIC]);
  if (method !== 'pap') line.say(chap, challenge(Buffer.alloc(16, 7)));
  return line;
}

/** The refusal of what the host has answered. */
function refuse(line: Line, method: 'chap' | 'ms-chap' | 'pap', text: string): void {
  if (method !== 'pap') {
    const { identifier } = line.last(chap, CHAP_CODE.response);
    line.say(chap, { code: CHAP_CODE.failure, identifier, data: Buffer.from(text) });
  } else {
    const { identifier } = line.last(pap, PAP_CODE.authenticateRequest);
    const data = Buffer.concat([Buffer.of(text.length), Buffer.from(text)]);
    line.say(pap, { code: PAP_CODE.authenticateNak, identifier, data });
  }
}

function assertRefused(line: Line, text: string): void {
  line.world.runUntil(() => line.host.state === 'waiting', 10_000);
  const { reason } = line.host.snapshot;
  assert.equal(reason?.code, 'authentication-failed');
  assert.ok(reason.text.includes(text), reason.text);
  assert.deepEqual(
    [...new Set(line.host.reasons.map(({ code }) => code))],
    ['authentication-failed'],
    'one typed reason, told alike in each state',
  );
}

row('Refusals: PAP Nak; CHAP Failure, then Terminate-Requests from both sides; MS-CHAPv2 E=691, cut off', () => {
  const nak = asked('pap');
  refuse(nak, 'pap', 'Login incorrect');
  assertRefused(nak, 'Login incorrect');

  const failure = asked('chap');
  refuse(failure, 'chap', 'Access denied');
  assert.equal(failure.sent(lcp, CONTROL.terminateRequest).length, 1);
  failure.say(lcp, terminateRequest);
  failure.frame(discoveryFrame('PADT', failure.ac.address, failure.host.address, failure.id));
  assertRefused(failure, 'Access denied');

  const whole = `E=691 R=1 C=${'0123456789ABCDEF'.repeat(2)} V=0 M=Access denied`;
  for (const length of [whole.length, whole.length - 7, whole.indexOf(' M='), whole.indexOf('C=') + 9, 9, 5]) {
    const line = asked('ms-chap');
    refuse(line, 'ms-chap', whole.slice(0, length));
    line.say(lcp, terminateRequest);
    // The text, as far as it came.
    assertRefused(line, whole.slice(whole.indexOf('M=') + 2, length));
    assert.equal(line.host.snapshot.reason?.detail, 'wrong-credentials', whole.slice(0, length));
    assert.ok(!line.host.snapshot.reason?.text.includes('C='), 'the text is for people');
  }
});

row('CHAP Failure after, or instead of, Terminate-Request', () => {
  for (const method of ['chap', 'pap'] as const) {
    const after = asked(method);
    after.say(lcp, terminateRequest);
    refuse(after, method, 'Account expired');
    assertRefused(after, 'Account expired');

    const instead = asked(method);
    refuse(instead, method, 'Account expired');
    assertRefused(instead, 'Account expired');

    const none = asked(method);
    none.say(lcp, { ...terminateRequest, data: Buffer.from('bye') });
    assertRefused(none, 'bye');
  }
});

row('CHAP challenge of any length 1-255; re-challenge later', () => {
  const line = new Line({ authentication: ['chap-md5'], password: 'secret' }).openLcp([MRU, CHAP, MAGIC]);
  const response = (value: Buffer, identifier: number) => {
    const [sent] = line.say(chap, challenge(value, identifier));
    assert.equal(sent?.code, CHAP_CODE.response);
    assert.equal(sent.identifier, identifier);
    assert.deepEqual(sent.data.subarray(1, 17), chapMd5(identifier, 'secret', value), `${value.length} octets`);
  };
  for (let length = 1; length <= 255; length++) response(Buffer.alloc(length, length), length);
  line.say(chap, { code: CHAP_CODE.success, identifier: 255, data: Buffer.from('Welcome') });
  line.openIpcp();
  for (let later = 1; later <= 3; later++) {
    line.world.runFor(60_000);
    response(Buffer.alloc(20, later), later);
    line.say(chap, { code: CHAP_CODE.success, identifier: later, data: Buffer.alloc(0) });
    assert.equal(line.host.state, 'up', 'each challenge is answered, and the session stays up');
    line.say(lcp, { code: CONTROL.echoRequest, identifier: later, data: Buffer.alloc(4) });
  }
});

row('Authentication offered that is unsupported or not allowed', () => {
  const refused = {
    'MS-CHAP of 1998': option(3, 0xc2, 0x23, 0x80),
    'Shiva PAP': option(3, 0xc0, 0x27),
    PAP,
    'CHAP without an algorithm': option(3, 0xc2, 0x23),
    nothing: option(3),
  };
  for (const [name, offered] of Object.entries(refused)) {
    const line = new Line(CHAP_ONLY);
    line.answer(lcp, CONTROL.configureAck);
    assert.deepEqual(line.request(lcp, [MRU, offered, MAGIC]), { code: CONTROL.configureNak, options: [CHAP] }, name);
    // A peer that insists hears Nak, then Reject, but no Ack, and no password.
    for (let round = 0; round < 40 && line.host.state === 'establishing'; round++) {
      const before = line.sent(lcp, CONTROL.configureAck).length;
      line.say(lcp, {
        code: CONTROL.configureRequest,
        identifier: round,
        data: Buffer.concat([Buffer.of(3, 2 + offered.data.length), offered.data]),
      });
      assert.equal(line.sent(lcp, CONTROL.configureAck).length, before, name);
    }
    line.world.runUntil(() => line.host.state === 'waiting', 60_000);
    assert.equal(line.host.snapshot.reason?.code, 'negotiation-failed');
    assert.equal(line.sent(pap).length, 0);
  }
  const line = new Line({ authentication: ['pap'] });
  line.answer(lcp, CONTROL.configureAck);
  assert.deepEqual(line.request(lcp, [CHAP]), { code: CONTROL.configureNak, options: [PAP] });
});

row('CHAP challenge or PAP without LCP having negotiated it', () => {
  for (const [options, protocol, packet] of [
    [[MRU, MAGIC], chap, challenge(Buffer.alloc(16, 1))],
    [[MRU, PAP, MAGIC], chap, challenge(Buffer.alloc(16, 1))],
    [[MRU, MAGIC], pap, { code: PAP_CODE.authenticateNak, identifier: 1, data: Buffer.of(0) }],
    [[MRU, CHAP, MAGIC], pap, { code: PAP_CODE.authenticateAck, identifier: 1, data: Buffer.of(0) }],
  ] as const) {
    const line = new Line({ authentication: ['chap-md5', 'pap'] }).openLcp(options);
    const { state } = line.host;
    assert.deepEqual(line.say(protocol, packet), [], 'ignored');
    assert.equal(line.host.state, state);
    assert.ok(
      line.host.progress.some((text) => /Ignored (CHAP|PAP)/.test(text)),
      'noted',
    );
  }
});

row('AC starts IPCP without authentication', () => {
  const line = new Line().up();
  assert.ok(!line.host.states.includes('authenticating'));
  assert.equal(line.sent(chap).length + line.sent(pap).length, 0);

  const strict = new Line({ authenticationRequired: true }).openLcp();
  strict.say(ipcp, { code: CONTROL.configureRequest, identifier: 1, data: Buffer.alloc(0) });
  assertRefused(strict, 'required');
  assert.equal(strict.sent(ipcp).length, 0);
});

row('Wrong password', () => {
  const pause = (settings: Partial<SessionSettings>, answers: boolean) => {
    const world = new World({ delay: 1 });
    const ac = new Ac(world);
    const host = new Host(world, settings).open();
    if (answers) world.runUntil(() => host.state === 'up');
    if (answers) ac.act((concentrator, now) => concentrator.close(now));
    world.runUntil(() => host.state === 'waiting');
    return { code: host.snapshot.reason?.code, ms: (host.snapshot.nextAttempt ?? 0) - world.now };
  };
  const wrong = pause({ password: 'wrong' }, false);
  const lost = pause({}, true);
  assert.deepEqual([wrong.code, lost.code], ['authentication-failed', 'peer-terminated']);
  assert.ok(wrong.ms > 10 * lost.ms, `${wrong.ms} ms and ${lost.ms} ms`);
  assert.ok(RECONNECT_DEFAULTS.authentication.max > RECONNECT_DEFAULTS.lost.max);
});

/** Host and access concentrator, each with this password: how it ends at both. */
function verdicts(method: 'pap' | 'chap-md5' | 'ms-chap-v2', password: string) {
  const world = new World({ delay: 1 });
  const ac = new Ac(world, { authentication: [method] });
  const host = new Host(world, { password, authentication: [method] }).open();
  world.runUntil(() => host.state === 'up' || host.state === 'waiting');
  return { world, host, ac, ends: [host.state, host.snapshot.reason?.code, ac.departures[0]?.code] };
}

const REFUSED = ['waiting', 'authentication-failed', 'authentication-failed'];

row('PAP (RFC 1334)', () => {
  assert.deepEqual(verdicts('pap', 'secret').ends, ['up', undefined, undefined]);
  assert.deepEqual(verdicts('pap', 'wrong').ends, REFUSED);
  const line = asked('pap');
  const [first] = line.sent(pap, PAP_CODE.authenticateRequest);
  assert.deepEqual(first?.data, encodePapRequest({ peerId: Buffer.from('test'), password: Buffer.from('secret') }));
  line.say(pap, { code: PAP_CODE.authenticateAck, identifier: first?.identifier ?? 0, data: Buffer.of(0) });
  assert.equal(line.host.state, 'configuring');
});

row('CHAP-MD5 (RFC 1994)', () => {
  assert.deepEqual(verdicts('chap-md5', 'secret').ends, ['up', undefined, undefined]);
  assert.deepEqual(verdicts('chap-md5', 'wrong').ends, REFUSED);
  // Again at any time, until a Failure.
  const line = asked('chap');
  const { identifier } = line.last(chap, CHAP_CODE.response);
  line.say(chap, { code: CHAP_CODE.success, identifier, data: Buffer.alloc(0) });
  line.openIpcp();
  line.world.runFor(3_600_000 / 60);
  assert.equal(line.say(chap, challenge(Buffer.alloc(24, 9), 77))[0]?.code, CHAP_CODE.response);
  line.say(chap, { code: CHAP_CODE.failure, identifier: 77, data: Buffer.from('Account expired') });
  line.world.runUntil(() => line.host.state === 'waiting', 10_000);
  assert.equal(line.host.snapshot.reason?.code, 'authentication-failed');
});

row('MS-CHAPv2 (RFC 2759)', () => {
  assert.deepEqual(verdicts('ms-chap-v2', 'secret').ends, ['up', undefined, undefined]);
  const wrong = verdicts('ms-chap-v2', 'wrong');
  assert.deepEqual(wrong.ends, REFUSED);
  assert.equal(wrong.host.snapshot.reason?.detail, 'wrong-credentials');
  // The authenticator response is checked.
  for (const message of ['', 'M=Welcome', `S=${'0'.repeat(40)} M=Welcome`, `S=${'F'.repeat(39)}`]) {
    const line = asked('ms-chap');
    const { identifier } = line.last(chap, CHAP_CODE.response);
    line.say(chap, { code: CHAP_CODE.success, identifier, data: Buffer.from(message) });
    assertRefused(line, 'impostor');
  }
  // Error codes as typed reasons.
  for (const [error, detail] of [
    [646, 'restricted-hours'],
    [647, 'account-disabled'],
    [648, 'password-expired'],
    [649, 'no-dial-in-permission'],
    [691, 'wrong-credentials'],
    [709, 'changing-password'],
  ] as const) {
    const line = asked('ms-chap');
    refuse(line, 'ms-chap', `E=${error} R=0 C=${'00'.repeat(16)} V=3 M=Call us`);
    assertRefused(line, 'Call us');
    assert.equal(line.host.snapshot.reason?.detail, detail);
  }
});

row('EAP-MD5 (RFC 3748)', () => {
  const line = new Line({ authentication: ['eap'], username: 'test', password: 'secret' });
  line.openLcp([MRU, EAP_MD5, MAGIC]);
  const request = (identifier: number, type: number, data: Buffer = Buffer.alloc(0)) => {
    const before = line.world.log.length;
    line.octets(eap, encodeEap({ code: EAP.request, identifier, type, data }));
    const [frame] = line.world.log.slice(before).filter(({ from }) => from === 'host');
    assert.ok(frame, 'a Response');
    const response = decodeEap(frame.frame.subarray(22));
    assert.ok('type' in response && response.code === EAP.response && response.identifier === identifier);
    return response;
  };
  assert.equal(request(1, EAP_TYPE.identity).data.toString(), 'test');
  // MS-CHAPv2 of EAP, TLS, PEAP, SIM, an expanded type: Nak, which names MD5-Challenge.
  for (const [index, type] of [26, 13, 25, 18, 254, 5].entries()) {
    const { type: answered, data } = request(2 + index, type);
    assert.deepEqual([answered, data], [EAP_TYPE.nak, Buffer.of(EAP_TYPE.md5Challenge)]);
  }
  const value = Buffer.alloc(16, 3);
  const { data } = request(20, EAP_TYPE.md5Challenge, encodeChapValue({ value, name: Buffer.from('ac') }));
  assert.deepEqual(decodeChapValue(data, 'EAP').value, chapMd5(20, 'secret', value));
  line.octets(eap, encodeEap({ code: EAP.success, identifier: 20 }));
  line.openIpcp();
  assert.equal(line.host.state, 'up');
});
