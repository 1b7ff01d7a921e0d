import { EVENTS, lookUp, STATES, type State } from './automaton-table';
import { drawStates, type Transition } from './state-diagram';

/** The automaton of RFC 1661 §4.1 as Mermaid text, made from the table, with its present state marked. */
export function drawAutomaton(present: State): string {
  return drawStates({ states: STATES, initial: 'Initial', transitions: automatonTransitions() }, present);
}

/** One for each pair of states between which there is a cell, with the events that lead from the one to the other. */
export function automatonTransitions(): readonly Transition<State>[] {
  return STATES.flatMap((from) =>
    STATES.flatMap((to) => {
      const events = EVENTS.filter((event) => lookUp(event, from)?.next === to);
      return events.length > 0 ? [{ from, to, label: events.join(', ') }] : [];
    }),
  );
}
