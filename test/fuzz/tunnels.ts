import assert from 'node:assert/strict';
import type { CarrierEvents, OpenCarrier } from '../../src/link/tunnel-carrier';
import { type Encapsulation, encapsulationOf } from '../../src/link/tunnel-encapsulation';
import { TunnelLink } from '../../src/link/tunnel-link';
import { openRawCarrier, type RawSockets } from '../../src/link/tunnel-raw';
import { parseTunnel } from '../../src/link/tunnel-text';
import { checksum, encodeIpv4, parseIpv4 } from '../../src/wire/ip';
import { isGroupMac } from '../../src/wire/mac-address';
import { Prng } from '../client/prng';
import { FakeClock } from '../runtime/fake-clock';
import { captured } from './corpus';
import { mutate } from './mutate';

/** What became of the packets, so that a run that reaches nothing does not pass for a good one. */
export interface TunnelFuzzReport {
  packets: number;
  received: number;
  wrongKeys: number;
  strangers: number;
  malformed: number;
  fragments: number;
  downs: number;
  ups: number;
}

const [REMOTE, LOCAL] = ['192.0.2.1', '192.0.2.2'];
const TEXTS = [
  `gre:${REMOTE}?local=${LOCAL}`,
  `gre:${REMOTE}?key=7`,
  `eoip:${REMOTE}?local=${LOCAL}&tunnel-id=7`,
  `etherip:${REMOTE}`,
  `vxlan:${REMOTE}?vni=42`,
];
const EPISODE = 400;
const OWN = Buffer.from('020000000001', 'hex');
const FRAMES = captured();
const ICMP = 1;

/**
 * Hands so many packets to tunnels of every kind: good ones, forged ones and garbage, as from the sockets.
 * @throws AssertionError with seed and episode when one gives way.
 */
export function fuzzTunnels(count: number, seed: number): TunnelFuzzReport {
  const report = { packets: 0, received: 0, wrongKeys: 0, strangers: 0, malformed: 0, fragments: 0, downs: 0, ups: 0 };
  for (let episode = 0; report.packets < count; episode++) {
    const target = new Target(TEXTS[episode % TEXTS.length] as string, new Prng(Math.imul(seed, 31) + episode), report);
    try {
      target.run();
    } catch (cause) {
      const octets = target.last.toString('hex');
      throw new Error(`seed ${seed}, episode ${episode}, last packet ${octets}: ${cause}`, { cause });
    }
  }
  return report;
}

/** One tunnel under fire. */
class Target {
  readonly #clock = new FakeClock();
  readonly #encapsulation: Encapsulation;
  readonly #link: TunnelLink;
  /** What the tunnel's sockets hand over, by the protocol; 17 is the datagrams of UDP. */
  readonly #inlets = new Map<number, (packet: Buffer) => void>();
  readonly #protocol: number;
  last: Buffer = Buffer.alloc(0);
  /** How many packets the far end is still silent for: until then there is ICMP only. */
  #silence = 0;

