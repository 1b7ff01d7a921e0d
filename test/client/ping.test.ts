import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EchoRoute, encodeEchoRequest, readEchoAnswer } from '../../src/client/echo';
import { Ping, type PingOutcome, type PingSettings } from '../../src/client/ping';
import { PppoeError } from '../../src/errors';
import { decodeIcmpEcho, encodeIcmpEcho, ICMP } from '../../src/wire/icmp';
import { decodeIcmpv6, encodeIcmpv6 } from '../../src/wire/icmpv6';
import { checksum, decodeIpv4, encodeIpv4, IP_PROTOCOL, parseIpv4 } from '../../src/wire/ip';
import { decodeIpv6, encodeIpv6, parseIpv6 } from '../../src/wire/ipv6';

const V4: EchoRoute = { source: parseIpv4('10.64.0.2'), destination: parseIpv4('192.0.2.9') };
const V6: EchoRoute = { source: parseIpv6('2001:db8::2'), destination: parseIpv6('2001:db8::9') };
const ROUTER = parseIpv4('198.51.100.1');
const ROUTER6 = parseIpv6('2001:db8:ffff::1');
const TOKEN = Buffer.from('tokentok');
const SETTINGS: PingSettings = {
  count: 3,
  interval: 1_000,
  timeout: 800,
  size: 56,
  ttl: 64,
  identifier: 0x4e52,
  token: TOKEN,
};

/** A ping, and what it sends and tells. */
class Line {
  readonly sent: Buffer[] = [];
  readonly outcomes: PingOutcome[] = [];
  over = 0;
  refuses: PppoeError | undefined;
  readonly ping: Ping;

  constructor(settings: Partial<PingSettings> = {}, route: EchoRoute = V4) {
    this.ping = new Ping(
      { ...SETTINGS, ...settings },
      {
        route: () => route,
        send: (packet) => {
          if (this.refuses) throw this.refuses;
          this.sent.push(packet);
        },
        outcome: (outcome) => this.outcomes.push(outcome),
        done: () => this.over++,
      },
    );
  }

  get last(): Buffer {
    return this.sent.at(-1) ?? assert.fail('nothing was sent');
  }

  /** Lets the time pass from deadline to deadline, up to and with `until`. */
  pass(until: number): void {
    for (let at = this.ping.deadline; at !== undefined && at <= until; at = this.ping.deadline) this.ping.due(at);
  }

  /** What became of each request, in short. */
  get fates(): string[] {
    return this.outcomes.map((outcome) => {
      const fate = outcome.type === 'failed' ? outcome.failure.code : `${outcome.type} ${outcome.roundTrip}`;
      return `${outcome.number} ${fate}`;
    });
  }
}

const IPV4 = { tos: 0, identification: 0, fragment: 0, ttl: 57, options: Buffer.alloc(0) };
const IPV6 = { trafficClass: 0, flowLabel: 0, hopLimit: 57 };

function replyTo(request: Buffer, data?: Buffer): Buffer {
  if ((request[0] ?? 0) >> 4 === 6) {
    const { source, destination, payload } = decodeIpv6(request);
    const asked = decodeIcmpv6(payload, { source, destination });
    assert.ok(asked.kind === 'echo-request');
    const addresses = { source: destination, destination: source };
    const icmp = encodeIcmpv6({ ...asked, kind: 'echo-reply', data: data ?? asked.data }, addresses);
    return encodeIpv6({ ...IPV6, nextHeader: IP_PROTOCOL.icmpv6, ...addresses, payload: icmp });
  }
  const { source, destination, payload } = decodeIpv4(request);
  const asked = decodeIcmpEcho(payload);
  const icmp = encodeIcmpEcho({ ...asked, type: ICMP.echoReply, data: data ?? asked.data });
  return encodeIpv4({ ...IPV4, protocol: IP_PROTOCOL.icmp, source: destination, destination: source, payload: icmp });
}

/** A router's ICMP error about a request. `rest`: the four octets after the checksum. */
function errorAbout(request: Buffer, type: number, code: number, rest = Buffer.alloc(4), quoted = 28): Buffer {
  const payload = Buffer.concat([Buffer.of(type, code, 0, 0), rest, request.subarray(0, quoted)]);
  payload.writeUInt16BE(checksum(payload), 2);
  return encodeIpv4({ ...IPV4, protocol: IP_PROTOCOL.icmp, source: ROUTER, destination: V4.source, payload });
}

function errorAboutV6(request: Buffer, type: number, code: number, rest = Buffer.alloc(4)): Buffer {
  const addresses = { source: ROUTER6, destination: V6.source };
  const body = Buffer.concat([rest, request]);
  const payload = encodeIcmpv6({ kind: 'other', type, code, body }, addresses);
  return encodeIpv6({ ...IPV6, nextHeader: IP_PROTOCOL.icmpv6, ...addresses, payload });
}

