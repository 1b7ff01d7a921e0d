// The lab itself, with real peers on both sides. Seen on two cores: a peer boots in 2.5 to 3 s, 3.5 s when two do so at a
// time; discovery takes 1 s; a dial 3.2 s, or 1.1 s with pppd's lcp-restart 1 (its first Configure-Request comes before
// the other pppd listens); a lab closes in 0.1 s, and in 2 s when its process was killed. The whole file: 43 s.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Client,
  type ClientOptions,
  type Concentrator,
  type ConcentratorOptions,
  type Lab,
  malformed,
  openLab,
  select,
} from './lab';
import { labSuite, labTest, skip } from './requirements';

const TERMINATE_REQUEST = 'pppoes && ppp.code == 5 && ppp.protocol == 0xc021';
const PADT = 'pppoe.code == 0xa7';

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Dials and resolves when the access concentrator's side is up too; its process of that session. */
async function connect(client: Client, concentrator: Concentrator) {
  const [here, there] = [client.machine.events.length, concentrator.machine.events.length];
  await client.dial();
  const up = await client.up(here);
  const { pid } = (await concentrator.up(there)).fields;
  const session = (await concentrator.sessions()).find((each) => each.pid === Number(pid));
  assert.ok(session);
  return { session, fields: up.fields, ended: () => client.ended(here) };
}

/** Boots both at a time and joins their Ethernets. */
async function startPair(lab: Lab, options: ConcentratorOptions, clientOptions: ClientOptions = {}) {
  const pppdOptions = ['lcp-restart 1', ...(clientOptions.pppdOptions ?? [])]; // a dial takes 1 s instead of 3 s
  const [concentrator, client] = await Promise.all([
    lab.startConcentrator(options),
    lab.startClient({ ...clientOptions, pppdOptions, dial: false }),
  ]);
  await lab.bridge(client.interface, concentrator.interface);
  return { concentrator, client };
}

