import { text } from './texts.js';
import { type EditorNode, formOf, inputOf, prefixOf, type Validator, writtenIn } from './validator.js';

/**
 * Says in the open dialog what is wanted, below each field whose value is wrong, for as long as it is; and how many are
 * wrong in each section, beside its title. A section with a wrong field is open at first.
 */
export function explain(node: EditorNode): void {
  const { defaults, credentials } = node._def;
  const fields = Object.entries({ ...defaults, ...credentials }).flatMap(([property, { validate }]) => {
    const input = inputOf(node, property);
    return validate && input.length > 0 ? [{ property, validate, line: lineBelow(node, property, input) }] : [];
  });
  const form = formOf(node);
  nameTypedInputs(form);
  const sections = form.find('.pppoe-section');
  const check = () => {
    for (const field of fields) show(node, field);
    sections.each((_index, section) => count($(section)));
  };
  form.on('input change keyup', check);
  check();
  sections.has('.pppoe-wanted:not(:empty)').prop('open', true);
}

/** The field that is written in is not the one that the label is for: that one is hidden. */
function nameTypedInputs(form: JQuery): void {
  form.find('.form-row:has(.red-ui-typedInput-input)').each((_index, row) => {
    const label = $(row).children('label').first();
    // Its text comes later.
    const id = `${label.attr('for')}-label`;
    label.attr('id', id);
    $(row).find('.red-ui-typedInput-input').attr('aria-labelledby', id);
  });
}

interface ExplainedField {
  readonly property: string;
  readonly validate: Validator;
  readonly line: JQuery;
}

/** Where it is said; screen readers say it when it changes. */
function lineBelow(node: EditorNode, property: string, input: JQuery): JQuery {
  const id = `${prefixOf(node)}-${property}-wanted`;
  return $('<div class="pppoe-wanted" aria-live="polite"></div>').attr('id', id).appendTo(input.closest('.form-row'));
}

function show(node: EditorNode, { property, validate, line }: ExplainedField): void {
  const input = inputOf(node, property);
  const outcome = validate.call(node, writtenIn(input), {});
  const wanted = typeof outcome === 'string' ? outcome : '';
  if (line.text() !== wanted) line.text(wanted);
  input.attr({ 'aria-invalid': String(wanted !== ''), 'aria-describedby': line.attr('id') ?? '' });
  input.toggleClass('input-error', wanted !== '');
  // What is wrong is shown even where another setting makes it idle: the node would not start.
  if (wanted !== '') line.closest('.form-row').show();
}

function count(section: JQuery): void {
  const number = section.find('.pppoe-wanted:not(:empty)').length;
  const summary = section.children('summary');
  const badge = summary.find('.pppoe-count');
  if (number === 0) badge.remove();
  else if (badge.length > 0) badge.text(text('wrong', { number }));
  else $('<span class="pppoe-count"></span>').text(text('wrong', { number })).appendTo(summary);
}
