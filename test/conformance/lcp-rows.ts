import assert from 'node:assert/strict';
import { CONTROL, encodeOptions } from '../../src/wire/control';
import { PROTOCOL } from '../../src/wire/ppp';
import { ScriptedAc } from '../client/scripted-ac';
import { Host } from '../client/stations';
import { World } from '../client/world';
import { CHAP, controlOctets, Line, MAGIC, MRU, option, PEER_ADDRESS } from './line';
import { row } from './rows';

const { lcp, ipcp } = PROTOCOL;
const { configureRequest, configureAck, configureNak, configureReject } = CONTROL;

row('Padding inside LCP, after its own length', () => {
  const line = new Line();
  line.answer(lcp, configureAck);
  const request = controlOctets({ code: configureRequest, identifier: 3, data: encodeOptions([MRU, MAGIC]) });
  line.octets(lcp, Buffer.concat([request, Buffer.alloc(30, 0xee)]));
  const { identifier, data } = line.last(lcp, configureAck);
  assert.deepEqual([identifier, data], [3, encodeOptions([MRU, MAGIC])], 'the inner length is trusted');
  assert.equal(line.host.state, 'configuring');
  assert.equal(line.host.snapshot.counters.malformed, 0);
});

row("AC's PPP process starts only after PADS: our first Configure-Request is lost", () => {
  for (const protocol of ['LCP', 'IPCP'] as const) {
    for (const gap of [60, 150, 700, 2_500]) {
      const line = new Line();
      const number = protocol === 'LCP' ? lcp : ipcp;
      if (protocol === 'IPCP') line.openLcp();
      // The time since our last transmission and until the Restart timer's next one.
      line.world.runFor(gap);
      const before = line.sent(number, configureRequest);
      const sent = line.say(number, {
        code: configureRequest,
        identifier: 1,
        data: encodeOptions(protocol === 'LCP' ? [MRU, MAGIC] : [PEER_ADDRESS]),
      });
      const repeated = sent.find(({ code }) => code === configureRequest);
      assert.deepEqual(
        [repeated?.identifier, repeated?.data],
        [before[0]?.identifier, before[0]?.data],
        `${protocol} after ${gap} ms: ours is repeated at once, with the same Identifier`,
      );
    }
  }
  // The Restart timer, 200 ms that double up to 3 s, is reset by no Configure-Request of the peer's.
  const line = new Line();
  const due = [0, 200, 600, 1_400, 3_000, 6_000, 9_000];
  for (let asked = 0; line.world.now < 9_000; asked++) {
    line.world.runFor(100);
    line.say(lcp, { code: configureRequest, identifier: asked & 0xff, data: encodeOptions([MRU, MAGIC]) });
  }
  const at = line.sent(lcp, configureRequest).map((sent) => sent.at);
  assert.deepEqual(
    due.filter((time) => !at.includes(time)),
    [],
  );
  assert.ok(at.length <= 2 * due.length, 'and each transmission is repeated once at most');
});

row("Code-Reject with only the rejected packet's data as body", () => {
  const line = new Line().up();
  for (const data of [Buffer.alloc(0), Buffer.of(1), encodeOptions([MRU, MAGIC]), Buffer.from('0506a1b2c3d4', 'hex')]) {
    line.say(lcp, { code: CONTROL.codeReject, identifier: 1, data });
    line.world.runFor(1_000);
    assert.equal(line.host.state, 'up');
  }
  assert.equal(line.host.snapshot.counters.malformed, 0);
});

row('AC answers Echo only after Opened; some before', () => {
  const line = new Line({ keepalive: { mode: 'fixed', interval: 500, failures: 3 } });
  const echo = () => line.say(lcp, { code: CONTROL.echoRequest, identifier: 77, data: Buffer.from('0000ping') });
  const isAnswered = () => echo().some(({ code, identifier }) => code === CONTROL.echoReply && identifier === 77);
  assert.equal(isAnswered(), false, 'RFC 1661 §4.3: RXR is answered in Opened only');
  line.world.runFor(2_000);
  line.answer(lcp, configureAck);
  assert.equal(isAnswered(), false, 'in Ack-Rcvd');
  assert.equal(line.sent(lcp, CONTROL.echoRequest).length, 0, 'no keepalive before Opened');
  line.request(lcp, [MRU, MAGIC, CHAP]);
  const opened = line.world.now;
  assert.equal(line.host.state, 'authenticating');
  assert.equal(isAnswered(), true, 'in every phase with LCP opened');
  line.world.runFor(600);
  assert.deepEqual(
    line.sent(lcp, CONTROL.echoRequest).map(({ at }) => at - opened),
    [500],
    'the keepalive starts at Opened',
  );
});

row('MRRU, Endpoint-Discriminator, ACFC, PFC, Callback, Quality-Protocol in Configure-Request', () => {
  const unwanted = [option(17, 5, 220), option(19, 1, 2), option(8), option(7), option(13, 6), option(4, 0xc0, 0x25)];
  for (const each of [...unwanted.map((one) => [one]), unwanted]) {
    const line = new Line();
    line.answer(lcp, configureAck);
    const answer = line.request(lcp, [MRU, ...each, MAGIC]);
    assert.deepEqual(answer, { code: configureReject, options: each }, 'just those');
    assert.equal(line.request(lcp, [MRU, MAGIC]).code, configureAck);
    assert.equal(line.host.state, 'configuring');
  }
});

