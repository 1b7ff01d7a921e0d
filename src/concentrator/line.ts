import type { Connection, PhaseName } from '../ppp/connection';
import type { SessionFrameTemplate } from '../pppoe/session-frame';
import { formatIpv4 } from '../wire/ip';
import { formatMac, type MacAddress } from '../wire/mac-address';

/** One session of an access concentrator, from PADS to its end. */
export interface Line {
  readonly id: number;
  readonly peer: MacAddress;
  readonly hostUniq: Buffer | undefined;
  readonly serviceName: Buffer;
  readonly connection: Connection;
  readonly template: SessionFrameTemplate;
  /** The address that the host gets, known once it has authenticated itself. */
  readonly lease: { address: Buffer | undefined };
  account: string | undefined;
  since: number | undefined;
  packetsReceived: number;
  packetsSent: number;
}

/** A session as its access concentrator sees it, as plain data. */
export interface Subscriber {
  readonly sessionId: number;
  readonly mac: string;
  readonly username: string | undefined;
  readonly address: string | undefined;
  readonly phase: PhaseName;
  /** When it came up, in ms of the engine's clock. */
  readonly since: number | undefined;
  readonly packetsReceived: number;
  readonly packetsSent: number;
}

/** True for the line that a repeated PADR of the same host has opened before. */
export function isRepeated(line: Line, host: MacAddress, hostUniq: Buffer | undefined): boolean {
  if (!line.peer.equals(host) || line.connection.phase !== 'establish') return false;
  return hostUniq ? line.hostUniq?.equals(hostUniq) === true : line.hostUniq === undefined;
}

/** The line as users see it. */
export function describe(line: Line): Subscriber {
  return {
    sessionId: line.id,
    mac: formatMac(line.peer),
    username: line.account,
    address: line.lease.address && formatIpv4(line.lease.address),
    phase: line.connection.phase,
    since: line.since,
    packetsReceived: line.packetsReceived,
    packetsSent: line.packetsSent,
  };
}
