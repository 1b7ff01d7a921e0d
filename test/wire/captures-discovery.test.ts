import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONTROL } from '../../src/wire/control';
import { LCP_OPTION } from '../../src/wire/lcp';
import { formatMac } from '../../src/wire/mac-address';
import { PROTOCOL } from '../../src/wire/ppp';
import { CODE } from '../../src/wire/pppoe';
import { frameOf, optionsOf, tagsOf } from './capture-layers';
import { hex } from './codec';

test('discovery with rp-pppoe: addresses, tags and session id of PADI, PADO, PADR and PADS', () => {
  const name = 'pppd-rp-pppoe-chap';
  const hostUniq = hex('df020000');
  const cookie = hex('b3cfa1772b59534a9a05f33cf8025325d9020000');
  const { ethernet } = frameOf(name, 1);
  assert.equal(formatMac(ethernet.destination), 'ff:ff:ff:ff:ff:ff');
  assert.equal(formatMac(ethernet.source), '02:50:45:45:52:cc');
  const empty = ['serviceName', Buffer.alloc(0)] as const;
  const isp = ['serviceName', Buffer.from('isp')] as const;
  assert.deepEqual(tagsOf(name, 1), { code: CODE.PADI, sessionId: 0, tags: [empty, ['hostUniq', hostUniq]] });
  assert.deepEqual(tagsOf(name, 2), {
    code: CODE.PADO,
    sessionId: 0,
    tags: [['acName', Buffer.from('LabAC')], isp, empty, ['acCookie', cookie], ['hostUniq', hostUniq]],
  });
  assert.deepEqual(tagsOf(name, 3), {
    code: CODE.PADR,
    sessionId: 0,
    tags: [empty, ['hostUniq', hostUniq], ['acCookie', cookie]],
  });
  assert.deepEqual(tagsOf(name, 4), { code: CODE.PADS, sessionId: 1, tags: [isp, ['hostUniq', hostUniq]] });
});

test('accel-ppp names itself LabAccel, in the PADO and in the PADT of its second session', () => {
  const acName = ['acName', Buffer.from('LabAccel')] as const;
  assert.deepEqual(tagsOf('pppd-accel-ppp-chap', 2).tags[0], acName);
  const padt = tagsOf('pppd-accel-ppp-chap', 99);
  assert.equal(padt.code, CODE.PADT);
  assert.equal(padt.sessionId, 0x40);
  assert.deepEqual(padt.tags, [acName, ['serviceName', Buffer.alloc(0)]]);
});

test('PPP-Max-Payload 1500 is asked for and echoed, and LCP then goes without an MRU', () => {
  const name = 'pppd-rp-pppoe-rfc4638';
  const tag = ['pppMaxPayload', hex('05dc')] as const;
  for (const number of [1, 2, 3, 4]) {
    const { tags } = tagsOf(name, number);
    assert.deepEqual(
      tags.find(([type]) => type === 'pppMaxPayload'),
      tag,
    );
  }
  assert.deepEqual(optionsOf(name, 5, PROTOCOL.lcp), {
    code: CONTROL.configureRequest,
    identifier: 1,
    options: [{ type: LCP_OPTION.magicNumber, data: hex('5b435026') }],
  });
});

test('PADM carries a URL and a message', () => {
  const name = 'pppd-rp-pppoe-padm';
  assert.deepEqual(tagsOf(name, 6), {
    code: CODE.PADM,
    sessionId: 1,
    tags: [['hurl', Buffer.from('http://lab.example/')]],
  });
  assert.deepEqual(tagsOf(name, 7), {
    code: CODE.PADM,
    sessionId: 1,
    tags: [['motm', Buffer.from('Hello from LabAC')]],
  });
});

test('PADT carries a Generic-Error text', () => {
  assert.deepEqual(tagsOf('pppd-rp-pppoe-ac-stops', 35), {
    code: CODE.PADT,
    sessionId: 1,
    tags: [['genericError', Buffer.from('RP-PPPoE: Child pppd process terminated')]],
  });
  assert.deepEqual(tagsOf('pppd-user-mode-rp-pppoe-chap', 58).tags, [
    ['genericError', Buffer.from('RP-PPPoE: System call error: Input/output error')],
    ['acCookie', hex('9a90bbe8c1a376ec280c29819d6de815db020000')],
  ]);
});
