import { drawAutomaton } from '../ppp/automaton-diagram';
import type { Connection } from '../ppp/connection';
import { PROTOCOL } from '../wire/ppp';
import { drawSequence } from './sequence-diagram';
import { drawSession } from './session-diagram';
import type { SessionStateName } from './session-state';
import type { TraceAttempt } from './trace';

/** A session drawn: each is the text of one Mermaid diagram. */
export interface SessionDescription {
  /** `stateDiagram-v2` of the session's states, the present one marked. */
  readonly states: string;
  /** `stateDiagram-v2` of LCP's automaton (RFC 1661 §4.1), the present state marked. */
  readonly lcp: string;
  /** The same for IPCP and for IPV6CP. */
  readonly ipcp: string;
  readonly ipv6cp: string;
  /** `sequenceDiagram` of the negotiation: the present or last attempt, and those before it as far as there is room. */
  readonly sequence: string;
}

/** @param connection undefined while there is no PPP connection: its automatons are drawn as Initial. */
export function describeSession(
  state: SessionStateName,
  connection: Pick<Connection, 'stateOf'> | undefined,
  attempts: readonly TraceAttempt[],
): SessionDescription {
  const automaton = (protocol: number) => drawAutomaton(connection?.stateOf(protocol) ?? 'Initial');
  return {
    states: drawSession(state),
    lcp: automaton(PROTOCOL.lcp),
    ipcp: automaton(PROTOCOL.ipcp),
    ipv6cp: automaton(PROTOCOL.ipv6cp),
    sequence: drawSequence(attempts),
  };
}
