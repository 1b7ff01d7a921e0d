// Real clients at our access concentrator in a real Node-RED: pppd with the kernel's PPPoE, pppd over rp-pppoe's program
// pppoe, and pppoe-discovery, each on a Linux PPP kernel.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Access, startAccess } from './access';
import { type Call, type CallOptions, call, discover, ping } from './clients';
import { type Capture, type Client, type Lab, malformed, select } from './lab';
import { labSuite, labTest } from './requirements';

const GATEWAY = '10.64.0.1';
const DNS = ['192.0.2.53', '192.0.2.54'];
const PASSWORD = 'secret';
const ACCOUNTS = [
  { username: 'test', password: PASSWORD },
  { username: 'fixed', password: PASSWORD, address: '10.64.7.7' },
];

const MODES = ['kernel', 'user'] as const;

/** What pppd logs of each method: what was agreed on, and its outcome either way. */
const METHODS = {
  pap: { agreed: /<auth pap>/, success: /rcvd \[PAP AuthAck/, failure: /PAP authentication failed/ },
  chap: { agreed: /<auth chap MD5>/, success: /rcvd \[CHAP Success/, failure: /CHAP authentication failed/ },
  'mschap-v2': {
    agreed: /<auth chap MS-v2>/,
    success: /rcvd \[CHAP Success .*"S=[0-9A-F]{40}/,
    failure: /MS-CHAP authentication failed/,
  },
} as const;

/** pppd(8), EXIT STATUS. */
const EXIT = { signal: 5, hangup: 16, authentication: 19 } as const;

interface Peers {
  readonly client: Client;
  readonly access: Access;
}

async function start(lab: Lab): Promise<Peers & { readonly capture: Capture }> {
  const client = await lab.startClient({ dial: false });
  const capture = await lab.capture(client.interface);
  const access = await startAccess(lab, client.interface, { node: { mru: '1500' }, accounts: ACCOUNTS });
  return { client, access, capture };
}

/** Dials, and resolves when both ends say that the session is up. */
async function connect({ client, access }: Peers, options: CallOptions = {}) {
  const since = access.mark;
  const dialled = await call(client, options);
  const addresses = await dialled.up();
  const subscriber = await access.up(since);
  return { dialled, addresses, subscriber };
}

async function hangUp({ access }: Peers, dialled: Call): Promise<void> {
  const since = access.mark;
  await dialled.hangUp();
  assert.equal(await dialled.ended(), EXIT.signal);
  const { reason } = await access.down(since);
  assert.equal(reason.code, 'peer-terminated');
  assert.match(reason.text, /User request/, 'the words of its Terminate-Request');
}

/** pppd's log, once it has ended for the authentication. */
async function refusal(dialled: Call): Promise<string> {
  const code = await dialled.ended();
  // A pppd that takes longer over its Terminate-Ack than we wait counts our PADT, too.
  assert.ok(code === EXIT.authentication || code === EXIT.hangup, `exit code ${code}`);
  const log = await dialled.log();
  assert.match(log, /authentication failed/);
  return log;
}

/** How a session ended: who sent what, in that order, each once. A busy machine answers after the Restart timer. */
async function ending(path: string, client: Client, sessionId: number): Promise<string[]> {
  const filter = 'pppoe.code == 0xa7 || (ppp.protocol == 0xc021 && (ppp.code == 5 || ppp.code == 6))';
  const frames = await select(path, `pppoe.session_id == ${sessionId} && (${filter})`);
  const said = frames.map((frame) => {
    const [, source, , what] = frame.split('\t');
    return `${source === client.mac ? 'client' : 'we'}: ${what}`;
  });
  return [...new Set(said)];
}

const [TERMINATE_REQUEST, TERMINATE_ACK] = ['Termination Request', 'Termination Ack'];
const PADT = 'Active Discovery Terminate (PADT)';

labSuite('real clients at our access concentrator', start, (peers, lab) => {
  test('pppoe-discovery lists our name and services', async () => {
    const { client } = peers();
    const [found, ...others] = await discover(client);
    assert.equal(found?.acName, 'NodeRedAC');
    assert.deepEqual(found.services, ['isp', 'fibre']);
    assert.match(found.mac, /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
    assert.deepEqual(others, []);
  });

  test('pppoe-discovery that asks for a service finds us when we have it, and otherwise does not', async () => {
    const { client } = peers();
    assert.equal((await discover(client, 'fibre'))[0]?.acName, 'NodeRedAC');
    assert.deepEqual(await discover(client, 'none-of-ours'), []);
  });

  for (const mode of MODES) {
    for (const [auth, { agreed, success, failure }] of Object.entries(METHODS)) {
      const method = { mode, auth: auth as keyof typeof METHODS };

      test(`${mode}, ${auth}: logs in, gets address and name servers, and pings us`, async () => {
        const { client, access } = peers();
        const { dialled, addresses, subscriber } = await connect(peers(), method);
        assert.equal(addresses.remote, GATEWAY);
        assert.deepEqual(addresses.dns, DNS);
        assert.equal(subscriber.address, addresses.local);
        assert.equal(subscriber.username, 'test');
        assert.equal(subscriber.mac, client.mac);
        const log = await dialled.log();
        assert.match(log, agreed);
        assert.match(log, success);
        assert.equal(await ping(client, GATEWAY, 20), 20);
        const [listed] = await access.subscribers();
        assert.equal(listed?.sessionId, subscriber.sessionId);
        assert.ok(listed.packetsReceived >= 20 && listed.packetsSent >= 20);
        await hangUp(peers(), dialled);
        assert.deepEqual(await access.subscribers(), []);
      });

      test(`${mode}, ${auth}: a wrong password is refused, and leaves nothing`, async () => {
        const { client, access } = peers();
        const since = access.mark;
        const dialled = await call(client, { ...method, password: 'not-it' });
        const log = await refusal(dialled);
        assert.match(log, failure);
        assert.match(log, /Login incorrect/);
        const { mac, username, reason } = await access.refused(since);
        assert.deepEqual([mac, username, reason.code], [client.mac, 'test', 'authentication-failed']);
        assert.equal(access.ups(since), 0);
        assert.deepEqual(await access.subscribers(), []);
      });
    }

    test(`${mode}: the client hangs up: Terminate-Request, Terminate-Ack, PADT`, async () => {
      const { client } = peers();
      const capture = await lab().capture(client.interface);
      const { dialled, subscriber } = await connect(peers(), { mode });
      await hangUp(peers(), dialled);
      const [request, acknowledgement, ...rest] = await ending(await capture.stop(), client, subscriber.sessionId);
      assert.equal(request, `client: ${TERMINATE_REQUEST}`);
      assert.equal(acknowledgement, `we: ${TERMINATE_ACK}`);
      assert.ok(rest.length > 0 && rest.every((frame) => frame.endsWith(PADT)), rest.join('\n'));
    });

    test(`${mode}: we disconnect: Terminate-Request, Terminate-Ack, PADT`, async () => {
      const { client, access } = peers();
      const capture = await lab().capture(client.interface);
      const { dialled, subscriber } = await connect(peers(), { mode });
      const since = access.mark;
      access.disconnect(subscriber.sessionId);
      await dialled.down();
      assert.equal(await dialled.ended(), EXIT.hangup);
      const { reason } = await access.down(since);
      assert.equal(reason.code, 'closed');
      const log = await dialled.log();
      assert.match(log, /rcvd \[LCP TermReq[\s\S]*LCP terminated by peer[\s\S]*sent \[LCP TermAck/);
      const frames = await ending(await capture.stop(), client, subscriber.sessionId);
      assert.deepEqual(frames.slice(0, 3), [`we: ${TERMINATE_REQUEST}`, `client: ${TERMINATE_ACK}`, `we: ${PADT}`]);
    });

    test(`${mode}: an MRU of 1500 after RFC 4638, and a packet of that size passes whole`, async () => {
      const { client } = peers();
      const { dialled, addresses } = await connect(peers(), { mode, pppdOptions: ['mtu 1500', 'mru 1500'] });
      const mtu = Number(await client.run(`cat /sys/class/net/${addresses.interface}/mtu`));
      // rp-pppoe 3.15 as a program knows no PPP-Max-Payload: its pppd stays at what RFC 2516 allows.
      assert.equal(mtu, mode === 'kernel' ? 1500 : 1492);
      assert.equal(await ping(client, GATEWAY, 5, { size: mtu - 28 }), 5);
      await hangUp(peers(), dialled);
    });
  }

  test('a client that asks for a service and an access concentrator by name gets both', async () => {
    const pppdOptions = ['rp_pppoe_service fibre', 'rp_pppoe_ac NodeRedAC'];
    const { dialled } = await connect(peers(), { mode: 'kernel', pppdOptions });
    assert.match(await dialled.log(), /PADS: Service-Name: 'fibre'/);
    await hangUp(peers(), dialled);
  });

  test('an account with an address of its own gets that one', async () => {
    const { dialled, addresses, subscriber } = await connect(peers(), { user: 'fixed', password: PASSWORD });
    assert.equal(addresses.local, '10.64.7.7');
    assert.equal(subscriber.username, 'fixed');
    await hangUp(peers(), dialled);
  });

  test('an unknown account is refused like a wrong password', async () => {
    const { client, access } = peers();
    const since = access.mark;
    const dialled = await call(client, { user: 'nobody', password: PASSWORD });
    await refusal(dialled);
    const { username, reason } = await access.refused(since);
    assert.deepEqual([username, reason.code], ['nobody', 'authentication-failed']);
  });

  test('a client that takes part in none of our authentications gets no session', async () => {
    const { client, access } = peers();
    const since = access.mark;
    const dialled = await call(client, { auth: 'eap' });
    assert.notEqual(await dialled.ended(), 0);
    assert.doesNotMatch(await dialled.log(), /IPCP/);
    assert.equal((await access.refused(since)).username, undefined);
    assert.equal(access.ups(since), 0);
  });

  test('two sessions of one machine, one of each kind, have addresses of their own', async () => {
    const first = await connect(peers(), { mode: 'kernel' });
    const second = await connect(peers(), { mode: 'user', auth: 'pap' });
    assert.notEqual(second.addresses.local, first.addresses.local);
    const ids = (await peers().access.subscribers()).map(({ sessionId }) => sessionId);
    assert.deepEqual(new Set(ids), new Set([first.subscriber.sessionId, second.subscriber.sessionId]));
    await hangUp(peers(), first.dialled);
    await hangUp(peers(), second.dialled);
  });

  test('stopping Node-RED ends each session in order', async () => {
    const { client, access } = peers();
    const capture = await lab().capture(client.interface);
    const sessions = [await connect(peers(), { mode: 'kernel' }), await connect(peers(), { mode: 'user' })];
    await access.nodeRed.stop();
    const path = await capture.stop();
    for (const { dialled, subscriber } of sessions) {
      assert.equal(await dialled.ended(), EXIT.hangup);
      assert.match(await dialled.log(), /rcvd \[LCP TermReq/);
      const frames = await ending(path, client, subscriber.sessionId);
      assert.deepEqual(frames.slice(0, 3), [`we: ${TERMINATE_REQUEST}`, `client: ${TERMINATE_ACK}`, `we: ${PADT}`]);
    }
    assert.ok(!access.nodeRed.log.includes(PASSWORD), 'the password is in no log line, at level debug');
  });

  test('tshark finds every frame sound', async () => {
    const { client, capture } = peers();
    const path = await capture.stop();
    assert.ok((await select(path, `eth.src != ${client.mac}`)).length > 300);
    assert.deepEqual(await malformed(path), []);
  });
});

labTest('after a crash of ours, clients are told by PADT that their sessions are over', async (lab) => {
  const { client, access } = await start(lab);
  const calls = [];
  for (const mode of MODES) calls.push(await connect({ client, access }, { mode }));
  await access.nodeRed.kill();
  const again = new Access(await access.nodeRed.again());
  for (const { dialled, addresses } of calls) {
    await client.sh(`busybox ping -c 1 -W 1 -I ${addresses.interface} ${GATEWAY}`);
    assert.equal(await dialled.ended(), EXIT.hangup);
  }
  const { addresses } = await connect({ client, access: again });
  assert.equal(addresses.remote, GATEWAY);
});
