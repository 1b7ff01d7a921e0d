import { type EditorNode, inputOf, type Validator, wantsConcentrator, wantsSession, whenBeside } from './validator.js';
import { showWhile } from './variables.js';

const isConcentrator = (source: string) => source === 'concentrator';
const isSession = (source: string) => !isConcentrator(source);

/** The validator of the session of a node that works on one, or on an access concentrator. */
export function wantsSessionSource(): Validator {
  return whenBeside('source', isSession, wantsSession());
}

/** The same of its access concentrator. */
export function wantsConcentratorSource(): Validator {
  return whenBeside('source', isConcentrator, wantsConcentrator());
}

/** Shows the one of the two that is chosen. A node of an earlier version has a session. */
export function chooseSource(node: EditorNode): void {
  const source = inputOf(node, 'source');
  if (isSession(String(source.val()))) source.val('session');
  showWhile('.pppoe-source-session', node, 'source', (input) => isSession(String(input.val())));
  showWhile('.pppoe-source-concentrator', node, 'source', (input) => isConcentrator(String(input.val())));
}

/** Lets go of the one that is not chosen: it would count as used. */
export function keepSource(node: EditorNode): void {
  const other = isConcentrator(String(inputOf(node, 'source').val())) ? 'session' : 'concentrator';
  // What stands for none in the choice of a configuration node.
  inputOf(node, other).val('_ADD_');
}
