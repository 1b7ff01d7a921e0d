// The example against Debian's broker, as Home Assistant sees it.
import assert from 'node:assert/strict';
import type { Duplex } from 'node:stream';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { freePort } from '../../free-port';
import { skipWithout } from '../../lab/requirements';
import { helper } from '../world';
import { Example } from './example';
import { type Listener, Mosquitto } from './mosquitto';

const DISCOVERY = 'homeassistant/device/pppoe-my-line/config';
const SESSION = 'pppoe/my-line/session';
const STATISTICS = 'pppoe/my-line/statistics';
const AVAILABILITY = 'pppoe/my-line/availability';

interface Component {
  readonly platform: string;
  readonly unique_id: string;
  readonly name: string;
  readonly state_topic?: string;
  readonly value_template?: string;
  readonly command_topic?: string;
  readonly payload_press?: string;
}

interface Discovery {
  readonly device: { readonly identifiers: readonly string[] };
  readonly origin: { readonly name: string };
  readonly availability_topic: string;
  readonly state_topic: string;
  readonly components: Readonly<Record<string, Component>>;
}

const parse = ({ payload }: { payload: string }) => JSON.parse(payload);

describe('mqtt-home-assistant', { skip: skipWithout('mosquitto') }, () => {
  let broker: Mosquitto;
  let example: Example;
  let home: Listener;

  before(async () => {
    // An outage of the broker is over when it is back.
    helper.settings({ mqttReconnectTime: 50 });
    await helper.startServer();
  });
  after(() => helper.stopServer());
  beforeEach(async () => {
    broker = await Mosquitto.start(await freePort());
    home = await broker.listen();
    example = await Example.start('mqtt-home-assistant', {
      broker: { port: String(broker.port) },
      'my line': { interval: '0.2' },
    });
  });
  afterEach(async () => {
    await helper.unload();
    await home.close();
    await broker.stop();
  });

  const isUp = (heard: { payload: string }) => parse(heard).state === 'up';

  test('describes a device whose entities have ids of their own, and a value in the topic that they name', async () => {
    const { device, origin, components, ...shared }: Discovery = parse(await home.next(DISCOVERY));
    assert.ok(device.identifiers.length > 0 && origin.name);
    const all = Object.values(components);
    assert.equal(new Set(all.map(({ unique_id }) => unique_id)).size, all.length);
    assert.ok(all.every(({ unique_id, name, platform }) => unique_id && name && platform));
    await home.next(SESSION, isUp);
    const sensors = all.filter(({ platform }) => platform !== 'button');
    for (const { state_topic = shared.state_topic, value_template = '', name } of sensors) {
      const [, path = assert.fail(name)] = /value_json\.([A-Za-z0-9.]+)/.exec(value_template) ?? [];
      const told = parse(await home.next(state_topic, ({ topic, payload }) => topic !== SESSION || isUp({ payload })));
      const value = path.split('.').reduce<unknown>((object, key) => (object as Record<string, unknown>)[key], told);
      assert.notEqual(value, undefined, `${name}: ${path}`);
    }
    assert.equal(shared.availability_topic, AVAILABILITY);
    assert.equal((await home.next(AVAILABILITY)).payload, 'online');
  });

  test('tells the address and numbers of the session', async () => {
    const { localAddress, reason } = parse(await home.next(SESSION, isUp));
    assert.match(localAddress, /^10\.64\.0\.\d+$/);
    assert.equal(typeof reason.code, 'string');
    const { uptime, octetsReceivedPerSecond } = parse(await home.next(STATISTICS));
    assert.deepEqual([typeof uptime, typeof octetsReceivedPerSecond], ['number', 'number']);
  });

  test('who comes later finds all but the statistics, which are not kept', async () => {
    await home.next(SESSION, isUp);
    await home.next(STATISTICS);
    await home.next(DISCOVERY);
    const later = await broker.listen();
    for (const topic of [DISCOVERY, SESSION, AVAILABILITY]) assert.equal((await later.next(topic)).retain, true, topic);
    assert.equal((await later.next(STATISTICS)).retain, false);
    await later.close();
  });

  test('the button reconnects', async () => {
    const { components }: Discovery = parse(await home.next(DISCOVERY));
    const { command_topic = '', payload_press = '' } = components['reconnect'] ?? assert.fail('no button');
    const { sessionId } = parse(await home.next(SESSION, isUp));
    home.forget();
    await home.publish(command_topic, payload_press);
    await home.next(SESSION, (heard) => isUp(heard) && parse(heard).sessionId !== sessionId);
  });

  test('the device is unavailable while Node-RED is cut off, by its will, and when it has stopped', async () => {
    await home.next(AVAILABILITY, ({ payload }) => payload === 'online');
    home.forget();
    const node = helper.getNode(example.id('mqtt-broker', 'broker')) as unknown as { client: { stream: Duplex } };
    node.client.stream.destroy();
    await home.next(AVAILABILITY, ({ payload }) => payload === 'offline');
    await home.next(AVAILABILITY, ({ payload }) => payload === 'online');
    home.forget();
    await helper.unload();
    await home.next(AVAILABILITY, ({ payload }) => payload === 'offline');
  });

  test('a broker that has forgotten everything is told all of it again', async () => {
    await home.next(SESSION, isUp);
    await home.close();
    await broker.stop();
    broker = await Mosquitto.start(broker.port);
    home = await broker.listen();
    await home.next(DISCOVERY);
    await home.next(SESSION, isUp);
    await home.next(AVAILABILITY, ({ payload }) => payload === 'online');
  });
});
