import type { Reason } from '../errors';
import type { Claim, Credentials } from './authentication';
import type { AutomatonSettings, NetworkProtocol } from './control-protocol';
import type { IpcpSettings } from './ipcp';
import type { Ipv6cpSettings } from './ipv6cp';
import type { KeepaliveSettings } from './keepalive';
import type { LcpSettings } from './lcp';

export interface ConnectionSettings {
  readonly lcp: LcpSettings;
  /** Who we are, when the peer asks. */
  readonly credentials?: Credentials;
  /** A peer that does not ask who we are is refused. */
  readonly authenticationRequired: boolean;
  /** The name under which we challenge the peer. */
  readonly name: string;
  /** Asked each time when IPCP begins and answers. Undefined: no IPv4. */
  readonly ipcp: (() => IpcpSettings) | undefined;
  /** Absent: no IPv6. */
  readonly ipv6cp?: Ipv6cpSettings;
  readonly keepalive: KeepaliveSettings;
  readonly automaton: AutomatonSettings;
  /** The longest that LCP, authentication or the network protocols may each take, in ms. */
  readonly phaseTimeout: number;
}

/** The phases of RFC 1661 §3.2; `open` is its Network-Layer Protocol phase while a network protocol is up. */
export type PhaseName = 'dead' | 'establish' | 'authenticate' | 'network' | 'open' | 'terminate';

export interface ConnectionOutlets {
  send(protocol: number, information: Buffer): void;
  /** Unpredictable octets. */
  random(octets: number): Buffer;
  /** One line for people about what has just happened. */
  progress(text: string): void;
  /** A phase began. Called when it is `open`, too: packets may flow; and when an opened connection negotiates again. */
  phase(phase: PhaseName, now: number): void;
  /** A network protocol came up, or went down. The phase follows: `network` after the last down. */
  network?(name: NetworkProtocol['name'], up: boolean, now: number): void;
  /** The peer says who it is: `decide` must be called, now or later. */
  claim(claim: Claim, now: number): void;
  /** It is over. Nothing is sent any more. */
  closed(reason: Reason, now: number): void;
  /** What is being received is nothing that its state waits for. */
  ignored?(): void;
}
