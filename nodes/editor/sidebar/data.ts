/** What the sidebar's endpoints answer with. Times are ISO 8601. */

/** One line of the list of sessions. */
export interface SessionSummary {
  readonly id: string;
  /** Its name, or else its interface. */
  readonly name: string;
  readonly interface: string;
  readonly state: string;
  /** The code of why it is not up, unless somebody wanted it so. */
  readonly problem?: string;
  /** IPv4, IPv6, delegated prefixes. */
  readonly addresses: readonly string[];
  readonly since?: string;
  readonly nextAttempt?: string;
  readonly octetsReceived: number;
  readonly octetsSent: number;
}

export interface SessionList {
  /** The host's clock. */
  readonly now: string;
  readonly sessions: readonly SessionSummary[];
}

export interface Field {
  readonly name: string;
  readonly value: string;
}

export interface FrameRecord {
  readonly type: 'frame';
  readonly serial: number;
  readonly attempt: number;
  readonly at: string;
  readonly direction: 'sent' | 'received';
  readonly peer: string;
  readonly protocol: string;
  readonly code: string;
  readonly identifier?: number;
  readonly sessionId?: number;
  readonly options: readonly Field[];
  readonly mark?: 'repeated' | 'refused' | 'malformed' | 'ignored';
  /** In hexadecimal; secrets are overwritten. */
  readonly octets: string;
}

export interface StateRecord {
  readonly type: 'state';
  readonly serial: number;
  readonly attempt: number;
  readonly at: string;
  readonly state: string;
  readonly reason?: { readonly code: string; readonly text: string };
}

export type Entry = FrameRecord | StateRecord;

export interface Transition {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

/** The session's states, and how one leads to another. */
export interface Machine {
  readonly states: readonly string[];
  readonly transitions: readonly Transition[];
}

export interface DiagnosisRecord {
  readonly finding: string;
  readonly hints: readonly string[];
  readonly values: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface SessionDetails {
  readonly now: string;
  /** Another one when the session was made anew: what was known of it is void then. */
  readonly epoch: string;
  /** Whether `entries` are all there are, or only what is new. */
  readonly whole: boolean;
  readonly entries: readonly Entry[];
  readonly summary: SessionSummary;
  /** Of the session as it is now: name and value, in their order. */
  readonly facts: readonly Field[];
  readonly automata: readonly { readonly protocol: string; readonly state: string }[];
  readonly machine: Machine;
  /** The states of an automaton of RFC 1661. */
  readonly automatonStates: readonly string[];
  readonly diagnosis?: DiagnosisRecord;
}

/** What is written to a file. */
export interface ExportedFile {
  readonly base64: string;
}
