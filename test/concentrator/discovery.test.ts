import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CODE, findTag, TAG } from '../../src/wire/pppoe';
import { AC, ANY_SERVICE, Bench, HOST, hostNumber, hostUniq, UNIQ } from './bench';

const service = (name: string) => ({ type: TAG.serviceName, value: Buffer.from(name) });
const names = (tags: readonly { type: number; value: Buffer }[]) =>
  tags.filter(({ type }) => type === TAG.serviceName).map(({ value }) => value.toString());

test('a PADI gets a PADO to its sender, with AC-Name, services, cookie and what must be echoed', () => {
  const bench = new Bench({ acName: 'lab', serviceNames: ['gold', 'silver'] });
  const relay = { type: TAG.relaySessionId, value: Buffer.from('relay') };
  const [pado, ...others] = bench.padi([ANY_SERVICE, hostUniq(UNIQ), relay]);
  assert.equal(others.length, 0);
  assert.ok(pado);
  assert.deepEqual([pado.code, pado.sessionId], [CODE.PADO, 0]);
  assert.deepEqual([pado.destination, pado.source], [HOST, AC]);
  assert.equal(findTag(pado.tags, TAG.acName)?.toString(), 'lab');
  assert.deepEqual(names(pado.tags).filter(Boolean), ['gold', 'silver']);
  assert.deepEqual(findTag(pado.tags, TAG.hostUniq), UNIQ);
  assert.deepEqual(findTag(pado.tags, TAG.relaySessionId), relay.value);
  assert.ok((findTag(pado.tags, TAG.acCookie)?.length ?? 0) >= 16);
});

test('a PADI for a service that is offered is answered, for another or without Service-Name it is not', () => {
  const bench = new Bench({ serviceNames: ['gold'] });
  assert.equal(bench.padi([service('gold')]).length, 1);
  assert.equal(bench.padi([service('')]).length, 1);
  assert.equal(bench.padi([service('lead')]).length, 0);
  assert.equal(bench.padi([]).length, 0);
  assert.equal(bench.concentrator.counters.refused, 2);
  const any = new Bench({ serviceNames: [''] });
  assert.deepEqual(names(any.padi([service('lead')])[0]?.tags ?? []).sort(), ['', 'lead']);
});

test('a PADI from a group address is not answered', () => {
  const bench = new Bench();
  assert.equal(bench.padi([ANY_SERVICE], Buffer.from('0300000000aa', 'hex')).length, 0);
  assert.equal(bench.padi([ANY_SERVICE], Buffer.alloc(6, 0xff)).length, 0);
});

test('a PADR with its cookie gets a PADS with a session, and the service that it asked for', () => {
  const bench = new Bench({ serviceNames: ['gold', ''] });
  const [pads] = bench.padr([service('gold'), hostUniq(UNIQ), bench.cookie()]);
  assert.equal(pads?.code, CODE.PADS);
  assert.notEqual(pads?.sessionId, 0);
  assert.deepEqual(names(pads?.tags ?? []), ['gold']);
  assert.deepEqual(findTag(pads?.tags ?? [], TAG.hostUniq), UNIQ);
  assert.equal(bench.sessions, 1);
});

test('a PADR without its cookie, or with any other, gets nothing and leaves nothing', () => {
  const bench = new Bench();
  const cookie = bench.cookie();
  const flipped = Buffer.from(cookie.value);
  flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
  const later = Buffer.from(cookie.value);
  later.writeDoubleBE(1e15);
  const tag = (value: Buffer) => ({ type: TAG.acCookie, value });
  const wrong = [
    [],
    [tag(Buffer.alloc(0))],
    [tag(flipped)],
    [tag(later)],
    [tag(cookie.value.subarray(1))],
    [tag(Buffer.concat([cookie.value, Buffer.alloc(1)]))],
  ];
  for (const tags of wrong) assert.deepEqual(bench.padr([ANY_SERVICE, hostUniq(UNIQ), ...tags]), []);
  // Another host's, another Host-Uniq's, another concentrator's.
  assert.deepEqual(bench.padr([ANY_SERVICE, hostUniq(UNIQ), cookie], hostNumber(9)), []);
  assert.deepEqual(bench.padr([ANY_SERVICE, hostUniq(Buffer.from('other')), cookie]), []);
  assert.deepEqual(bench.padr([ANY_SERVICE, cookie]), []);
  assert.deepEqual(bench.padr([ANY_SERVICE, hostUniq(UNIQ), new Bench({}, 2).cookie()]), []);
  assert.equal(bench.sessions, 0);
  assert.equal(bench.concentrator.counters.refused, wrong.length + 4);
  assert.equal(bench.padr([ANY_SERVICE, hostUniq(UNIQ), cookie]).length, 1);
});

