import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reason } from '../../src/errors';
import { encodeChapValue } from '../../src/wire/chap';
import { CONTROL } from '../../src/wire/control';
import type { AuthenticationProtocol } from '../../src/wire/lcp';
import { encodePapMessage } from '../../src/wire/pap';
import { PROTOCOL } from '../../src/wire/ppp';
import { CREDENTIALS } from './authentication-rig';
import { AC, control, HOST, Wire } from './wire';

const requiring = (...required: AuthenticationProtocol[]) => ({ lcp: { ...AC.lcp, required } });
const WRONG = { credentials: { username: 'test', password: 'wrong' } };
const challenge = (identifier: number) =>
  control(1, identifier, encodeChapValue({ value: Buffer.alloc(16, identifier), name: Buffer.from('ac') }));

/** Both in the Authentication phase; the Access Concentrator asks, and never decides. */
function undecided(protocol: AuthenticationProtocol): Wire {
  const wire = new Wire({ ac: requiring(protocol) });
  wire.ac.decide = () => undefined;
  wire.start(100);
  assert.deepEqual([wire.host.phase, wire.ac.phase], ['authenticate', 'authenticate']);
  return wire;
}

/** What a peer sends to refuse, with this text, and what we tell of it. */
const REFUSALS = {
  pap: {
    carrier: PROTOCOL.pap,
    refusal: (identifier: number, text: string) => control(3, identifier, encodePapMessage(Buffer.from(text))),
    reason: (text: string): Reason => ({ code: 'authentication-failed', text }),
  },
  'chap-md5': {
    carrier: PROTOCOL.chap,
    refusal: (identifier: number, text: string) => control(4, identifier, text),
    reason: (text: string): Reason => ({ code: 'authentication-failed', text }),
  },
  'ms-chap-v2': {
    carrier: PROTOCOL.chap,
    refusal: (identifier: number, text: string) => control(4, identifier, text ? `E=691 R=0 V=3 M=${text}` : ''),
    reason: (text: string): Reason => ({
      code: 'authentication-failed',
      text: `Wrong user name or password: ${text}`,
      detail: 'wrong-credentials',
    }),
  },
} as const;

