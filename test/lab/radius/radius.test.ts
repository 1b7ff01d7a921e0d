// The lab's freeradius, asked by freeradius' own radclient: what a RADIUS client of ours can rely on.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  authenticatorResponse,
  challengeHash,
  challengeResponse,
  ntPasswordHash,
} from '../../../src/ppp/ms-chap-v2-hash';
import type { Lab } from '../lab';
import { labSuite } from '../requirements';
import { type RadiusServer, startRadius } from './server';

/** Attributes in the order of the packet, text without its quotes. */
type Attributes = readonly (readonly [name: string, value: string])[];

interface Reply {
  /** `Access-Accept`, `Access-Reject`, `Accounting-Response`, or `none`. */
  readonly packet: string;
  readonly attributes: Attributes;
  readonly output: string;
}

let requests = 0;

/** Sends one request, once; radclient itself judges the reply's authenticators. Waits 1 s for a reply. */
async function ask(
  lab: Lab,
  server: RadiusServer,
  kind: 'auth' | 'acct',
  request: Record<string, string>,
): Promise<Reply> {
  requests += 1;
  const file = join(lab.directory, `request-${requests}`);
  const lines = Object.entries(request).map(([name, value]) => `${name} = ${value}`);
  await writeFile(file, `${lines.join('\n')}\n`);
  const child = lab.run('radclient', ['-x', '-r', '1', '-t', '1', '-f', file, server.address, kind, server.secret]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data: Buffer) => {
      output += data.toString();
    });
  }
  await once(child, 'close');
  const [, packet = 'none', body = ''] = /^Received (\S+) .*\n((?:\t.*\n)*)/m.exec(output) ?? [];
  const attributes = [...body.matchAll(/^\t(\S+) = (.*)$/gm)].map(
    ([, name = '', value = '']) => [name, value.replace(/^"(.*)"$/, '$1')] as const,
  );
  return { packet, attributes, output };
}

const SIGNED = { 'Message-Authenticator': '0x00' };
const first = ({ attributes }: Reply, wanted: string) => attributes.find(([name]) => name === wanted)?.[1];

/** What RFC 2548 §2.3.2 has for an answer to a challenge, and what the server must prove with. */
function mschapV2(username: string, password: string) {
  const [challenge, peerChallenge] = [Buffer.alloc(16, 0x5a), Buffer.alloc(16, 0xa5)];
  const hash = challengeHash(peerChallenge, challenge, Buffer.from(username));
  const response = challengeResponse(hash, ntPasswordHash(password));
  const value = Buffer.concat([Buffer.of(7, 0), peerChallenge, Buffer.alloc(8), response]);
  return {
    request: { 'MS-CHAP-Challenge': hexadecimal(challenge), 'MS-CHAP2-Response': hexadecimal(value) },
    proof: `S=${authenticatorResponse(ntPasswordHash(password), response, hash).toString('hex').toUpperCase()}`,
  };
}

function hexadecimal(octets: Buffer): string {
  return `0x${octets.toString('hex')}`;
}

const METHODS = {
  PAP: (password: string) => ({ 'User-Password': `"${password}"` }),
  CHAP: (password: string) => ({ 'CHAP-Password': `"${password}"` }),
  'MS-CHAP': (password: string) => ({ 'MS-CHAP-Password': `"${password}"` }),
  MSCHAPv2: (password: string) => mschapV2('full', password).request,
};

