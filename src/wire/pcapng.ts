import type { MacAddress } from './mac-address';

/** Blocks of the pcapng file format (draft-ietf-opsawg-pcapng), little-endian, Ethernet, times in microseconds. */

/** An Ethernet frame as a capture has it. */
export interface CapturedFrame {
  /** In microseconds since 1970-01-01 UTC. */
  readonly time: number;
  readonly direction: 'sent' | 'received';
  readonly octets: Buffer;
  /** What readers show beside the frame. */
  readonly comments: readonly string[];
}

/** Where a capture is made, and by whom. */
export interface CaptureSource {
  readonly interface: string;
  readonly description?: string;
  readonly address?: MacAddress;
  /** The program that writes the file. */
  readonly application?: string;
  readonly comments?: readonly string[];
}

/** What is known of a capture at its end. */
export interface CaptureEnd {
  /** In microseconds since 1970-01-01 UTC, like `start`. */
  readonly time: number;
  readonly start: number;
  /** Frames that came in while it lasted, and those that were lost before we saw them. */
  readonly received: number;
  readonly dropped: number;
}

const BLOCK = { section: 0x0a0d0d0a, interface: 1, statistics: 5, packet: 6 } as const;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const LINKTYPE_ETHERNET = 1;

const COMMENT = 1;
const SECTION_OPTION = { application: 4 } as const;
const INTERFACE_OPTION = { name: 2, description: 3, address: 6, resolution: 9 } as const;
const PACKET_OPTION = { flags: 2 } as const;
const STATISTICS_OPTION = { start: 2, end: 3, received: 4, dropped: 5 } as const;
/** epb_flags: which way the frame went. */
const DIRECTION = { received: 1, sent: 2 } as const;
/** Times are in units of 10^-6 s. */
const MICROSECONDS = 6;

/** What a file begins with: the header of a section and its one interface. Sections may follow each other in one file. */
export function pcapngHeader(source: CaptureSource): Buffer {
  const { interface: name, description, address, application, comments = [] } = source;
  const section = Buffer.alloc(16);
  section.writeUInt32LE(BYTE_ORDER_MAGIC, 0);
  section.writeUInt16LE(1, 4);
  // How long the section is, is not known.
  section.writeBigInt64LE(-1n, 8);
  const described = Buffer.alloc(8);
  described.writeUInt16LE(LINKTYPE_ETHERNET, 0);
  return Buffer.concat([
    block(BLOCK.section, section, [...comments.map(comment), ...text(SECTION_OPTION.application, application)]),
    block(BLOCK.interface, described, [
      ...text(INTERFACE_OPTION.name, name),
      ...text(INTERFACE_OPTION.description, description),
      ...(address ? [option(INTERFACE_OPTION.address, address)] : []),
      option(INTERFACE_OPTION.resolution, Buffer.of(MICROSECONDS)),
    ]),
  ]);
}

/** A block for each frame. */
export function pcapngFrames(frames: readonly CapturedFrame[]): Buffer {
  return Buffer.concat(frames.map(packetBlock));
}

/** What a section ends with: how many frames were seen, and how many were not. */
export function pcapngEnd({ time, start, received, dropped }: CaptureEnd): Buffer {
  const body = Buffer.alloc(12);
  timestamp(time).copy(body, 4);
  return block(BLOCK.statistics, body, [
    option(STATISTICS_OPTION.start, timestamp(start)),
    option(STATISTICS_OPTION.end, timestamp(time)),
    option(STATISTICS_OPTION.received, count(received)),
    option(STATISTICS_OPTION.dropped, count(dropped)),
  ]);
}

function packetBlock({ time, direction, octets, comments }: CapturedFrame): Buffer {
  const header = Buffer.alloc(20);
  timestamp(time).copy(header, 4);
  header.writeUInt32LE(octets.length, 12);
  header.writeUInt32LE(octets.length, 16);
  const flags = Buffer.alloc(4);
  flags.writeUInt32LE(DIRECTION[direction], 0);
  const options = [option(PACKET_OPTION.flags, flags), ...comments.map(comment)];
  return block(BLOCK.packet, Buffer.concat([header, padded(octets)]), options);
}

function block(type: number, body: Buffer, options: readonly Buffer[]): Buffer {
  const inner = Buffer.concat([body, ...options, ...(options.length > 0 ? [Buffer.alloc(4)] : [])]);
  const length = 12 + inner.length;
  const head = Buffer.alloc(8);
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(length, 4);
  return Buffer.concat([head, inner, head.subarray(4)]);
}

function option(code: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(code, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, padded(value)]);
}

function text(code: number, value: string | undefined): readonly Buffer[] {
  return value ? [option(code, Buffer.from(value).subarray(0, 0xffff))] : [];
}

function comment(value: string): Buffer {
  return option(COMMENT, Buffer.from(value).subarray(0, 0xffff));
}

/** The upper half comes first, each in the section's byte order. */
function timestamp(microseconds: number): Buffer {
  const octets = Buffer.alloc(8);
  octets.writeUInt32LE(Math.floor(microseconds / 2 ** 32), 0);
  octets.writeUInt32LE(microseconds % 2 ** 32, 4);
  return octets;
}

function count(value: number): Buffer {
  const octets = Buffer.alloc(8);
  octets.writeBigUInt64LE(BigInt(value));
  return octets;
}

function padded(octets: Buffer): Buffer {
  const missing = -octets.length & 3;
  return missing === 0 ? octets : Buffer.concat([octets, Buffer.alloc(missing)]);
}