for (const protocol of ['pap', 'chap-md5', 'ms-chap-v2'] as const) {
  const { carrier, refusal, reason } = REFUSALS[protocol];

  test(`${protocol}: a wrong password ends in authentication-failed on both sides, with the text`, () => {
    const wire = new Wire({ host: WRONG, ac: requiring(protocol) }).start();
    assert.deepEqual(wire.host.reason, reason('Login incorrect'));
    assert.deepEqual(wire.ac.reason, { code: 'authentication-failed', text: 'Login incorrect' });
    assert.ok(!wire.host.phases.includes('network'));
    assert.ok(!wire.ac.phases.includes('network'));
  });

  test(`${protocol}: a refusal without a text has one all the same`, () => {
    const wire = undecided(protocol);
    const { identifier } = wire.sent('host', carrier).at(-1)?.packet ?? { identifier: 0 };
    wire.host.receive(carrier, refusal(identifier, ''), wire.now);
    wire.pass(60_000);
    assert.equal(wire.host.reason?.code, 'authentication-failed');
    assert.notEqual(wire.host.reason.text, '');
  });

  test(`${protocol}: the refusal's text survives the Terminate-Requests that follow it`, () => {
    const wire = undecided(protocol);
    const { identifier } = wire.sent('host', carrier).at(-1)?.packet ?? { identifier: 0 };
    wire.host.receive(carrier, refusal(identifier, 'No such user'), wire.now);
    wire.host.receive(PROTOCOL.lcp, control(CONTROL.terminateRequest, 9, 'Authentication failed'), wire.now);
    wire.pass(60_000);
    assert.deepEqual(wire.host.reason, reason('No such user'));
  });

  test(`${protocol}: a refusal that comes after the Terminate-Request decides the reason, text and all`, () => {
    const wire = undecided(protocol);
    wire.silence('ac');
    const { identifier } = wire.sent('host', carrier).at(-1)?.packet ?? { identifier: 0 };
    wire.host.receive(PROTOCOL.lcp, control(CONTROL.terminateRequest, 9), wire.now);
    wire.host.receive(carrier, refusal(identifier, 'No such user'), wire.now);
    wire.pass(60_000);
    assert.deepEqual(wire.host.reason, reason('No such user'));
  });

  test(`${protocol}: a Terminate-Request, or the end from below, in place of a verdict is a refusal, too`, () => {
    const terminated = undecided(protocol);
    terminated.silence('ac');
    terminated.host.receive(PROTOCOL.lcp, control(CONTROL.terminateRequest, 9, 'Too many sessions'), terminated.now);
    terminated.pass(60_000);
    assert.equal(terminated.host.reason?.code, 'authentication-failed');
    assert.match(terminated.host.reason.text, /Too many sessions/);
    assert.equal(undecided(protocol).host.connection.cutOff('PADT').code, 'authentication-failed');
  });

  test(`${protocol}: a verdict that never comes ends in no-reply`, () => {
    const wire = undecided(protocol);
    wire.pass(60_000);
    assert.equal(wire.host.reason?.code, 'no-reply');
  });

  test(`${protocol}: a decision that takes its time is asked for once`, () => {
    const wire = undecided(protocol);
    wire.pass(5_000);
    assert.equal(wire.ac.claims.length, 1);
    assert.equal(wire.ac.claims[0]?.verify('secret'), true);
    wire.ac.connection.decide({ accepted: true, text: 'Welcome' }, wire.now);
    wire.pass(10_000);
    assert.deepEqual([wire.host.phase, wire.ac.phase], ['open', 'open']);
  });

  test(`${protocol}: a verdict that is lost is had by asking again`, () => {
    const wire = new Wire({ ac: requiring(protocol) });
    let lost = 0;
    wire.drop = ({ protocol: of, from, packet }) => of === carrier && from === 'ac' && packet.code !== 1 && lost++ < 3;
    wire.start(5_000);
    assert.equal(lost, 4);
    assert.deepEqual([wire.host.phase, wire.ac.phase], ['open', 'open']);
    assert.equal(wire.ac.claims.length, 1);
  });
}

test('a peer that ends the session before it has heard our credentials has not refused them', () => {
  const wire = new Wire();
  wire.drop = ({ protocol }) => protocol === PROTOCOL.chap;
  wire.start(100);
  assert.equal(wire.host.phase, 'authenticate');
  wire.silence('ac');
  wire.host.receive(PROTOCOL.lcp, control(CONTROL.terminateRequest, 9), wire.now);
  wire.pass(60_000);
  assert.equal(wire.host.reason?.code, 'peer-terminated');
});

test('a challenge that never comes ends in no-reply after the phase time-out', () => {
  const wire = new Wire();
  wire.drop = ({ protocol, from }) =>
    (protocol === PROTOCOL.chap && from === 'ac') || (from === 'ac' && wire.now > 100);
  wire.start(60_000);
  assert.deepEqual(wire.host.reason, {
    code: 'no-reply',
    text: 'Authentication did not come to an end within 30 s',
  });
});

test('an empty password is refused even where the account has none', () => {
  const wire = new Wire({ host: { credentials: { username: 'test', password: '' } }, ac: requiring('pap') });
  wire.ac.decide = () => ({ accepted: true, text: '' });
  wire.start();
  assert.equal(wire.host.reason?.code, 'authentication-failed');
  assert.equal(wire.ac.claims.length, 0);
});

