import { isVariable, textOf } from './rules.js';
import { text } from './texts.js';
import { type EditorNode, formOf, inputOf } from './validator.js';

/**
 * Gives all ticks, and these choices, a button that puts a text field in their place, for an environment variable.
 *
 * The one that counts has the id that Node-RED reads when the dialog is done.
 */
export function allowVariables(node: EditorNode, ...choices: readonly string[]): void {
  const { defaults } = node._def;
  const ticks = Object.keys(defaults).filter((property) => typeof defaults[property]?.value === 'boolean');
  for (const property of [...ticks, ...choices]) {
    const control = inputOf(node, property);
    if (node[property] === undefined) fill(control, defaults[property]?.value);
    allowVariable(control, textOf(node[property]));
  }
}

/** The default, in a node that is older than the property: Node-RED's own form would show a tick that is not set. */
function fill(control: JQuery, value: unknown): void {
  if (control.attr('type') === 'checkbox') control.prop('checked', value === true);
  else control.val(textOf(value));
}

function allowVariable(control: JQuery, stored: string): void {
  const id = control.attr('id') ?? '';
  const written = $('<input type="text" class="pppoe-written" placeholder="${NAME}">');
  const button = $('<button type="button" class="red-ui-button red-ui-button-small pppoe-variable">${ }</button>');
  const label = control.parent('label');
  const isTick = control.attr('type') === 'checkbox';
  written.attr('aria-label', text('variable.name'));
  button.attr({ title: text('variable.button'), 'aria-label': text('variable.button') });
  (isTick ? label : control).after(written, button);
  const show = (isWritten: boolean) => {
    (isTick ? label : control).toggle(!isWritten);
    written.toggle(isWritten);
    control.attr('id', isWritten ? '' : id);
    written.attr('id', isWritten ? id : '');
    button.attr('aria-pressed', String(isWritten)).toggleClass('selected', isWritten);
  };
  if (isVariable(stored)) written.val(stored);
  show(isVariable(stored));
  button.on('click', () => {
    const isWritten = button.attr('aria-pressed') !== 'true';
    show(isWritten);
    if (!isTick && !control.val()) control.prop('selectedIndex', 0);
    (isWritten ? written : control).trigger('change').trigger('focus');
  });
}

/** Shows rows for as long as a tick or a choice wants them. */
export function showWhile(
  rows: string,
  node: EditorNode,
  property: string,
  isWanted: (input: JQuery) => boolean,
): void {
  const update = () =>
    formOf(node)
      .find(rows)
      .toggle(isWanted(inputOf(node, property)));
  formOf(node).on('input change', update);
  update();
}

/** Whether a tick is set, or may be: a variable does not say. */
export function isTicked(input: JQuery): boolean {
  return input.attr('type') !== 'checkbox' || Boolean(input.prop('checked'));
}
