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

/** @param automata the states of LCP, IPCP and IPV6CP; Initial while there is no PPP connection. */
export function describeSession(
  state: SessionStateName,
  automata: {
    readonly lcp?: State | undefined;
    readonly ipcp?: State | undefined;
    readonly ipv6cp?: State | undefined;
  },
  attempts: readonly TraceAttempt[],
): SessionDescription {
  return {
    states: drawSession(state),
    lcp: drawAutomaton(automata.lcp ?? 'Initial'),
    ipcp: drawAutomaton(automata.ipcp ?? 'Initial'),
    ipv6cp: drawAutomaton(automata.ipv6cp ?? 'Initial'),
    sequence: drawSequence(attempts),
  };
}