test('a later challenge is answered while packets flow, and its Success changes nothing', () => {
  const wire = new Wire().start();
  const phases = wire.host.phases.length;
  wire.host.receive(PROTOCOL.chap, challenge(77), wire.now);
  assert.equal(wire.sent('host', PROTOCOL.chap).at(-1)?.packet.identifier, 77);
  wire.host.receive(PROTOCOL.chap, control(3, 77), wire.now);
  wire.pass(60_000);
  assert.equal(wire.host.phases.length, phases);
  assert.equal(wire.host.phase, 'open');
});

test('a later challenge that fails ends the session as authentication-failed', () => {
  const wire = new Wire().start();
  wire.host.receive(PROTOCOL.chap, challenge(77), wire.now);
  wire.host.receive(PROTOCOL.chap, control(4, 77, 'Account expired'), wire.now);
  wire.pass(60_000);
  assert.deepEqual(wire.host.reason, { code: 'authentication-failed', text: 'Account expired' });
});

test('a challenge, or PAP, that LCP did not agree on is ignored, and noted', () => {
  for (const [required, protocol, packet] of [
    [[], PROTOCOL.chap, challenge(5)],
    [['pap'], PROTOCOL.chap, challenge(5)],
    [['chap-md5'], PROTOCOL.pap, control(3, 1, encodePapMessage(Buffer.from('no')))],
    [[], PROTOCOL.pap, control(1, 1, Buffer.from([1, 65, 1, 66]))],
  ] as const) {
    const wire = new Wire({ ac: requiring(...required) }).start();
    const sent = wire.trace.length;
    wire.host.receive(protocol, packet, wire.now);
    wire.pass(60_000);
    assert.equal(wire.trace.length, sent);
    assert.equal(wire.host.phase, 'open');
    assert.match(wire.host.progress.at(-1) ?? '', /^Ignored (CHAP|PAP), which LCP did not agree on$/);
  }
});

test('what a negotiation agreed on ends with it: a challenge after one without authentication is ignored', () => {
  const wire = new Wire().start();
  wire.silence('ac');
  wire.host.receive(PROTOCOL.lcp, control(CONTROL.configureRequest, 200), wire.now);
  const request = wire
    .sent('host', PROTOCOL.lcp)
    .find(({ at, packet }) => at === wire.now && packet.code === 1)?.packet;
  assert.ok(request);
  wire.host.receive(PROTOCOL.lcp, control(CONTROL.configureAck, request.identifier, request.data), wire.now);
  assert.equal(wire.host.phase, 'network');
  const sent = wire.sent('host', PROTOCOL.chap).length;
  wire.host.receive(PROTOCOL.chap, challenge(77), wire.now);
  assert.equal(wire.sent('host', PROTOCOL.chap).length, sent);
});

test('a decision about a claim from before a renegotiation is nobody’s', () => {
  const wire = undecided('chap-md5');
  wire.host.receive(PROTOCOL.lcp, control(CONTROL.configureRequest, 200), wire.now);
  const sent = wire.sent('ac', PROTOCOL.chap).length;
  wire.ac.receive(PROTOCOL.lcp, control(CONTROL.configureRequest, 200), wire.now);
  assert.equal(wire.ac.phase, 'establish');
  wire.ac.connection.decide({ accepted: true, text: '' }, wire.now);
  assert.equal(wire.sent('ac', PROTOCOL.chap).length, sent);
});

for (const [demanded, required] of [
  ['chap-md5', 'chap-md5'],
  ['ms-chap-v2', 'ms-chap-v2'],
  ['ms-chap-v2', 'chap-md5'],
  ['chap-md5', 'ms-chap-v2'],
] as const) {
  test(`our own ${required} challenge, reflected as ${demanded}, ends in authentication-failed`, () => {
    const wire = new Wire({
      host: { lcp: { ...HOST.lcp, allowed: [demanded], required: [required] } },
      ac: {
        lcp: { mru: 1_492, allowed: [required], required: [demanded] },
        credentials: { username: 'ac', password: 'x' },
      },
    });
    wire.drop = ({ protocol }) => protocol === PROTOCOL.chap;
    wire.start(100);
    const ours = wire.sent('host', PROTOCOL.chap)[0]?.packet;
    assert.ok(ours);
    wire.host.receive(PROTOCOL.chap, control(ours.code, ours.identifier, ours.data), wire.now);
    assert.ok(!wire.codes('host', PROTOCOL.chap).includes(2));
    wire.pass(60_000);
    assert.equal(wire.host.reason?.code, 'authentication-failed');
  });
}

