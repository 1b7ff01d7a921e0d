import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CODE, TAG } from '../../src/wire/pppoe';
import { AC1, AC2, DiscoveryRig, offerTags, tag } from './discovery-rig';

test('without a window the first acceptable offer is taken at once', () => {
  const rig = new DiscoveryRig().start().offer(AC2, offerTags('ac-2')).offer(AC1);
  assert.deepEqual(rig.story, ['0 PADI', '0 PADR AC2']);
});

test('with a window offers are collected from the first on, and the first is asked', () => {
  const rig = new DiscoveryRig({ offerWindow: 300 }).start().pass(50).offer(AC2, offerTags('ac-2'));
  rig.pass(299).offer(AC1);
  assert.deepEqual(rig.story, ['0 PADI']);
  rig.pass(1);
  assert.deepEqual(rig.story, ['0 PADI', '350 PADR AC2']);
});

test('each offer tells how long it took, from PADI to PADO', () => {
  const rig = new DiscoveryRig({ offerWindow: 300 }).start().pass(1_000);
  rig.pass(20).offer(AC1);
  rig.pass(30).offer(AC2, offerTags('ac-2'));
  rig.pass(1_000).confirm(AC1, 0);
  assert.deepEqual(
    rig.requested.map(({ responseTime }) => responseTime),
    [20, 50],
  );
});

test('an offer outside the filters is not taken: AC-Name', () => {
  const rig = new DiscoveryRig({ acName: 'ac-2' }).start().offer(AC1).offer(AC2, offerTags('ac-2'));
  assert.deepEqual(rig.story, ['0 PADI', '0 PADR AC2']);
  const unnamed = new DiscoveryRig({ acName: 'ac-2' }).start().offer(AC2, [tag(TAG.serviceName)]);
  assert.deepEqual(unnamed.story, ['0 PADI']);
});

test('an offer outside the filters is not taken: address', () => {
  const rig = new DiscoveryRig({ acAddress: AC2 }).start().offer(AC1).offer(AC2);
  assert.deepEqual(rig.story, ['0 PADI', '0 PADR AC2']);
});

test('an offer outside the filters is not taken: Service-Name', () => {
  const rig = new DiscoveryRig({ serviceName: 'isp' }).start().offer(AC1, offerTags('ac-1', 'other'));
  assert.deepEqual(rig.story, ['0 PADI']);
  rig.offer(AC2, [tag(TAG.serviceName, 'tv'), tag(TAG.serviceName, 'isp')]);
  assert.deepEqual(rig.story, ['0 PADI', '0 PADR AC2']);
});

test('an offer with an empty service, or with none, leaves the choice to PADR', () => {
  for (const tags of [
    offerTags('ac-1', ''),
    [tag(TAG.acName, 'ac-1')],
    [...offerTags('ac-1', ''), tag(TAG.serviceName, 'tv')],
  ]) {
    const rig = new DiscoveryRig({ serviceName: 'isp' }).start().offer(AC1, tags);
    assert.equal(rig.story.at(-1), '0 PADR AC1');
    assert.equal(rig.last(TAG.serviceName), 'isp');
  }
});

test('who asks for any service takes an offer of any', () => {
  const rig = new DiscoveryRig().start().offer(AC1, offerTags('ac-1', 'tv'));
  assert.equal(rig.story.at(-1), '0 PADR AC1');
});

test('an offer without AC-Name is accepted, and called by its address', () => {
  const rig = new DiscoveryRig().start().offer(AC1, []).confirm(AC1, 5);
  assert.equal(rig.sessions[0]?.offer.acName, undefined);
  assert.ok(rig.progress.some((line) => line.includes('02:00:5e:10:00:a1')));
});

test('an AC-Name with control characters does not reach people as it is, but is compared as it is', () => {
  const name = 'ac\u001b[31m\r\n1';
  const rig = new DiscoveryRig({ acName: name }).start().offer(AC1, offerTags(name)).confirm(AC1, 0);
  assert.equal(rig.requested[0]?.acName, name);
  for (const line of [...rig.progress, rig.failures[0]?.text ?? '']) assert.doesNotMatch(line, /\p{C}/u);
});

