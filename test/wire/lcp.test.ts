import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTHENTICATION_PROTOCOLS, authenticationOf, authenticationOption, LCP_OPTION } from '../../src/wire/lcp';
import { hex } from './codec';

test('Authentication-Protocol options are as RFC 1334, RFC 1994, RFC 2759 and RFC 3748 print them', () => {
  assert.deepEqual(authenticationOption('pap'), { type: 3, data: hex('c023') });
  assert.deepEqual(authenticationOption('chap-md5'), { type: 3, data: hex('c223 05') });
  assert.deepEqual(authenticationOption('ms-chap-v2'), { type: 3, data: hex('c223 81') });
  assert.deepEqual(authenticationOption('eap'), { type: 3, data: hex('c227') });
});

test('an Authentication-Protocol option is read back as the protocol it names', () => {
  assert.deepEqual(AUTHENTICATION_PROTOCOLS, ['ms-chap-v2', 'chap-md5', 'eap', 'pap'], 'PAP comes last');
  for (const protocol of AUTHENTICATION_PROTOCOLS) {
    assert.equal(authenticationOf(authenticationOption(protocol)), protocol);
  }
});

test('an unknown protocol or algorithm, or one cut short or too long, is none', () => {
  for (const data of ['', 'c0', 'c223', 'c223 06', 'c223 80', 'c227 04', 'c223 05 00', 'c023 00', 'c025', '0021']) {
    assert.equal(authenticationOf({ type: LCP_OPTION.authentication, data: hex(data) }), undefined, data);
  }
});