test('both ends authenticate themselves with MS-CHAPv2', () => {
  const both = { mru: 1_492, allowed: ['ms-chap-v2'], required: ['ms-chap-v2'] } as const;
  const wire = new Wire({ host: { lcp: both }, ac: { lcp: both, credentials: CREDENTIALS } });
  wire.start();
  assert.deepEqual([wire.host.phase, wire.ac.phase], ['open', 'open']);
  assert.deepEqual([wire.host.claims.length, wire.ac.claims.length], [1, 1]);
});

for (const detail of ['password-expired', 'account-disabled'] as const) {
  test(`ms-chap-v2: ${detail} is told from a wrong password, and keeps the code`, () => {
    const wire = new Wire({ ac: requiring('ms-chap-v2') });
    wire.ac.decide = () => ({ accepted: false, text: 'Call us', detail });
    wire.start();
    assert.equal(wire.host.reason?.code, 'authentication-failed');
    assert.equal(wire.host.reason.detail, detail);
    assert.match(wire.host.reason.text, /: Call us$/);
  });
}

test('ms-chap-v2: an authenticator that does not know the password is found out', () => {
  const wire = undecided('ms-chap-v2');
  const { identifier } = wire.sent('host', PROTOCOL.chap).at(-1)?.packet ?? { identifier: 0 };
  wire.host.receive(PROTOCOL.chap, control(3, identifier, `S=${'0'.repeat(40)} M=Welcome`), wire.now);
  assert.ok(!wire.host.phases.includes('network'));
  wire.pass(60_000);
  assert.equal(wire.host.reason?.code, 'authentication-failed');
  assert.match(wire.host.reason.text, /impostor/);
});

test('ms-chap-v2: malformed packets change nothing, and are counted', () => {
  const wire = new Wire({ ac: requiring('ms-chap-v2') });
  wire.drop = ({ protocol }) => protocol === PROTOCOL.chap;
  wire.start(100);
  for (const length of [1, 15, 17]) {
    const data = encodeChapValue({ value: Buffer.alloc(length, 1), name: Buffer.alloc(0) });
    wire.host.receive(PROTOCOL.chap, control(1, 9, data), wire.now);
    wire.ac.receive(PROTOCOL.chap, control(2, 1, data), wire.now);
  }
  assert.deepEqual([wire.host.malformed, wire.ac.malformed], [3, 3]);
  assert.deepEqual([wire.host.phase, wire.ac.phase], ['authenticate', 'authenticate']);
});

test('authentication before LCP is open is ignored', () => {
  const wire = new Wire();
  wire.silence('ac');
  wire.start(50);
  wire.host.receive(PROTOCOL.chap, challenge(1), wire.now);
  wire.host.receive(PROTOCOL.pap, control(2, 1), wire.now);
  assert.equal(wire.host.phase, 'establish');
  assert.equal(wire.sent('host', PROTOCOL.chap).length, 0);
});

test('a peer that rejects authentication as such is refused at once, in order', () => {
  const wire = new Wire({ host: { lcp: { ...HOST.lcp, allowed: [] } }, ac: requiring('chap-md5') }).start();
  assert.deepEqual(wire.ac.reason, { code: 'authentication-failed', text: 'The peer refuses to say who it is' });
  assert.equal(wire.host.reason?.code, 'peer-terminated');
  assert.deepEqual([wire.host.phase, wire.ac.phase], ['dead', 'dead']);
});