for (const [version, route] of [
  ['IPv4', V4],
  ['IPv6', V6],
] as const) {
  test(`requests over ${version} go out at the interval, and their replies are timed`, () => {
    const line = new Line({}, route);
    line.ping.start(5_000);
    line.ping.receive(replyTo(line.last), 5_010);
    line.pass(6_000);
    line.ping.receive(replyTo(line.last), 6_030);
    line.pass(7_000);
    line.ping.receive(replyTo(line.last), 7_020);
    assert.deepEqual(line.fates, ['1 reply 10', '2 reply 30', '3 reply 20']);
    const [first] = line.outcomes;
    assert.ok(first?.type === 'reply');
    assert.deepEqual([first.from, first.ttl, first.octets], [version === 'IPv4' ? '192.0.2.9' : '2001:db8::9', 57, 56]);
    assert.equal(line.over, 1);
    assert.equal(line.ping.deadline, undefined);
    const { min, avg, max, jitter, loss, sent, received } = line.ping.statistics;
    assert.deepEqual(
      { min, avg, max, jitter, loss, sent, received },
      { min: 10, avg: 20, max: 30, jitter: 15, loss: 0, sent: 3, received: 3 },
    );
  });
}

test('a request without a reply times out by itself; the last one ends the ping', () => {
  const line = new Line();
  line.ping.start(0);
  line.pass(1_000);
  line.ping.receive(replyTo(line.last), 1_040);
  line.pass(2_799);
  assert.deepEqual(line.fates, ['1 timeout', '2 reply 40']);
  assert.equal(line.over, 0);
  line.pass(2_800);
  assert.deepEqual(line.fates, ['1 timeout', '2 reply 40', '3 timeout']);
  assert.equal(line.over, 1);
  const { sent, received, timeouts, errors, loss } = line.ping.statistics;
  assert.deepEqual([sent, received, timeouts, errors], [3, 1, 2, 0]);
  assert.ok(Math.abs(loss - 66.7) < 0.1, `${loss}`);
});

test('without any reply there are no times', () => {
  const line = new Line({ count: 1 });
  line.ping.start(0);
  line.pass(800);
  const { min, avg, max, jitter, loss } = line.ping.statistics;
  assert.deepEqual([min, avg, max, jitter, loss], [null, null, null, null, 100]);
});

test('a second reply is a duplicate, one after the time-out is late: neither counts as received', () => {
  const line = new Line({ count: 0 });
  line.ping.start(0);
  const first = line.last;
  line.ping.receive(replyTo(first), 10);
  line.ping.receive(replyTo(first), 12);
  line.pass(1_900);
  line.ping.receive(replyTo(line.last), 1_900);
  assert.deepEqual(line.fates, ['1 reply 10', '1 duplicate 12', '2 timeout', '2 late 900']);
  const { received, duplicates, late, timeouts } = line.ping.statistics;
  assert.deepEqual([received, duplicates, late, timeouts], [1, 1, 1, 1]);
});

const ERRORS = [
  {
    what: 'host unreachable',
    about: (r: Buffer) => errorAbout(r, 3, 1),
    code: 'unreachable',
    text: 'Host unreachable',
  },
  {
    what: 'an unknown code of unreachable',
    about: (r: Buffer) => errorAbout(r, 3, 77),
    code: 'unreachable',
    text: 'Destination unreachable',
  },
  {
    what: 'fragmentation needed',
    about: (r: Buffer) => errorAbout(r, 3, 4, Buffer.of(0, 0, 5, 0xc8)),
    code: 'too-long',
    text: 'Fragmentation needed',
    mtu: 1_480,
  },
  {
    what: 'fragmentation needed of an old router',
    about: (r: Buffer) => errorAbout(r, 3, 4),
    code: 'too-long',
    text: 'Fragmentation needed',
  },
  {
    what: 'time to live exceeded',
    about: (r: Buffer) => errorAbout(r, 11, 0),
    code: 'ttl-exceeded',
    text: 'Time to live exceeded',
  },
  {
    what: 'a parameter problem',
    about: (r: Buffer) => errorAbout(r, 12, 0),
    code: 'parameter-problem',
    text: 'Parameter problem',
  },
] as const;

for (const { what, about, code, text, ...more } of ERRORS) {
  test(`${what} is an error with its ICMP type and code, and no time-out`, () => {
    const line = new Line({ count: 1 });
    line.ping.start(0);
    const error = about(line.last);
    line.ping.receive(error, 9);
    assert.equal(line.over, 1);
    const [outcome] = line.outcomes;
    const icmp = { type: error[20], code: error[21] };
    assert.deepEqual(outcome, {
      type: 'failed',
      number: 1,
      failure: { code, text, from: '198.51.100.1', icmp, ...more },
    });
    const { errors, timeouts, loss } = line.ping.statistics;
    assert.deepEqual([errors, timeouts, loss], [1, 0, 100]);
  });
}

