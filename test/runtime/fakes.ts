import type { PppoeError } from '../../src/errors';
import type { Link } from '../../src/link/link';
import { encodeDiscovery } from '../../src/pppoe/discovery-packet';
import type { Engine, Input } from '../../src/pppoe/engine';
import { SessionFrameTemplate } from '../../src/pppoe/session-frame';
import type { PortOutlets } from '../../src/runtime/port';
import { CODE, TAG } from '../../src/wire/pppoe';

export const OWN = Buffer.from('020000000001', 'hex');
export const PEER = Buffer.from('020000000002', 'hex');

/** A link that keeps what is sent, batch by batch. */
export class FakeLink implements Link {
  readonly address = OWN;
  readonly mtu = 1_500;
  readonly counters = { received: 0, sent: 0, receiveDrops: 0, sendDrops: 0 };
  readonly batches: (readonly Buffer[])[] = [];
  closed = 0;
  onFrames: (frames: readonly Buffer[]) => void = () => {};
  onDown: (error: PppoeError) => void = () => {};
  onUp: () => void = () => {};

  send(frames: readonly Buffer[]): void {
    this.batches.push([...frames]);
  }

  close(): void {
    this.closed++;
  }
}

/** An engine that notes its inputs and does what a test says. */
export class FakeEngine implements Engine {
  readonly inputs: Input[] = [];
  readonly times: number[] = [];
  deadline: number | undefined;
  onInput: (input: Input, now: number) => void = () => {};

  constructor(readonly outlets: PortOutlets) {}

  handle(input: Input, now: number): void {
    this.inputs.push(input);
    this.times.push(now);
    this.onInput(input, now);
  }

  get types(): string[] {
    return this.inputs.map(({ type }) => type);
  }
}

export function sessionFrame(id: number, mark: number, to = OWN, from = PEER): Buffer {
  return new SessionFrameTemplate(to, from, [], id).frame(0x0021, Buffer.of(mark));
}

export function pado(hostUniq: Buffer, to = OWN): Buffer {
  const tags = [{ type: TAG.hostUniq, value: hostUniq }];
  return encodeDiscovery({ destination: to, source: PEER, vlan: [], code: CODE.PADO, sessionId: 0, tags });
}