test('offers that none of the settings ask for: no-offer, and said so', () => {
  const rig = new DiscoveryRig({ acName: 'x' }).start().offer().pass(60_000);
  assert.deepEqual(rig.failures, [
    { code: 'no-offer', text: 'Access concentrators answered, but none that the settings ask for' },
  ]);
});

test('the refusal of an Access Concentrator that is not asked for is not the reason', () => {
  const rig = new DiscoveryRig({ acName: 'ac-2' }).start().offer(AC1, [...offerTags(), tag(TAG.genericError, 'full')]);
  rig.pass(60_000);
  assert.equal(rig.failures[0]?.code, 'no-offer');
});

test('a refusal falls back to the next offer, with its own cookie', () => {
  const rig = new DiscoveryRig({ offerWindow: 100 }).start().offer(AC1).offer(AC2, offerTags('ac-2')).pass(100);
  assert.equal(rig.last(TAG.acCookie), 'cookie of ac-1');
  rig.confirm(AC1, 0, [tag(TAG.acSystemError, 'full')]);
  assert.deepEqual(rig.story, ['0 PADI', '100 PADR AC1', '100 PADR AC2']);
  assert.equal(rig.last(TAG.acCookie), 'cookie of ac-2');
  assert.deepEqual(
    rig.requested.map(({ acName }) => acName),
    ['ac-1', 'ac-2'],
  );
  rig.confirm(AC2, 4);
  assert.equal(rig.sessions[0]?.offer.acName, 'ac-2');
  assert.deepEqual(rig.failures, []);
});

test('silence falls back to the next offer', () => {
  const rig = new DiscoveryRig({ attempts: 2 }).start().offer(AC1).offer(AC2, offerTags('ac-2')).pass(3_000);
  assert.deepEqual(rig.story, ['0 PADI', '0 PADR AC1', '1000 PADR AC1', '3000 PADR AC2']);
});

test('when all refuse, or are silent, the last refusal is the reason', () => {
  const rig = new DiscoveryRig({ offerWindow: 100 }).start().offer(AC1).offer(AC2, offerTags('ac-2')).pass(100);
  rig.confirm(AC1, 0, [tag(TAG.acSystemError, 'full')]).pass(60_000);
  assert.deepEqual(rig.failures, [
    { code: 'refused', text: "Refused by 'ac-1': AC-System-Error: full", detail: 'ac-system-error' },
  ]);
});

test('an offer that comes while another is asked is kept as a fallback', () => {
  const rig = new DiscoveryRig().start().offer(AC1).pass(10).offer(AC2, offerTags('ac-2')).confirm(AC1, 0);
  assert.equal(rig.story.at(-1), '10 PADR AC2');
});

test('who has been asked in this attempt is not asked again, whatever it offers', () => {
  const rig = new DiscoveryRig()
    .start()
    .pass(1_200)
    .offer(AC1)
    .offer(AC1)
    .confirm(AC1, 0, [tag(TAG.genericError)]);
  assert.equal(rig.sent.filter(({ code }) => code === CODE.PADR).length, 1);
  assert.equal(rig.failures[0]?.code, 'refused');
});

test('a late PADS of one that was given up is ended, and the session of the other stays', () => {
  const early = new DiscoveryRig({ attempts: 1 }).start().offer(AC1).offer(AC2, offerTags('ac-2')).pass(1_000);
  assert.equal(early.story.at(-1), '1000 PADR AC2');
  early.confirm(AC1, 5);
  assert.equal(early.story.at(-1), '1000 PADT AC1 5');
  early.confirm(AC2, 5);
  assert.deepEqual(early.sessions[0]?.offer.address, AC2);
  early.confirm(AC1, 6);
  assert.equal(early.story.at(-1), '1000 PADT AC1 6');
  assert.equal(early.sessions.length, 1);
});
