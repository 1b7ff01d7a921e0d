import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerDhcpv6, type Dhcpv6Terms } from '../../src/concentrator/ipv6/dhcpv6-server';
import {
  type Dhcpv6Option,
  decodeIa,
  decodeIaPrefix,
  decodeStatus,
  encodeIa,
  encodeIaPrefix,
  findOption,
  DHCPV6_MESSAGE as MESSAGE,
  DHCPV6_OPTION as OPTION,
} from '../../src/wire/dhcpv6';
import { formatIpv6 } from '../../src/wire/ip';
import { parseIpv6 } from '../../src/wire/ipv6';

const CLIENT = { code: OPTION.clientId, data: Buffer.from('client') };
const SERVER_ID = Buffer.from('server');
const SERVER = { code: OPTION.serverId, data: SERVER_ID };
const OTHER_SERVER = { code: OPTION.serverId, data: Buffer.from('other') };
const PREFIX = { address: parseIpv6('2001:db8:f000::'), length: 48 };

function association(code: number, options: readonly Dhcpv6Option[] = [], iaid = 9): Dhcpv6Option {
  return { code, data: encodeIa({ iaid, t1: 0, t2: 0, options }) };
}
const PD = association(OPTION.iaPd);

function serve(type: number, options: readonly Dhcpv6Option[], has: boolean = true) {
  const calls: string[] = [];
  const terms: Dhcpv6Terms = {
    serverId: SERVER_ID,
    dns: [parseIpv6('2001:db8::53')],
    lifetime: 3_600,
    reserve: () => {
      calls.push('reserve');
      return has ? PREFIX : undefined;
    },
    delegate: () => {
      calls.push('delegate');
      return has ? PREFIX : undefined;
    },
    release: () => calls.push('release'),
  };
  return { answer: answerDhcpv6({ type, transactionId: 0x123456, options }, terms), calls };
}

/** The prefixes of an answer, with their valid lifetimes; or the status that stands for them. */
function prefixesOf(options: readonly Dhcpv6Option[], code: number = OPTION.iaPd) {
  return options
    .filter((option) => option.code === code)
    .map(({ data }) => {
      const ia = decodeIa(data);
      const status = findOption(ia.options, OPTION.statusCode);
      if (status) return decodeStatus(status).code;
      return ia.options.map(({ data: one }) => {
        const { prefix, length, valid } = decodeIaPrefix(one);
        return `${formatIpv6(prefix)}/${length} ${valid}`;
      });
    });
}

test('a Solicit gets an Advertise with what would be given, and nothing is given yet', () => {
  const { answer, calls } = serve(MESSAGE.solicit, [CLIENT, PD]);
  assert.equal(answer?.type, MESSAGE.advertise);
  assert.equal(answer.transactionId, 0x123456);
  assert.deepEqual(findOption(answer.options, OPTION.clientId), CLIENT.data);
  assert.deepEqual(findOption(answer.options, OPTION.serverId), SERVER_ID);
  assert.deepEqual(prefixesOf(answer.options), [['2001:db8:f000::/48 7200']]);
  assert.deepEqual(calls, ['reserve']);
});

test('a Solicit with Rapid Commit gets a Reply that says so, and the prefix is given', () => {
  const { answer, calls } = serve(MESSAGE.solicit, [CLIENT, PD, { code: OPTION.rapidCommit, data: Buffer.alloc(0) }]);
  assert.equal(answer?.type, MESSAGE.reply);
  assert.ok(findOption(answer.options, OPTION.rapidCommit));
  assert.deepEqual(calls, ['delegate']);
});

for (const [name, type, server] of [
  ['Request', MESSAGE.request, SERVER],
  ['Renew', MESSAGE.renew, SERVER],
  ['Rebind', MESSAGE.rebind, undefined],
] as const) {
  test(`a ${name} gets the prefix, and the end of every other that the host still has`, () => {
    const old = { prefix: parseIpv6('2001:db8:9::'), length: 48, preferred: 5, valid: 5, options: [] };
    const own = association(OPTION.iaPd, [{ code: OPTION.iaPrefix, data: encodeIaPrefix(old) }]);
    const { answer, calls } = serve(type, [CLIENT, ...(server ? [server] : []), own]);
    assert.equal(answer?.type, MESSAGE.reply);
    assert.deepEqual(prefixesOf(answer.options), [['2001:db8:f000::/48 7200', '2001:db8:9::/48 0']]);
    assert.deepEqual(calls, ['delegate']);
  });
}

test('addresses, a second association, and a prefix when there is none are refused by their status', () => {
  const second = association(OPTION.iaPd, [], 10);
  const { answer } = serve(MESSAGE.request, [CLIENT, SERVER, association(OPTION.iaNa), PD, second]);
  assert.deepEqual(prefixesOf(answer?.options ?? [], OPTION.iaNa), [2]);
  assert.deepEqual(prefixesOf(answer?.options ?? []), [['2001:db8:f000::/48 7200'], 6]);
  assert.deepEqual(prefixesOf(serve(MESSAGE.request, [CLIENT, SERVER, PD], false).answer?.options ?? []), [6]);
});

test('a Release gives the prefix back, and is acknowledged', () => {
  const { answer, calls } = serve(MESSAGE.release, [CLIENT, SERVER, PD]);
  assert.equal(decodeStatus(findOption(answer?.options ?? [], OPTION.statusCode) ?? Buffer.alloc(0)).code, 0);
  assert.deepEqual(calls, ['release']);
});

test('an Information-request gets the name servers, without saying who asks', () => {
  const { answer } = serve(MESSAGE.informationRequest, []);
  assert.deepEqual(findOption(answer?.options ?? [], OPTION.dnsServers), parseIpv6('2001:db8::53'));
});

test("what is another server's, or of nobody, or no client's message, is not answered", () => {
  for (const [type, options] of [
    [MESSAGE.request, [CLIENT, OTHER_SERVER, PD]],
    [MESSAGE.request, [CLIENT, PD]],
    [MESSAGE.rebind, [CLIENT, OTHER_SERVER, PD]],
    [MESSAGE.solicit, [PD]],
    [MESSAGE.reply, [CLIENT, SERVER, PD]],
    [MESSAGE.confirm, [CLIENT]],
  ] as const) {
    assert.deepEqual(serve(type, options), { answer: undefined, calls: [] });
  }
});