for (const [type, code, text, expected] of [
  [1, 3, 'Address unreachable', 'unreachable'],
  [1, 4, 'Port unreachable', 'unreachable'],
  [2, 0, 'Packet too big', 'too-long'],
  [3, 0, 'Hop limit exceeded', 'ttl-exceeded'],
  [4, 1, 'Unrecognized Next Header', 'parameter-problem'],
] as const) {
  test(`ICMPv6's '${text}' is ${expected}`, () => {
    const line = new Line({ count: 1 }, V6);
    line.ping.start(0);
    line.ping.receive(errorAboutV6(line.last, type, code, Buffer.of(0, 0, 5, 0)), 9);
    const [outcome] = line.outcomes;
    assert.ok(outcome?.type === 'failed');
    const { from, ...failure } = outcome.failure;
    const mtu = type === 2 ? { mtu: 1_280 } : {};
    assert.deepEqual(failure, { code: expected, text, icmp: { type, code }, ...mtu });
    assert.equal(from, '2001:db8:ffff::1');
  });
}

test('what the session refuses is an error of that request, and the next one is tried all the same', () => {
  const line = new Line({ count: 2 });
  line.refuses = new PppoeError('not-up', 'The session is not up, but waiting');
  line.ping.start(0);
  assert.deepEqual(line.fates, ['1 not-up']);
  line.refuses = undefined;
  line.pass(1_000);
  line.ping.receive(replyTo(line.last), 1_001);
  assert.deepEqual(line.fates, ['1 not-up', '2 reply 1']);
  assert.equal(line.over, 1);
});

test('a ping whose every request is refused still ends', () => {
  const line = new Line({ count: 2 });
  line.refuses = new PppoeError('too-long', 'The packet has 1600 octets, the MTU is 1492');
  line.ping.start(0);
  line.pass(1_000);
  assert.deepEqual(line.fates, ['1 too-long', '2 too-long']);
  assert.equal(line.over, 1);
});

test('two pings at once take only their own replies', () => {
  const one = new Line({ identifier: 1 });
  const two = new Line({ identifier: 2 });
  one.ping.start(0);
  two.ping.start(0);
  for (const { ping } of [one, two]) ping.receive(replyTo(two.last), 4);
  assert.deepEqual([one.fates, two.fates], [[], ['1 reply 4']]);
});

test('a reply to somebody else with our identifier, and what is no answer at all, change nothing', () => {
  const line = new Line();
  line.ping.start(0);
  const strange = [
    replyTo(line.last, Buffer.alloc(56)),
    line.last,
    errorAbout(replyTo(line.last), 3, 1),
    errorAbout(line.last, 3, 1, Buffer.alloc(4), 24),
    errorAbout(line.last, 5, 1),
    Buffer.alloc(0),
    Buffer.of(0x45),
    Buffer.of(0x60),
  ];
  for (const packet of strange) line.ping.receive(packet, 5);
  assert.deepEqual(line.fates, []);
});

test('a reply is read however it is cut or damaged, and never throws', () => {
  const reply = replyTo(encodeEchoRequest(V4, { identifier: 7, sequence: 1, ttl: 64, data: TOKEN }));
  const reply6 = replyTo(encodeEchoRequest(V6, { identifier: 7, sequence: 1, ttl: 64, data: TOKEN }));
  for (const whole of [reply, reply6]) {
    assert.equal(readEchoAnswer(whole)?.kind, 'reply');
    for (let length = 0; length < whole.length; length++)
      assert.equal(readEchoAnswer(whole.subarray(0, length)), undefined);
    const damaged = Buffer.from(whole);
    damaged.writeUInt8(1, damaged.length - 1);
    assert.equal(readEchoAnswer(damaged), undefined, 'a wrong checksum');
  }
});

test('a ping without data, and one with less than its token, know their replies', () => {
  for (const size of [0, 3]) {
    const line = new Line({ size, count: 1 });
    line.ping.start(0);
    line.ping.receive(replyTo(line.last), 2);
    assert.deepEqual(line.fates, ['1 reply 2']);
  }
});

test('a ping that is stopped asks no more, and ends without an outcome for what was under way', () => {
  const line = new Line({ count: 0 });
  line.ping.start(0);
  line.ping.stop();
  assert.equal(line.ping.deadline, undefined);
  line.ping.receive(replyTo(line.last), 5);
  assert.deepEqual([line.fates, line.sent.length, line.over], [[], 1, 0]);
});

test('a ping without end knows its replies when the sequence numbers begin anew', () => {
  const line = new Line({ count: 0, interval: 10, timeout: 10 });
  let now = 0;
  line.ping.start(now);
  for (let number = 1; number <= 65_540; number++) {
    line.ping.receive(replyTo(line.last), now + 1);
    now += 10;
    line.ping.due(now);
  }
  const { received, sent, duplicates, jitter } = line.ping.statistics;
  assert.deepEqual([received, sent, duplicates, jitter], [65_540, 65_541, 0, 0]);
});

test('after the process has slept the requests that were missed are not made up for', () => {
  const line = new Line({ count: 0 });
  line.ping.start(0);
  line.ping.due(60_000);
  assert.equal(line.sent.length, 2);
  assert.equal(line.ping.deadline, 60_800);
  line.pass(61_000);
  assert.equal(line.sent.length, 3);
});