labSuite(
  'an access concentrator and a client, CHAP',
  (lab) => startPair(lab, { auth: 'chap' }),
  (peers, lab) => {
    test('a session comes up, carries pings and is listed', async () => {
      const { client, concentrator } = peers();
      const capture = await lab().capture(concentrator.interface);
      const { session, fields, ended } = await connect(client, concentrator);

      const { local, remote, dns } = fields;
      assert.deepEqual([local, remote], ['10.99.1.1', '10.99.0.1']);
      assert.equal(dns, '192.0.2.53,192.0.2.54');
      assert.equal(session.peer, client.mac);
      assert.equal(session.address, '10.99.1.1');
      assert.equal(session.id, 1);
      assert.equal(await client.ping('10.99.0.1', 1400), true);
      assert.equal(await client.ping('10.99.0.99'), false);
      assert.match(await concentrator.log(), /sent \[CHAP Success/);

      await client.hangUp();
      await ended();
      const path = await capture.stop();
      assert.deepEqual(await malformed(path), []);
      assert.ok((await select(path, 'chap')).length >= 3);
    });

    test('terminate makes the access concentrator send Terminate-Request, then PADT', async () => {
      const { client, concentrator } = peers();
      const { session, ended } = await connect(client, concentrator);
      const capture = await lab().capture(concentrator.interface);
      await concentrator.terminate(session.pid);
      await ended();
      await concentrator.gone(session.pid);
      const path = await capture.stop();
      assert.equal((await select(path, `${TERMINATE_REQUEST} && eth.src == ${concentrator.mac}`)).length, 1);
      assert.equal((await select(path, `${PADT} && eth.src == ${concentrator.mac}`)).length, 1);
    });

    test('padt makes it send PADT and no Terminate-Request', async () => {
      const { client, concentrator } = peers();
      const { session, ended } = await connect(client, concentrator);
      const capture = await lab().capture(concentrator.interface);
      await concentrator.padt(session.pid);
      await ended();
      await concentrator.gone(session.pid);
      const path = await capture.stop();
      assert.deepEqual(await select(path, TERMINATE_REQUEST), []);
      assert.equal((await select(path, `${PADT} && eth.src == ${concentrator.mac}`)).length, 1);
    });

    test('crash ends all sessions without a word, and restart serves again', async () => {
      const { client, concentrator } = peers();
      const { ended } = await connect(client, concentrator);
      const capture = await lab().capture(concentrator.interface);
      await concentrator.crash();
      assert.deepEqual(await concentrator.sessions(), []);
      await client.hangUp();
      await ended();
      const path = await capture.stop();
      assert.deepEqual(await select(path, `eth.src == ${concentrator.mac}`), []);
      await concentrator.restart();
      assert.equal((await connect(client, concentrator)).session.id, 1);
    });

    test('a command inside tells its output and exit code', async () => {
      const { concentrator } = peers();
      assert.deepEqual(await concentrator.sh("echo 'a  b'; echo c >&2; exit 3"), { code: 3, output: 'a  b\nc\n' });
      const long = await concentrator.run('seq 1 20000');
      assert.equal(long.split('\n').length, 20_001);
      await assert.rejects(concentrator.run('false'), /false ended with 1/);
    });

    test('modules for impairment, VLANs and tunnels load', async () => {
      const { concentrator } = peers();
      await concentrator.load('8021q', 'ip_gre', 'vxlan');
      await concentrator.impair('delay 1ms');
      assert.match(await concentrator.run('tc qdisc show dev vec0'), /netem/);
      await concentrator.run('ip link add link vec0 name vec0.7 type vlan id 7 && ip link set vec0.7 up');
    });
  },
);

labTest('PAP, and an MRU of 1500 after RFC 4638', async (lab) => {
  const { concentrator, client } = await startPair(
    lab,
    { auth: 'pap', acName: 'Other AC', service: 'fibre' },
    { auth: 'pap', pppdOptions: ['mtu 1500', 'mru 1500'] },
  );
  await connect(client, concentrator);
  assert.match(await concentrator.log(), /sent \[PAP AuthAck/);
  assert.equal((await client.run('cat /sys/class/net/ppp0/mtu')).trim(), '1500');
  assert.equal(await client.ping('10.99.0.1', 1472), true);
});

labTest('a wrong password ends the client, here over the program pppoe', async (lab) => {
  const { client } = await startPair(lab, { auth: 'mschap-v2' }, { password: 'wrong', mode: 'user' });
  await client.dial();
  assert.equal(await client.ended(), 19); // pppd(8): we failed to authenticate ourselves to the peer
});

test('closing a lab leaves nothing: processes, namespace, files', { skip: skip() }, async () => {
  const lab = await openLab();
  await lab.startClient({ dial: false });
  const child = lab.run('sleep', ['1000']);
  const pids = lab.pids;
  assert.equal(pids.length, 3, 'the machine, what captures its segment, and the child');
  assert.ok(pids.includes(child.pid ?? 0) && pids.every(exists));
  assert.ok(existsSync(lab.directory) && existsSync(`/run/netns/${lab.namespace}`));
  await lab.close();
  assert.deepEqual(pids.filter(exists), []);
  assert.ok(!existsSync(lab.directory) && !existsSync(`/run/netns/${lab.namespace}`));
});

/** Sends a frame, in hex, on an interface of the lab. */
async function sendFrame(lab: Lab, device: string, hex: string): Promise<void> {
  const script = `
    const { openPacketSocket } = require('${join(__dirname, '../../src/link/packet-socket')}');
    const link = openPacketSocket({ interface: '${device}' });
    link.send([Buffer.from('${hex}', 'hex')]);
    link.close();`;
  const sender = lab.run(process.execPath, ['--import', 'tsx', '-e', script], { stdio: 'inherit' });
  const [code] = await once(sender, 'exit');
  assert.equal(code, 0);
}

const OUR_MAC = '02005e0053ee';
const PADI = { sound: '11090000000401010000', torn: '1109000000080101000f0000' };

for (const [what, hex, fault] of [
  ['every frame of ours is sound', `ffffffffffff${OUR_MAC}8863${PADI.sound}`, undefined],
  ['a frame of ours is torn', `ffffffffffff${OUR_MAC}8863${PADI.torn}`, /02:00:5e:00:53:ee/],
] as const) {
  test(`a lab in which ${what} closes ${fault ? 'with an error' : 'in peace'}`, { skip: skip() }, async () => {
    const lab = await openLab();
    await lab.cable('eth-lab', 'eth-peer');
    await lab.ip('link', 'set', 'eth-lab', 'up');
    await sendFrame(lab, 'eth-lab', hex);
    if (fault) await assert.rejects(lab.close(), fault);
    else await lab.close();
    assert.ok(!existsSync(lab.directory) && !existsSync(`/run/netns/${lab.namespace}`));
  });
}

test('a lab whose process is killed leaves nothing either', { skip: skip() }, async () => {
  const script = `
    require('${join(__dirname, 'lab')}').openLab().then(async (lab) => {
      await lab.startClient({ dial: false });
      console.log(lab.pids[0], lab.namespace, lab.directory);
    });`;
  const child = spawn(process.execPath, ['--import', 'tsx', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  assert.ok(child.stdout);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const [pid, namespace = '', directory = ''] = line.split(' ');
  assert.ok(exists(Number(pid)) && existsSync(`/run/netns/${namespace}`) && existsSync(directory));
  child.kill('SIGKILL');
  await once(child, 'exit');
  const leftovers = () => exists(Number(pid)) || existsSync(`/run/netns/${namespace}`) || existsSync(directory);
  for (let tries = 0; tries < 100 && leftovers(); tries += 1) await delay(100); // its janitor takes 2 s
  assert.equal(leftovers(), false);
});
