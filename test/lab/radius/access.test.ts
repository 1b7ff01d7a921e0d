// A real client at our access concentrator in a real Node-RED, which asks Debian's freeradius.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Access, startAccess } from '../access';
import { type Call, type CallOptions, call } from '../clients';
import type { Client, Lab } from '../lab';
import { labSuite } from '../requirements';
import { type RadiusServer, startRadius } from './server';

const SECRET = 'lab-shared-secret';

interface Peers {
  readonly client: Client;
  readonly access: Access;
}

/** Our access concentrator with these RADIUS servers, and a client that can dial in to it. */
async function start(lab: Lab, radiusServers: string, node: Record<string, unknown> = {}): Promise<Peers> {
  const client = await lab.startClient({ dial: false });
  const access = await startAccess(lab, client.interface, {
    node: { admission: 'radius', radiusServers, ...node },
    accounts: [],
    radiusSecret: SECRET,
  });
  return { client, access };
}

async function connect({ client, access }: Peers, options: CallOptions) {
  const since = access.mark;
  const dialled = await call(client, options);
  const addresses = await dialled.up();
  return { dialled, addresses, subscriber: await access.up(since) };
}

async function hangUp({ access }: Peers, dialled: Call): Promise<void> {
  const since = access.mark;
  await dialled.hangUp();
  await dialled.ended();
  await access.down(since);
}

/** Dials and is refused: why, as we tell it, and what pppd logged. */
async function refused({ client, access }: Peers, options: CallOptions) {
  const since = access.mark;
  const dialled = await call(client, options);
  await dialled.ended();
  const { reason } = await access.refused(since);
  return { reason, log: await dialled.log() };
}

const METHODS = ['pap', 'chap', 'mschap-v2'] as const;

labSuite(
  'freeradius decides about the logins of a real client',
  async (lab) => {
    const server = await startRadius(lab, { secret: SECRET });
    return { server, ...(await start(lab, server.address, { radiusInterim: '1', radiusIdentifier: 'lab-nas' })) };
  },
  (peers) => {
    for (const auth of METHODS) {
      test(`${auth}: a right password gets in, with the address and name servers of freeradius`, async () => {
        const { dialled, addresses } = await connect(peers(), { auth, user: 'full', password: 'secret' });
        assert.equal(addresses.local, '10.64.9.9');
        assert.deepEqual(addresses.dns, ['192.0.2.61', '192.0.2.62']);
        assert.match(await dialled.log(), /Welcome/);
        await hangUp(peers(), dialled);
      });

      test(`${auth}: a wrong password is refused in freeradius' words`, async () => {
        const { reason, log } = await refused(peers(), { auth, user: 'full', password: 'wrong' });
        assert.equal(reason.code, 'authentication-failed');
        assert.equal(reason.text, 'Login incorrect');
        assert.match(log, /Login incorrect/);
        assert.equal(reason.detail, auth === 'mschap-v2' ? 'wrong-credentials' : undefined);
      });
    }

    test('a closed account is told so, and an account without an address gets one of the pool', async () => {
      const { reason } = await refused(peers(), { auth: 'pap', user: 'closed', password: 'secret' });
      assert.equal(reason.text, 'This account is closed');
      const { dialled, addresses } = await connect(peers(), { auth: 'chap', user: 'pooled', password: 'secret' });
      assert.equal(addresses.local, '10.64.0.2');
      await hangUp(peers(), dialled);
    });

    test('its detail file has beginning, progress and end of a session', async () => {
      const { server, client } = peers();
      const since = (await server.records()).length;
      const { dialled, subscriber } = await connect(peers(), { auth: 'chap', user: 'pooled', password: 'secret' });
      assert.ok(await client.ping('10.64.0.1'));
      const is = (kind: string) => (record: Readonly<Record<string, string>>) => record['Acct-Status-Type'] === kind;
      await server.record((record) => is('Interim-Update')(record) && Number(record['Acct-Input-Packets']) > 0, since);
      await hangUp(peers(), dialled);
      const stop = await server.record(is('Stop'), since);
      const records = (await server.records()).slice(since);
      assert.equal(records[0]?.['Acct-Status-Type'], 'Start');
      for (const record of records) {
        assert.equal(record['Acct-Session-Id'], subscriber.key);
        assert.equal(record['User-Name'], 'pooled');
        assert.equal(record['Framed-IP-Address'], '10.64.0.2');
        assert.equal(record['Calling-Station-Id'], client.mac.replaceAll(':', '-').toUpperCase());
        assert.equal(record['NAS-Identifier'], 'lab-nas');
        assert.equal(record['NAS-Port-Id'], client.interface);
        assert.equal(record['NAS-Port-Type'], 'Ethernet');
      }
      assert.equal(stop['Acct-Terminate-Cause'], 'User-Request');
      assert.ok(Number(stop['Acct-Session-Time']) >= 1);
      assert.ok(Number(stop['Acct-Output-Octets']) >= 84);
    });

    test('what the server wants to hear again is in every record', async () => {
      const { server } = peers();
      const since = (await server.records()).length;
      const { dialled } = await connect(peers(), { auth: 'pap', user: 'full', password: 'secret' });
      await hangUp(peers(), dialled);
      await server.record((record) => record['Acct-Status-Type'] === 'Stop', since);
      const records = (await server.records()).slice(since);
      assert.ok(records.every((record) => record['Class'] === '0x6c61622d636c617373'));
    });

    test("Node-RED's end is the end of its sessions, which freeradius is told", async () => {
      const { server, access } = peers();
      const since = (await server.records()).length;
      await connect(peers(), { auth: 'chap', user: 'pooled', password: 'secret' });
      await access.nodeRed.stop();
      const stop = await server.record((record) => record['Acct-Status-Type'] === 'Stop', since);
      assert.equal(stop['Acct-Terminate-Cause'], 'Admin-Reboot');
      assert.doesNotMatch(access.nodeRed.log, /lab-shared-secret/);
    });
  },
);

interface Servers extends Peers {
  readonly unsigned: RadiusServer;
  readonly other: RadiusServer;
}

labSuite(
  'several RADIUS servers, of which the first is dead, the second signs nothing, and the third is right',
  async (lab): Promise<Servers> => {
    const unsigned = await startRadius(lab, { secret: SECRET, address: '127.0.0.2', replies: 'unsigned' });
    const other = await startRadius(lab, { secret: SECRET, address: '127.0.0.3' });
    const order = `127.0.0.1:1812, ${unsigned.address}, ${other.address}`;
    const settings = { radiusTimeout: '0.3', radiusTries: '2' };
    return { unsigned, other, ...(await start(lab, order, settings)) };
  },
  (peers) => {
    test('the third one lets the client in, and the log says what is wrong with the others', async () => {
      const { access, unsigned, other } = peers();
      const { dialled, addresses } = await connect(peers(), { auth: 'chap', user: 'first', password: 'secret' });
      assert.equal(addresses.local, '10.64.9.1');
      assert.match(unsigned.log, /Login OK: \[first\]/, 'it had let it in');
      assert.match(other.log, /Login OK: \[first\]/);
      assert.match(access.nodeRed.log, /127\.0\.0\.1:1812: No reply/);
      assert.match(access.nodeRed.log, /127\.0\.0\.2:1812: .*Message-Authenticator is missing/);
      await hangUp(peers(), dialled);
    });

    test('without the third nobody gets in, for that reason', async () => {
      await peers().other.stop();
      const { reason } = await refused(peers(), { auth: 'chap', user: 'first', password: 'secret' });
      assert.equal(reason.detail, 'no-server');
      assert.match(reason.text, /No RADIUS server answers/);
    });
  },
);
