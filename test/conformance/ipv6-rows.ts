/** The rows about IPv6. */
import assert from 'node:assert/strict';
import { CONTROL, encodeOptions, type Option } from '../../src/wire/control';
import { IPV6CP_OPTION } from '../../src/wire/ipv6cp';
import { PROTOCOL } from '../../src/wire/ppp';
import { packet } from '../client/packets';
import { Line, PEER_ADDRESS } from './line';
import { row } from './rows';

const { lcp, ipcp, ipv6cp } = PROTOCOL;
const { configureRequest, configureAck, configureNak, terminateRequest, protocolReject } = CONTROL;

const identifier = (...octets: number[]): Option => ({
  type: IPV6CP_OPTION.interfaceIdentifier,
  data: Buffer.concat([Buffer.alloc(8 - octets.length), Buffer.from(octets)]),
});
const OURS = identifier(0, 2);
const PEERS = identifier(0, 1);
const NO_SERVERS = { dhcpv6: { addresses: false, prefixDelegation: false } };

function dual(): Line {
  return new Line({ ipv6: true, interfaceIdentifier: OURS.data, ...NO_SERVERS });
}

function openIpv6cp(line: Line): Line {
  assert.equal(line.request(ipv6cp, [PEERS]).code, configureAck);
  line.answer(ipv6cp, configureAck);
  assert.equal(line.host.snapshot.ipv6?.remoteLinkLocal, 'fe80::1');
  return line;
}

/** The peer does not know this protocol. */
function reject(line: Line, protocol: number): void {
  const { code, identifier: number, data } = line.last(protocol, configureRequest);
  const rejected = Buffer.concat([Buffer.of(protocol >> 8, protocol & 0xff, code, number, 0, 4 + data.length), data]);
  line.say(lcp, { code: protocolReject, identifier: 1, data: rejected });
}

row('IPV6CP refused (Protocol-Reject)', () => {
  // IPv4 goes on.
  const ipv4 = dual().openLcp();
  reject(ipv4, ipv6cp);
  ipv4.openIpcp();
  assert.equal(ipv4.host.state, 'up');
  assert.equal(ipv4.host.snapshot.localAddress, '10.0.0.2');
  assert.equal(ipv4.host.snapshot.ipv6, undefined);
  // And also when it is up already.
  const late = dual().openLcp().openIpcp();
  assert.equal(late.host.state, 'up');
  reject(late, ipv6cp);
  late.world.runFor(60_000);
  assert.equal(late.host.state, 'up');
  // And the other way round.
  const ipv6 = dual().openLcp();
  reject(ipv6, ipcp);
  openIpv6cp(ipv6);
  assert.equal(ipv6.host.state, 'up');
  assert.equal(ipv6.host.snapshot.localAddress, undefined);
  assert.equal(ipv6.host.snapshot.ipv6?.linkLocal, 'fe80::2');
  // Both: nothing is left.
  const neither = dual().openLcp();
  reject(neither, ipv6cp);
  reject(neither, ipcp);
  neither.world.runUntil(() => neither.host.state === 'waiting', 10_000);
  assert.equal(neither.host.snapshot.reason?.code, 'negotiation-failed');
});

row('IPV6CP closed', () => {
  const line = openIpv6cp(dual().openLcp().openIpcp());
  const states = line.host.states.length;
  const [ack] = line.say(ipv6cp, { code: terminateRequest, identifier: 9, data: Buffer.alloc(0) });
  assert.equal(ack?.code, CONTROL.terminateAck);
  line.world.runFor(60_000);
  assert.equal(line.host.state, 'up', 'IPv4 stays up');
  assert.deepEqual(line.host.states.slice(states), []);
  assert.equal(line.host.snapshot.ipv6, undefined);
  line.octets(PROTOCOL.ipv4, packet('10.0.0.1', '10.0.0.2'));
  assert.equal(line.host.packets.length, 1);
});

row('Interface-Identifier zero or equal to ours', () => {
  for (const asked of [identifier(), OURS]) {
    const line = dual().openLcp().openIpcp();
    const { code, options } = line.request(ipv6cp, [asked]);
    assert.equal(code, configureNak);
    const [proposed] = options;
    assert.equal(proposed?.data.length, 8);
    assert.ok(!proposed.data.equals(identifier().data) && !proposed.data.equals(OURS.data), 'a valid one');
    assert.equal(line.request(ipv6cp, options).code, configureAck);
  }
});

row("AC's PPP process starts only after PADS: our first Configure-Request is lost", () => {
  for (const gap of [60, 150, 700, 2_500]) {
    const line = dual().openLcp();
    line.world.runFor(gap);
    const [first] = line.sent(ipv6cp, configureRequest);
    const sent = line.say(ipv6cp, { code: configureRequest, identifier: 1, data: encodeOptions([PEERS]) });
    const repeated = sent.find(({ code }) => code === configureRequest);
    assert.deepEqual([repeated?.identifier, repeated?.data], [first?.identifier, first?.data], `after ${gap} ms`);
  }
  // IPCP is not disturbed by what IPV6CP waits for.
  const line = dual().openLcp();
  line.request(ipcp, [PEER_ADDRESS]);
  assert.equal(line.host.state, 'configuring');
});
