import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type Diagnosis, diagnose } from '../../src/client/diagnosis';
import { FINDINGS, fill, HINTS } from '../../src/client/diagnosis-texts';
import { type SessionSettings, sessionSettings } from '../../src/client/settings';
import type { TraceAttempt } from '../../src/client/trace';
import type { PppoeErrorCode, Reason, ReasonDetail } from '../../src/errors';
import { encodePadt } from '../../src/pppoe/host-discovery';
import { TAG } from '../../src/wire/pppoe';
import { ScriptedAc } from './scripted-ac';
import { ACCOUNT, Ac, connected, Host } from './stations';
import { World } from './world';

const reached = new Set<string>();

function diagnosed(
  reason: Reason | undefined,
  attempts: readonly TraceAttempt[],
  settings: Partial<SessionSettings> = {},
): Diagnosis {
  assert.ok(reason, 'there is a reason');
  const diagnosis = diagnose(reason, attempts, sessionSettings(settings), 'eth7');
  reached.add(diagnosis.finding);
  for (const hint of diagnosis.hints) reached.add(hint);
  assert.doesNotMatch(diagnosis.text, /\{\w+\}/, 'every value is filled in');
  assert.match(diagnosis.text, /[.?!]$/, 'it is in whole sentences');
  return diagnosis;
}

/** What is said of a host that has failed. */
function of(host: Host, settings: Partial<SessionSettings> = {}): Diagnosis {
  return diagnosed(host.session.reason, host.session.trace.attempts, { ...ACCOUNT, ...settings });
}

/** A host at work until it waits for its next attempt. */
function failed(world: World, settings: Partial<SessionSettings> = {}): Diagnosis {
  const host = new Host(world, settings).open();
  world.runUntil(() => host.state === 'waiting', 600_000);
  return of(host, settings);
}

/** Runs until it fails, while what one side sends of a protocol is lost. */
function failedWithout(lost: RegExp, from: 'ac' | 'host' = 'ac', settings: Partial<SessionSettings> = {}): Diagnosis {
  const world = new World();
  new Ac(world);
  world.tap = (sent) => (sent.from === from && lost.test(sent.text) ? 'drop' : undefined);
  return failed(world, settings);
}

function reasonOf(code: PppoeErrorCode, detail?: ReasonDetail): Reason {
  return { code, text: 'a text', ...(detail ? { detail } : {}) };
}

describe('no-offer', () => {
  test('silence: how often was asked, whether the modem is bridged, and a VLAN', () => {
    const { finding, text } = failed(new World(), { discoveryAttempts: 3 });
    assert.equal(finding, 'no-offer.silent');
    assert.match(text, /^No access concentrator answered in 3 attempts\. Is the modem bridged.* Is a VLAN needed\?/);
  });

  test('silence with a VLAN and a service name: whether these are right', () => {
    const { hints, text } = failed(new World(), {
      vlan: [{ vid: 8, pcp: 0, tpid: 0x8100, dei: false }],
      serviceName: 'gold',
    });
    assert.deepEqual(hints, ['bridged', 'vlan-right', 'service', 'cable']);
    assert.match(text, /Is VLAN 8 right.*'gold'/);
  });

  test('offers of others only: their names, and what was asked for', () => {
    const world = new World();
    new Ac(world, { acName: 'other-isp' });
    const { finding, text } = failed(world, { acName: 'my-isp' });
    assert.equal(finding, 'no-offer.unwanted');
    assert.match(text, /other-isp.*'my-isp'/);
  });

  test('offers of another address or service only', () => {
    const world = new World();
    new Ac(world);
    const acAddress = Buffer.of(2, 0, 0, 0, 0, 9);
    assert.deepEqual(failed(world, { acAddress }).hints, ['ac-address']);
  });
});

describe('refused', () => {
  const refusing = (tag: number, text: string, offered?: string) => {
    const world = new World();
    const padi = () => [
      { type: TAG.acName, value: Buffer.from('bras-1') },
      { type: TAG.serviceName, value: Buffer.alloc(0) },
      ...(offered ? [{ type: TAG.serviceName, value: Buffer.from(offered) }] : []),
    ];
    new ScriptedAc(world, { padi, padr: () => ({ id: 0, tags: [{ type: tag, value: Buffer.from(text) }] }) });
    return failed(world);
  };

  test('an unknown service: which ones are offered', () => {
    const { finding, text } = refusing(TAG.serviceNameError, 'no', 'silver');
    assert.equal(finding, 'refused.service');
    assert.match(text, /bras-1.*silver/);
    assert.deepEqual(refusing(TAG.serviceNameError, 'no').hints, ['provider']);
  });

  test('no room for another session: an old one may still be open', () => {
    assert.deepEqual(refusing(TAG.acSystemError, 'full').hints, ['old-session', 'one-session']);
  });

  test('anything else: what was said', () => {
    const { finding, text } = refusing(TAG.genericError, 'the moon is full');
    assert.equal(finding, 'refused.other');
    assert.match(text, /the moon is full/);
  });
});

