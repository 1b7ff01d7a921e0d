// Where pppoe-out finds what it sends.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { encodeIcmpEcho, ICMP } from '../../src/index';
import { change, credentials, helper, Inbox, labFlow, load, up } from './world';

before(() => helper.startServer());
after(() => helper.stopServer());
afterEach(() => helper.unload());

const NODES = [
  { id: 'out', type: 'pppoe-out', z: 'tab', session: 'session', wires: [] },
  { id: 'in', type: 'pppoe-in', z: 'tab', session: 'session', output: 'single', wires: [['inbox']] },
  ...['inbox', 'errors'].map((id) => ({ id, type: 'helper', z: 'tab' })),
  { id: 'catch', type: 'catch', z: 'tab', wires: [['errors']] },
];

const ECHO = encodeIcmpEcho({ type: ICMP.echoRequest, code: 0, identifier: 1, sequence: 1, data: Buffer.alloc(0) });
/** A ping to the gateway, whose answer comes back. */
const PING = { destination: '10.64.0.1', protocol: 'icmp', payload: ECHO };
/** Another one, of octets that are text: identifier and sequence are such that the checksum is `AA`. */
const ECHO_AS_TEXT = '\u0008\u0000AA[_[_';

async function start(settings: Record<string, unknown>): Promise<void> {
  const { flow } = labFlow(NODES);
  await load(change(flow, 'out', settings), credentials());
  await up();
}

for (const [what, settings, message] of [
  ['nothing is set, as in older flows', {}, { payload: PING }],
  ['a property of the message', { packet: 'probe.packet', packetType: 'msg' }, { probe: { packet: PING } }],
  ['the context of the flow', { packet: 'ping', packetType: 'flow' }, {}],
  ['JSON', { packet: JSON.stringify({ ...PING, payload: ECHO_AS_TEXT }), packetType: 'json' }, {}],
  ['JSONata', { packet: '{"destination": to, "protocol": 1, "payload": echo}', packetType: 'jsonata' }, {}],
] as const) {
  test(`pppoe-out finds the packet: ${what}`, async () => {
    await start(settings);
    helper.getNode('out')?.context().flow.set('ping', PING);
    const inbox = new Inbox('inbox');
    helper.getNode('out')?.receive({ to: '10.64.0.1', echo: ECHO, ...message } as never);
    const { ip } = await inbox.next();
    assert.equal((ip as { source: string }).source, '10.64.0.1');
  });
}

for (const [what, settings, said] of [
  ['a property that there is not', { packet: 'probe', packetType: 'msg' }, /: probe must be a Buffer/],
  ['JSON that is none', { packet: '{', packetType: 'json' }, /: json: /],
  ['JSONata that is none', { packet: '{', packetType: 'jsonata' }, /: jsonata: /],
] as const) {
  test(`${what} is an error malformed`, async () => {
    await start(settings);
    const errors = new Inbox('errors');
    helper.getNode('out')?.receive({ payload: PING } as never);
    const { code, message } = (await errors.next())['error'] as { code: string; message: string };
    assert.equal(code, 'malformed');
    assert.match(message, said);
  });
}

test('pppoe-out finds who gets packets of an access concentrator in another property', async () => {
  const { flow } = labFlow(NODES);
  const settings = { source: 'concentrator', concentrator: 'ac', session: '' };
  await load(change(flow, 'out', { ...settings, subscriber: 'who', subscriberType: 'msg' }), credentials());
  await up();
  const inbox = new Inbox('inbox');
  const packet = { destination: '192.0.2.1', protocol: 'udp', payload: '12345678' };
  helper.getNode('out')?.receive({ payload: packet, who: { account: 'anna' } } as never);
  assert.equal(((await inbox.next())['ip'] as { destination: string }).destination, '192.0.2.1');
});
