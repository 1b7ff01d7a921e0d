import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PppoeError } from '../../src/errors';
import { type DiscoveryPacket, decodeDiscovery } from '../../src/pppoe/discovery-packet';
import type { Interest } from '../../src/pppoe/engine';
import type { Offer } from '../../src/pppoe/offer';
import { Scan, type ScanSettings } from '../../src/pppoe/scan';
import { describeTag } from '../../src/pppoe/tag-text';
import { BROADCAST, type MacAddress } from '../../src/wire/mac-address';
import { CODE, findTag, TAG, type Tag } from '../../src/wire/pppoe';
import { seeded } from '../ppp/random';
import { AC1, AC2, HOST, offerTags, tag } from './discovery-rig';

class Rig {
  now = 100;
  readonly sent: (DiscoveryPacket & { readonly at: number })[] = [];
  readonly interests: Interest[] = [];
  readonly ends: (readonly Offer[] | PppoeError)[] = [];
  readonly scan: Scan;

  constructor(settings: Partial<ScanSettings> = {}) {
    this.scan = new Scan({ serviceName: '', attempts: 3, duration: 3_000, vlan: [], ...settings }, HOST, {
      send: (frame) => this.sent.push({ ...decodeDiscovery(frame), at: this.now }),
      listen: (interest) => this.interests.push(interest),
      random: seeded(1),
      done: (offers) => this.ends.push(offers),
      failed: (error) => this.ends.push(error),
    });
    this.scan.start(this.now);
  }

  pass(ms: number): this {
    const end = this.now + ms;
    for (let { deadline } = this.scan; deadline !== undefined && deadline <= end; { deadline } = this.scan) {
      this.now = deadline;
      this.scan.handle({ type: 'due' }, this.now);
    }
    this.now = end;
    return this;
  }

  answer(source: MacAddress, tags: readonly Tag[] = offerTags(), code: number = CODE.PADO): this {
    const packet = { destination: HOST, source, vlan: [], code, sessionId: 0, tags };
    this.scan.handle({ type: 'discovery', packet }, this.now);
    return this;
  }

  get offers(): readonly Offer[] {
    const [offers, ...others] = this.ends;
    assert.ok(offers && !(offers instanceof PppoeError) && others.length === 0);
    return offers;
  }
}

test('PADI is sent a number of times over the time, with one Host-Uniq, and nobody is asked for a session', () => {
  const rig = new Rig({ serviceName: 'isp' }).pass(10).answer(AC1).pass(60_000);
  assert.deepEqual(
    rig.sent.map(({ at, code, destination }) => [at, code, destination]),
    [100, 1_100, 2_100].map((at) => [at, CODE.PADI, BROADCAST]),
  );
  const uniq = rig.sent.map(({ tags }) => findTag(tags, TAG.hostUniq)?.toString('hex'));
  assert.equal(new Set(uniq).size, 1);
  assert.ok((uniq[0]?.length ?? 0) >= 16);
  assert.ok(rig.sent.every(({ tags }) => findTag(tags, TAG.serviceName)?.toString() === 'isp'));
  assert.deepEqual(rig.interests, [{ hostUniq: Buffer.from(uniq[0] ?? '', 'hex') }, {}]);
  assert.equal(rig.scan.deadline, undefined);
});

test('every access concentrator is listed once, with the time of its first answer', () => {
  const rig = new Rig().pass(20).answer(AC1).pass(5).answer(AC2, offerTags('ac-2', 'gold'));
  rig.pass(1_000).answer(AC1).pass(5_000);
  assert.deepEqual(
    rig.offers.map(({ acName, serviceNames, responseTime }) => [acName, serviceNames, responseTime]),
    [
      ['ac-1', [''], 20],
      ['ac-2', ['gold'], 25],
    ],
  );
});

test('an answer to a repeated PADI is timed from that one', () => {
  const rig = new Rig().pass(1_030).answer(AC1).pass(5_000);
  assert.equal(rig.offers[0]?.responseTime, 30);
});

test('one that sends an offer for each of its services is listed with each', () => {
  const rig = new Rig().answer(AC1, offerTags('ac-1', 'gold')).answer(AC1, offerTags('ac-1', 'silver')).pass(5_000);
  assert.deepEqual(
    rig.offers.flatMap(({ serviceNames }) => serviceNames),
    ['gold', 'silver'],
  );
});

test('answers that are no PADO, of group addresses, or late, are none', () => {
  const rig = new Rig().answer(BROADCAST).answer(AC1, offerTags(), CODE.PADS).pass(5_000).answer(AC2);
  assert.deepEqual(rig.offers, []);
});

test('PPP-Max-Payload is asked for, and the Service-Name left out, by option', () => {
  const tags = (settings: Partial<ScanSettings>) => new Rig(settings).sent[0]?.tags.map(({ type }) => type);
  assert.deepEqual(tags({ maxPayload: 1_500 }), [TAG.serviceName, TAG.hostUniq, TAG.pppMaxPayload]);
  assert.deepEqual(tags({ maxPayload: 1_492 }), [TAG.serviceName, TAG.hostUniq]);
  assert.deepEqual(tags({ omitServiceName: true }), [TAG.hostUniq]);
});

test('a link that goes down ends it', () => {
  const rig = new Rig().answer(AC1);
  const error = new PppoeError('link-down', 'The cable is out');
  rig.scan.handle({ type: 'link-down', error }, rig.now);
  rig.scan.handle({ type: 'link-down', error }, rig.now);
  assert.deepEqual(rig.ends, [error]);
  assert.equal(rig.scan.deadline, undefined);
});

test('tags are decoded for people: texts, numbers, vendors and octets', () => {
  const texts = [
    tag(TAG.acName, 'a\0c'),
    tag(TAG.serviceName),
    tag(TAG.pppMaxPayload, Buffer.from('05dc', 'hex')),
    tag(TAG.vendorSpecific, Buffer.from('00000de9abcd', 'hex')),
    tag(TAG.vendorSpecific, Buffer.from('00000de9', 'hex')),
    tag(TAG.vendorSpecific, Buffer.from('01', 'hex')),
    tag(TAG.acCookie, Buffer.from('00ff', 'hex')),
    tag(TAG.endOfList),
    tag(0x142, Buffer.from('07', 'hex')),
  ].map(describeTag);
  assert.deepEqual(
    texts.map(({ name, value }) => `${name}=${value}`),
    [
      'AC-Name=a c',
      'Service-Name=',
      'PPP-Max-Payload=1500',
      'Vendor-Specific=vendor 3561: abcd',
      'Vendor-Specific=vendor 3561',
      'Vendor-Specific=01',
      'AC-Cookie=00ff',
      'End-Of-List=',
      '0x0142=07',
    ],
  );
});