test('a cookie expires', () => {
  const bench = new Bench({ cookieLifetime: 5_000 });
  const cookie = bench.cookie();
  bench.now += 5_001;
  assert.deepEqual(bench.padr([ANY_SERVICE, hostUniq(UNIQ), cookie]), []);
  assert.equal(bench.sessions, 0);
  bench.now -= 1;
  assert.equal(bench.padr([ANY_SERVICE, hostUniq(UNIQ), cookie]).length, 1);
});

test('a PADR for an unknown service is refused with Service-Name-Error, one without Service-Name too', () => {
  const bench = new Bench({ serviceNames: ['gold'] });
  for (const tags of [[service('lead')], []]) {
    const [pads] = bench.padr([...tags, hostUniq(UNIQ), bench.cookie()]);
    assert.equal(pads?.sessionId, 0);
    assert.ok(findTag(pads?.tags ?? [], TAG.serviceNameError));
  }
  assert.equal(bench.sessions, 0);
});

test('a repeated PADR gets the same session again', () => {
  const bench = new Bench();
  const tags = [ANY_SERVICE, hostUniq(UNIQ), bench.cookie()];
  const ids = [1, 2, 3].map(() => bench.padr(tags)[0]?.sessionId);
  assert.equal(new Set(ids).size, 1);
  assert.notEqual(ids[0], undefined);
  assert.equal(bench.sessions, 1);
});

test('a host with another Host-Uniq gets another session', () => {
  const bench = new Bench();
  const ids = [bench.session(HOST, Buffer.from('one')), bench.session(HOST, Buffer.from('two'))];
  assert.equal(new Set(ids).size, 2);
  assert.equal(bench.sessions, 2);
});

test('beyond the limit per host, and the limit in all, PADRs are refused with AC-System-Error', () => {
  const bench = new Bench({ maxSessions: 5, maxSessionsPerHost: 2 });
  const refused = (source: Buffer, uniq: string) => {
    const value = Buffer.from(uniq);
    const [pads] = bench.padr([ANY_SERVICE, hostUniq(value), bench.cookie(source, value)], source);
    assert.equal(pads?.sessionId, 0);
    assert.ok(findTag(pads?.tags ?? [], TAG.acSystemError));
  };
  for (const host of [1, 2]) {
    for (const uniq of ['a', 'b']) assert.ok(bench.session(hostNumber(host), Buffer.from(uniq)));
    refused(hostNumber(host), 'c');
  }
  assert.ok(bench.session(hostNumber(3)));
  refused(hostNumber(4), 'a');
  assert.equal(bench.sessions, 5);
});

test('session ids are neither 0 nor 65535, unique, and unpredictable', () => {
  const ids = Array.from({ length: 500 }, (_, index) => ({ bench: index % 2, index }));
  const benches = [new Bench({ maxSessions: 500 }, 7), new Bench({ maxSessions: 500 }, 8)] as const;
  const drawn = ids.map(({ bench, index }) => (bench ? benches[1] : benches[0]).session(hostNumber(index)) ?? 0);
  assert.ok(drawn.every((id) => id > 0 && id < 0xffff));
  const first = drawn.filter((_, index) => index % 2 === 0);
  const second = drawn.filter((_, index) => index % 2 === 1);
  assert.equal(new Set(first).size, first.length);
  assert.notDeepEqual(first, second);
  const steps = first.slice(1).map((id, index) => id - (first[index] ?? 0));
  assert.ok(new Set(steps).size > 200, 'ids follow a pattern');
});

test('100,000 PADIs and PADRs of made-up hosts leave no session, no deadline and no memory', () => {
  const bench = new Bench();
  const forged = { type: TAG.acCookie, value: Buffer.alloc(24, 0x40) };
  const flood = (first: number, count: number) => {
    for (let number = first; number < first + count; number++) {
      const source = hostNumber(number);
      bench.padi([ANY_SERVICE, hostUniq(source)], source);
      bench.padr([ANY_SERVICE, hostUniq(source), forged], source);
      bench.sent.length = 0;
    }
  };
  flood(1, 20_000);
  globalThis.gc?.();
  const before = process.memoryUsage();
  flood(20_001, 100_000);
  globalThis.gc?.();
  const after = process.memoryUsage();
  assert.equal(bench.sessions, 0);
  assert.equal(bench.concentrator.deadline, undefined);
  assert.deepEqual(bench.events, []);
  const grown = after.heapUsed + after.external - before.heapUsed - before.external;
  // Without --expose-gc the heap holds what has not been collected yet; a record of 200 octets per host would be 20 MB.
  assert.ok(grown < (globalThis.gc ? 2e6 : 6e7), `${grown} octets more`);
});
