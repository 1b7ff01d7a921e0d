import { drawAutomaton } from '../ppp/automaton-diagram';
import type { State } from '../ppp/automaton-table';
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

/** The states of the automatons (RFC 1661 §4.2). */
export interface AutomatonStates {
  readonly lcp: State;
  readonly ipcp: State;
  readonly ipv6cp: State;
}

/** Before there is a PPP connection. */
export const INITIAL: AutomatonStates = { lcp: 'Initial', ipcp: 'Initial', ipv6cp: 'Initial' };

export function describeSession(
  state: SessionStateName,
  automata: AutomatonStates,
  attempts: readonly TraceAttempt[],
): SessionDescription {
  return {
    states: drawSession(state),
    lcp: drawAutomaton(automata.lcp),
    ipcp: drawAutomaton(automata.ipcp),
    ipv6cp: drawAutomaton(automata.ipv6cp),
    sequence: drawSequence(attempts),
  };
}
