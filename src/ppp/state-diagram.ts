/** A state machine to be drawn. */
export interface StateMachine<S extends string> {
  readonly states: readonly S[];
  readonly initial: S;
  /** At most one for each pair of states; the label names what leads from the one to the other. */
  readonly transitions: readonly Transition<S>[];
}

export interface Transition<S extends string> {
  readonly from: S;
  readonly to: S;
  /** Letters, digits, spaces, and `,+-()'` only. */
  readonly label: string;
}

/** The state machine as Mermaid `stateDiagram-v2` text, with its present state marked by the class `present`. */
export function drawStates<S extends string>({ states, initial, transitions }: StateMachine<S>, present: S): string {
  return [
    'stateDiagram-v2',
    '  direction LR',
    ...states.map((state) => `  state "${state}" as ${nodeId(state)}`),
    `  [*] --> ${nodeId(initial)}`,
    ...transitions.map(({ from, to, label }) => `  ${nodeId(from)} --> ${nodeId(to)} : ${label}`),
    '  classDef present fill:#1b5e20,color:#ffffff,stroke:#1b5e20,stroke-width:3px',
    `  class ${nodeId(present)} present`,
    '',
  ].join('\n');
}

/** Mermaid takes no hyphen in an identifier. */
function nodeId(state: string): string {
  return state.replaceAll('-', '');
}