labSuite(
  'freeradius in the lab',
  (lab) => startRadius(lab, { users: 'extra\tCleartext-Password := "other"' }),
  (server, lab) => {
    const authenticate = (request: Record<string, string>) => ask(lab(), server(), 'auth', { ...request, ...SIGNED });

    for (const [method, credentials] of Object.entries(METHODS)) {
      test(`${method}: lets the right password in and refuses a wrong one, in signed replies`, async () => {
        const accepted = await authenticate({ 'User-Name': 'full', ...credentials('secret') });
        assert.equal(accepted.packet, 'Access-Accept', accepted.output);
        assert.equal(first(accepted, 'Framed-IP-Address'), '10.64.9.9');
        assert.match(first(accepted, 'Message-Authenticator') ?? '', /^0x[0-9a-f]{32}$/);

        const refused = await authenticate({ 'User-Name': 'full', ...credentials('wrong') });
        assert.equal(refused.packet, 'Access-Reject', refused.output);
        assert.equal(first(refused, 'Reply-Message'), 'Login incorrect');
        assert.equal(first(refused, 'Framed-IP-Address'), undefined);
        assert.match(first(refused, 'Message-Authenticator') ?? '', /^0x[0-9a-f]{32}$/);
      });
    }

    test('MSCHAPv2: proves that the server knows the password, and tells the host what was wrong', async () => {
      const { request, proof } = mschapV2('full', 'secret');
      const accepted = await authenticate({ 'User-Name': 'full', ...request });
      const success = Buffer.from((first(accepted, 'MS-CHAP2-Success') ?? '').slice(2), 'hex');
      assert.equal(success[0], 7, 'the identifier of the response');
      assert.equal(success.subarray(1).toString(), proof);
      const refused = await authenticate({ 'User-Name': 'full', ...mschapV2('full', 'wrong').request });
      assert.match(first(refused, 'MS-CHAP-Error') ?? '', /E=691 R=1 C=[0-9a-f]{32} V=3/);
    });

    test('tells all that a session may be told', async () => {
      const { attributes } = await authenticate({ 'User-Name': 'full', 'User-Password': 'secret' });
      const told = attributes.filter(([name]) => name !== 'Message-Authenticator');
      assert.deepEqual(Object.fromEntries(told), {
        'Service-Type': 'Framed-User',
        'Framed-Protocol': 'PPP',
        'Framed-IP-Address': '10.64.9.9',
        'Framed-IP-Netmask': '255.255.255.255',
        'Framed-IPv6-Prefix': '2001:db8:9:9::/64',
        'Delegated-IPv6-Prefix': '2001:db8:900::/56',
        'MS-Primary-DNS-Server': '192.0.2.61',
        'MS-Secondary-DNS-Server': '192.0.2.62',
        'MS-Primary-NBNS-Server': '192.0.2.71',
        'DNS-Server-IPv6-Address': '2001:db8::61',
        'Session-Timeout': '86400',
        'Idle-Timeout': '3600',
        'Acct-Interim-Interval': '60',
        Class: '0x6c61622d636c617373',
        'Reply-Message': 'Welcome',
      });
    });

    test('refuses a closed account with words of its own, and knows the accounts that a test adds', async () => {
      const closed = await authenticate({ 'User-Name': 'closed', 'User-Password': 'secret' });
      assert.deepEqual([closed.packet, first(closed, 'Reply-Message')], ['Access-Reject', 'This account is closed']);
      const unknown = await authenticate({ 'User-Name': 'nobody', 'User-Password': 'secret' });
      assert.deepEqual([unknown.packet, first(unknown, 'Reply-Message')], ['Access-Reject', 'Login incorrect']);
      const extra = await authenticate({ 'User-Name': 'extra', 'User-Password': 'other' });
      assert.equal(extra.packet, 'Access-Accept');
    });

    test('answers no request without a Message-Authenticator', async () => {
      const { packet, output } = await ask(lab(), server(), 'auth', { 'User-Name': 'full', 'User-Password': 'secret' });
      assert.equal(packet, 'none');
      assert.match(output, /No reply from server/);
    });

    test('writes down the accounting of a session: start, interim update, stop', async () => {
      const session = { 'User-Name': 'full', 'Acct-Session-Id': '"0a1b2c"', Class: '0x6c61622d636c617373' };
      const since = (await server().records()).length;
      for (const [status, counters] of [
        ['Start', {}],
        ['Interim-Update', { 'Acct-Session-Time': '60', 'Acct-Input-Octets': '1000' }],
        ['Stop', { 'Acct-Session-Time': '90', 'Acct-Input-Octets': '2000', 'Acct-Terminate-Cause': 'User-Request' }],
      ] as const) {
        const request = { ...session, 'Acct-Status-Type': status, ...counters };
        assert.equal((await ask(lab(), server(), 'acct', request)).packet, 'Accounting-Response');
      }
      const stop = await server().record((record) => record['Acct-Status-Type'] === 'Stop', since);
      assert.equal(stop['Acct-Input-Octets'], '2000');
      assert.equal(stop['Acct-Terminate-Cause'], 'User-Request');
      assert.equal(stop['Class'], '0x6c61622d636c617373');
      const records = (await server().records()).slice(since);
      assert.deepEqual(
        records.map((record) => [record['Acct-Status-Type'], record['Acct-Session-Id']]),
        [
          ['Start', '0a1b2c'],
          ['Interim-Update', '0a1b2c'],
          ['Stop', '0a1b2c'],
        ],
      );
    });

    test('logs who came in and who did not, and no password', () => {
      assert.match(server().log, /Login OK: \[full\]/);
      assert.match(server().log, /Login incorrect.*\[full\]/);
      assert.doesNotMatch(server().log, /secret|wrong/);
    });
  },
);

labSuite(
  'two servers in one lab',
  async (lab) => ({
    unsigned: await startRadius(lab, { replies: 'unsigned' }),
    other: await startRadius(lab, { address: '127.0.0.2', secret: 'another' }),
  }),
  (servers, lab) => {
    const REQUEST = { 'User-Name': 'first', 'User-Password': 'secret', ...SIGNED };

    test('one can leave its replies without a Message-Authenticator', async () => {
      const reply = await ask(lab(), servers().unsigned, 'auth', REQUEST);
      assert.equal(reply.packet, 'Access-Accept');
      assert.equal(first(reply, 'Message-Authenticator'), undefined);
    });

    test('the other still answers when it has been stopped', async () => {
      const { unsigned, other } = servers();
      await unsigned.stop();
      assert.equal((await ask(lab(), unsigned, 'auth', REQUEST)).packet, 'none');
      const reply = await ask(lab(), other, 'auth', REQUEST);
      assert.deepEqual([reply.packet, first(reply, 'Framed-IP-Address')], ['Access-Accept', '10.64.9.1']);
    });
  },
);