row('PFC or ACFC used without negotiation', () => {
  const line = new Line().up();
  const { malformed } = line.host.snapshot.counters;
  const packet = Buffer.from('4500001400000000400100000a0000010a000002', 'hex');
  const compressed = [
    Buffer.concat([Buffer.of(0x21), packet]),
    Buffer.concat([Buffer.of(0xff, 0x03, 0x00, 0x21), packet]),
    Buffer.concat([
      Buffer.of(0xff, 0x03, 0xc0, 0x21),
      controlOctets({ code: 5, identifier: 1, data: Buffer.alloc(0) }),
    ]),
  ];
  const before = line.world.log.length;
  for (const payload of compressed) {
    // The first two octets stand where the protocol is.
    line.octets(payload.readUInt16BE(0), payload.subarray(2));
  }
  assert.equal(line.host.snapshot.counters.malformed, malformed + compressed.length, 'counted');
  assert.deepEqual(line.host.packets, [], 'dropped');
  assert.equal(line.world.log.slice(before).filter(({ from }) => from === 'host').length, 0);
  assert.equal(line.host.state, 'up');
});

row('Endless Nak or Reject', () => {
  for (const protocol of [lcp, ipcp]) {
    for (const code of [configureNak, configureReject]) {
      const line = new Line();
      if (protocol === ipcp) line.openLcp();
      for (let round = 0; round < 100 && line.sent(lcp, CONTROL.terminateRequest).length === 0; round++) {
        if (line.host.state === 'waiting') break;
        const address = option(3, 10, 0, 0, round);
        line.answer(protocol, code, protocol === lcp ? [option(5, 0, 0, 1, round)] : [address]);
      }
      line.world.runUntil(() => line.host.state === 'waiting', 10_000);
      assert.equal(line.host.snapshot.reason?.code, 'negotiation-failed');
      assert.ok(line.sent(protocol, configureRequest).length <= 16, 'capped');
    }
    // The peer asks for ever for what it does not get.
    const line = new Line();
    if (protocol === ipcp) line.openLcp();
    let refusals = 0;
    while (line.host.state !== 'waiting' && refusals < 100) {
      line.say(protocol, { code: configureRequest, identifier: refusals++, data: encodeOptions([option(200, 1)]) });
      line.world.runFor(10);
    }
    line.world.runUntil(() => line.host.state === 'waiting', 10_000);
    assert.equal(line.host.snapshot.reason?.code, 'negotiation-failed');
  }
});

row("AC's IPCP carries DNS or NBNS itself", () => {
  const servers = [option(129, 9, 9, 9, 9), option(130, 9, 9, 9, 8), option(131, 1, 1, 1, 1), option(132, 1, 1, 1, 2)];
  const line = new Line().openLcp();
  assert.deepEqual(line.request(ipcp, [PEER_ADDRESS, ...servers]), { code: configureReject, options: servers });
  line.openIpcp();
  assert.equal(line.host.state, 'up');
  assert.deepEqual(line.host.snapshot.dns, []);
});

row('Same option twice in one Configure-Request', () => {
  const line = new Line();
  line.answer(lcp, configureAck);
  const cases = [
    [option(17, 5, 220), option(17, 6, 0), option(8), option(8)],
    [option(5, 0, 0, 0, 0), option(5, 0, 0, 0, 0), option(5, 1, 2, 3, 4)],
    [MRU, option(1, 0, 1), MAGIC, option(1, 0, 2)],
    Array.from({ length: 200 }, () => option(200)),
  ];
  for (const options of cases) {
    const answer = line.request(lcp, options);
    assert.ok(encodeOptions(answer.options).length <= encodeOptions(options).length, 'never grows');
    if (answer.code === configureAck) assert.deepEqual(answer.options, options);
    else assert.equal(new Set(answer.options.map(({ type }) => type)).size, answer.options.length);
  }
  const twice = new Line();
  twice.answer(lcp, configureAck);
  assert.equal(twice.request(lcp, [option(1, 0x05, 0x14), option(1, 0x05, 0x78), MAGIC]).code, configureAck);
  twice.openIpcp();
  assert.equal(twice.host.snapshot.mtu, 0x514, 'the first counts');
});

row('Round trip above the Restart timer', () => {
  const line = new Line();
  line.world.runFor(2_000);
  const requests = line.sent(lcp, configureRequest);
  assert.ok(requests.length > 2);
  assert.equal(new Set(requests.map(({ identifier }) => identifier)).size, 1, 'the Identifier stays');
  const [old] = requests;
  line.answer(lcp, configureNak, [option(1, 0x05, 0x14)]);
  const fresh = line.last(lcp, configureRequest);
  assert.notEqual(fresh.identifier, old?.identifier);
  assert.equal(line.request(lcp, [MRU, MAGIC]).code, configureAck);
  line.say(lcp, { code: configureAck, identifier: old?.identifier ?? 0, data: fresh.data });
  assert.equal(line.host.state, 'establishing', 'an Ack for an older Identifier is ignored');
  line.answer(lcp, configureAck);
  assert.equal(line.host.state, 'configuring');

  const world = new World({ delay: 900 });
  new ScriptedAc(world);
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'up');
  world.runFor(60_000);
  assert.equal(host.snapshot.counters.connects, 1);
});

row('Vendor LCP codes', () => {
  for (const up of [false, true]) {
    for (const code of [0, 14, 77, 255]) {
      const line = new Line();
      if (up) line.up();
      const state = line.host.state;
      const rejected = { code, identifier: 5, data: Buffer.from('00000cvendor') };
      const [answer] = line.say(lcp, rejected);
      assert.equal(answer?.code, CONTROL.codeReject);
      assert.deepEqual(answer.data, controlOctets(rejected));
      assert.equal(line.host.state, state, 'and go on');
      if (!up) line.up();
    }
  }
});