  constructor(
    text: string,
    private readonly random: Prng,
    private readonly report: TunnelFuzzReport,
  ) {
    const tunnel = parseTunnel(text);
    this.#protocol = { gre: 47, eoip: 47, etherip: 97, vxlan: 17 }[tunnel.kind];
    this.#encapsulation = encapsulationOf(tunnel);
    const path = { ...tunnel, name: text, protocol: this.#protocol };
    const open: OpenCarrier = (events) =>
      tunnel.kind === 'vxlan'
        ? this.#datagrams(events)
        : openRawCarrier(path, events, this.#sockets(), (call) => call());
    const place = { remote: REMOTE, address: OWN, underlayMtu: 1_500 };
    this.#link = new TunnelLink(place, this.#encapsulation, open, this.#clock);
    this.#link.onDown = () => report.downs++;
    this.#link.onUp = () => report.ups++;
    this.#link.onFrames = (frames) => {
      for (const frame of frames) {
        assert.ok(frame.length >= 14 && (isGroupMac(frame) || frame.subarray(0, 6).equals(OWN)), 'not for us');
      }
    };
  }

  run(): void {
    for (let fired = 0; fired < EPISODE; fired++) this.#fire();
    const { received, refused } = this.#link.counters;
    this.#deliver(this.#protocol, this.#packet(this.#good()));
    assert.equal(this.#link.counters.received, received + 1, 'a good packet arrives after all the others');
    this.#link.close();
    assert.deepEqual(this.#clock.armed, []);
    this.report.received += received;
    for (const why of ['wrongKeys', 'strangers', 'malformed', 'fragments'] as const) {
      this.report[why] += refused?.[why] ?? 0;
    }
  }

  #fire(): void {
    const { random } = this;
    this.report.packets++;
    if (random.chance(0.02)) this.#silence = 10;
    const icmp = this.#protocol !== 17 && (this.#silence-- > 0 || random.chance(0.2));
    const good = icmp ? this.#unreachable() : random.chance(0.1) ? this.#withFrame() : this.#good();
    const payload = random.chance(0.8) ? mutate(good, random, random.pick(FRAMES)) : good;
    if (icmp && payload.length > 4 && random.chance(0.9)) fixChecksum(payload, 2);
    const packet = this.#packet(payload, icmp ? ICMP : this.#protocol);
    const damaged = this.#protocol !== 17 && random.chance(0.2) ? this.#damage(packet) : packet;
    this.last = damaged;
    this.#deliver(icmp ? ICMP : this.#protocol, damaged);
    if (random.chance(0.2)) this.#clock.advance(random.pick([1, 500, 1_000, 40_000]));
    const { mtu } = this.#link;
    assert.ok(mtu >= 500 && mtu <= 1_464, `MTU ${mtu}`);
  }

  /** The header of IP changed; its checksum right as a rule, since the kernel lets nothing else pass. */
  #damage(packet: Buffer): Buffer {
    const result = Buffer.concat([mutate(packet.subarray(0, 20), this.random, packet), packet.subarray(20)]);
    if (result.length >= 20 && this.random.chance(0.8)) fixChecksum(result.subarray(0, 20), 10);
    return result;
  }

  #deliver(protocol: number, packet: Buffer): void {
    this.#inlets.get(protocol)?.(packet);
  }

  #packet(payload: Buffer, protocol = this.#protocol): Buffer {
    return protocol === 17 ? payload : ipPacket(protocol, REMOTE, LOCAL, payload);
  }

  /** A packet of the far end with a PPPoE frame for us. */
  #good(): Buffer {
    const frame = Buffer.from(this.random.pick(FRAMES));
    OWN.copy(frame);
    return Buffer.concat([this.#encapsulation.header(frame.length), frame]);
  }

  /** A header and anything after it. */
  #withFrame(): Buffer {
    const octets = this.random.octets(this.random.below(1_600));
    return Buffer.concat([this.#encapsulation.header(octets.length), octets]);
  }

  #unreachable(): Buffer {
    const original = ipPacket(this.#protocol, LOCAL, REMOTE, this.#encapsulation.header(60));
    const message = Buffer.concat([Buffer.of(3, this.random.below(6), 0, 0, 0, 0, 0, 0), original]);
    message.writeUInt16BE(this.random.pick([0, 575, 576, 1_400, 1_499, 0xffff]), 6);
    fixChecksum(message, 2);
    return message;
  }

  #sockets(): RawSockets {
    return {
      createSocket: ({ protocol }) => ({
        send: (_bytes, _offset, _length, _address, done) => done(null),
        on: (event: string, listener: (packet: never) => void) => {
          if (event === 'message') this.#inlets.set(protocol, listener as (packet: Buffer) => void);
        },
        setOption: () => {},
        close: () => {},
      }),
    };
  }

  #datagrams(events: CarrierEvents): ReturnType<OpenCarrier> {
    this.#inlets.set(17, (datagram) => events.packet(datagram));
    return { overhead: 28, drops: 0, send: (_header, _frame, done) => done(), close: () => {} };
  }
}

function ipPacket(protocol: number, source: string, destination: string, payload: Buffer): Buffer {
  const ends = { source: parseIpv4(source), destination: parseIpv4(destination) };
  const common = { tos: 0, identification: 0, fragment: 0x4000, ttl: 64, options: Buffer.alloc(0) };
  return encodeIpv4({ ...common, ...ends, protocol, payload });
}

function fixChecksum(bytes: Buffer, at: number): void {
  bytes.writeUInt16BE(0, at);
  bytes.writeUInt16BE(checksum(bytes), at);
}