describe('authentication-failed', () => {
  const wrong = (authentication: 'pap' | 'ms-chap-v2', settings: Partial<SessionSettings>) => {
    const world = new World();
    new Ac(world, { authentication: [authentication] });
    return failed(world, { password: 'Wr0ng-0ne', ...settings });
  };

  test('a wrong password, where the peer says so', () => {
    const { finding, text } = wrong('ms-chap-v2', { username: 'anna@isp' });
    assert.equal(finding, 'authentication.wrong-credentials');
    assert.match(text, /anna@isp/);
    assert.ok(!text.includes('Wr0ng-0ne'));
  });

  test('a refusal with a text only: the text', () => {
    const { finding, text } = wrong('pap', {});
    assert.equal(finding, 'authentication.refused');
    assert.match(text, /Login incorrect/);
  });

  test('no user name: said first', () => {
    assert.equal(wrong('pap', { username: '' }).hints[0], 'no-user');
  });

  test('the end of the session instead of an answer', () => {
    const world = new World();
    const ac = new Ac(world);
    world.tap = ({ text, frame, from }) => {
      if (from !== 'host' || !text.startsWith('CHAP')) return undefined;
      world.after(1, () => host.receive(encodePadt(ac.address, host.address, [], frame.readUInt16BE(16)), world.now));
      return 'drop';
    };
    const host = new Host(world).open();
    world.runUntil(() => host.state === 'waiting');
    assert.equal(of(host).finding, 'authentication.cut-off');
  });

  test('a line that asks for no login, where one is required', () => {
    const world = new World();
    new Ac(world, { authentication: [] });
    assert.equal(failed(world, { authenticationRequired: true }).finding, 'authentication.not-asked');
  });

  for (const detail of [
    'restricted-hours',
    'account-disabled',
    'password-expired',
    'no-dial-in-permission',
    'changing-password',
  ] as const) {
    test(`${detail} is said as such`, () => {
      const { finding } = diagnosed(reasonOf('authentication-failed', detail), []);
      assert.equal(finding, `authentication.${detail}`);
    });
  }
});

describe('negotiation-failed', () => {
  test('no common authentication protocol: what the peer asks for, and what is allowed', () => {
    const world = new World();
    new Ac(world, { authentication: ['pap'] });
    const { finding, text } = failed(world, { authentication: ['chap-md5'] });
    assert.equal(finding, 'negotiation.authentication');
    assert.match(text, /asks for PAP, the settings allow chap-md5/);
  });

  test('no agreement in LCP', () => {
    const { finding, hints } = diagnosed(reasonOf('negotiation-failed'), []);
    assert.equal(finding, 'negotiation.lcp');
    assert.deepEqual(hints, ['mru', 'provider']);
  });

  test('no address from the peer', () => {
    const world = new World();
    const ipcp = () => ({ address: Buffer.of(10, 0, 0, 1), askDns: false });
    new ScriptedAc(world, { padr: () => ({ id: 7 }), ppp: { ipcp } });
    const { finding, hints, text } = failed(world, { ipv6: false });
    assert.equal(finding, 'negotiation.network');
    assert.deepEqual(hints, ['other-family', 'provider']);
    assert.match(text, /IP-Address 0\.0\.0\.0/);
  });
});

describe('no-reply', () => {
  test('to PADR', () => {
    assert.equal(failedWithout(/^PADS/).finding, 'no-reply.requesting');
  });

  test('to LCP, without a frame of the session', () => {
    assert.equal(failedWithout(/^LCP/).finding, 'no-reply.establishing-silent');
  });

  test('to LCP, which had begun', () => {
    assert.equal(failedWithout(/^LCP Configure-Ack/).finding, 'no-reply.establishing');
  });

  test('to the credentials', () => {
    assert.equal(failedWithout(/^CHAP (Success|Failure)/).finding, 'no-reply.authenticating');
  });

  test('to IPCP', () => {
    assert.equal(failedWithout(/^IP(V6)?CP/).finding, 'no-reply.configuring');
  });

  test('to echoes, once up', () => {
    const world = new World();
    const { host, ac } = connected(world);
    ac.linkUp = false;
    world.runUntil(() => host.state === 'waiting', 600_000);
    assert.equal(of(host).finding, 'no-reply.up');
  });
});

describe('peer-terminated', () => {
  test('once up: what was said', () => {
    const world = new World();
    const { host, ac } = connected(world);
    const { sessionId = 0 } = host.snapshot;
    host.receive(encodePadt(ac.address, host.address, [], sessionId, 'maintenance'), world.now);
    const { finding, text } = of(host);
    assert.equal(finding, 'ended.up');
    assert.match(text, /maintenance/);
  });

  test('before it was up, without a word', () => {
    const world = new World();
    const ac = new Ac(world);
    world.tap = ({ text, frame, from }) => {
      if (from !== 'host' || !text.startsWith('LCP')) return undefined;
      world.after(1, () => host.receive(encodePadt(ac.address, host.address, [], frame.readUInt16BE(16)), world.now));
      return 'drop';
    };
    const host = new Host(world).open();
    world.runUntil(() => host.state === 'waiting');
    const { finding, text } = of(host);
    assert.equal(finding, 'ended.negotiating');
    assert.match(text, /no reason was told/);
  });
});

for (const [code, finding, said] of [
  ['loopback', 'loopback', /looped/],
  ['closed', 'closed', /by this side/],
  ['link-down', 'link-down', /plugged in/],
  ['no-interface', 'no-interface', /no interface eth7/],
  ['permission', 'permission', /CAP_NET_RAW/],
  ['no-native', 'no-native', /npm rebuild/],
  ['not-up', 'other', /a text/],
  ['too-long', 'other', /a text/],
  ['malformed', 'other', /a text/],
  ['no-account', 'other', /a text/],
  ['timeout', 'other', /a text/],
] as const) {
  test(`${code} is told without a trace`, () => {
    const diagnosis = diagnosed(reasonOf(code), []);
    assert.equal(diagnosis.finding, finding);
    assert.match(diagnosis.text, said);
  });
}

test('what a peer says is not taken for a placeholder', () => {
  assert.equal(fill('{said} {user}', { said: '{user}', user: 'anna' }), '{user} anna');
});

after(() => {
  const unreached = [...Object.keys(FINDINGS), ...Object.keys(HINTS)].filter((id) => !reached.has(id));
  assert.deepEqual(unreached, [], 'each text is said in a test');
});
