import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { authenticationOf } from '../../nodes/shared/authentication';
import { concentratorOptions } from '../../nodes/shared/concentrator-options';
import { type SessionConfig, sessionOptions } from '../../nodes/shared/session-options';
import { AUTHENTICATION_PROTOCOLS, AUTHENTICATOR_PROTOCOLS } from '../../src/index';
import { concentratorIn, credentials, helper, Inbox, labFlow, load, up } from './world';

const session = (authentication?: unknown) =>
  sessionOptions({ interface: 'virtual:x', authentication } as SessionConfig, {}).authentication;
const concentrator = (authentication?: string) =>
  concentratorOptions({ interface: 'virtual:x', ...(authentication === undefined ? {} : { authentication }) }, {})
    .authentication;

test('the values of the selects that were there before are still read', () => {
  assert.deepEqual(session('any'), AUTHENTICATION_PROTOCOLS);
  assert.deepEqual(session('chap-md5'), ['chap-md5']);
  assert.deepEqual(session('pap'), ['pap']);
  assert.deepEqual(concentrator('any'), AUTHENTICATOR_PROTOCOLS);
  assert.deepEqual(concentrator('none'), []);
  assert.deepEqual(concentrator('pap'), ['pap']);
});

test('without a value all protocols are allowed, PAP last; an access concentrator does not ask for EAP', () => {
  for (const nothing of [undefined, '']) {
    assert.deepEqual(session(nothing), ['ms-chap-v2', 'chap-md5', 'eap', 'pap']);
    assert.deepEqual(concentrator(nothing), ['ms-chap-v2', 'chap-md5', 'pap']);
  }
});

test('several names are taken in their order, each once', () => {
  assert.deepEqual(session('pap, eap,pap'), ['pap', 'eap']);
  assert.deepEqual(session(['chap-md5', 'ms-chap-v2']), ['chap-md5', 'ms-chap-v2']);
  assert.deepEqual(concentrator('chap-md5,ms-chap-v2'), ['chap-md5', 'ms-chap-v2']);
});

test('a name that is none, or nothing at all for a session, is a RangeError and never all protocols', () => {
  for (const wrong of ['chap', 'none', 'pap,none', 'any,pap', 'pap,MS-CHAP-V2']) {
    assert.throws(() => session(wrong), RangeError, wrong);
  }
  assert.throws(() => concentrator('eap'), RangeError);
  assert.throws(() => authenticationOf(['any', 'pap'], AUTHENTICATION_PROTOCOLS), RangeError);
});

before(() => helper.startServer());
after(() => helper.stopServer());
afterEach(() => helper.unload());

const STATE = [
  { id: 'state', type: 'pppoe-state', z: 'tab', session: 'session', wires: [['states'], []] },
  { id: 'states', type: 'helper', z: 'tab' },
  { id: 'catch', type: 'catch', z: 'tab', scope: null, wires: [['errors']] },
  { id: 'errors', type: 'helper', z: 'tab' },
];

test('a flow whose session allows one protocol comes up with it', async () => {
  for (const authentication of ['ms-chap-v2', 'chap-md5', 'pap']) {
    await load(labFlow([], { authentication }).flow);
    await up();
    assert.equal(concentratorIn().subscribers[0]?.username, 'anna');
    await helper.unload();
  }
});

test('a refusal and its detail are told by pppoe-state, and with the error', async () => {
  const { flow } = labFlow(STATE, { authentication: 'ms-chap-v2' });
  await load(flow, credentials('wrong'));
  const states = new Inbox('states');
  const { error, reason } = await new Inbox('errors').next();
  const expected = {
    code: 'authentication-failed',
    text: 'Wrong user name or password: Login incorrect',
    detail: 'wrong-credentials',
    diagnosis:
      'User name or password is wrong: the provider refused anna. Are user name and password exactly those of the ' +
      'provider, with the realm (user@realm) if there is one?',
  };
  assert.equal((error as { code: string }).code, 'authentication-failed');
  assert.deepEqual(reason, expected);
  assert.deepEqual((await states.next(({ payload }) => payload === 'waiting'))['reason'], expected);
});
