import { suggest } from './interface-list.js';
import {
  fieldsOf,
  formatInterface,
  INTERFACE_KINDS,
  type InterfaceField,
  type InterfaceKind,
  needsRawSocket,
  parseInterface,
  wrongInInterface,
} from './interface-text.js';
import { rawSocketAccess } from './requests.js';
import { textOf } from './rules.js';
import { text } from './texts.js';
import { type EditorNode, inputOf } from './validator.js';

/**
 * Makes the interface of a dialog a kind, a small form for it, and what there is to choose from. The text of all this stays
 * in the node's own input, which is hidden.
 * @param absent what the field shows while it is empty, where it may be.
 * @returns the line of the form that has room for a button.
 */
export function interfaceField(node: EditorNode, absent?: string): JQuery {
  const stored = inputOf(node, 'interface');
  const kinds = kindSelect(parseInterface(textOf(stored.val())).kind);
  const line = $('<div class="pppoe-line"></div>');
  const more = $('<div class="pppoe-more"></div>');
  const access = $('<div class="pppoe-access" role="note"></div>').hide();
  stored.after(line.append(kinds), more, access);

  const form = () => {
    const kind = kinds.val() as InterfaceKind;
    const inputs = line.add(more).find<HTMLInputElement>('input[data-field]').toArray();
    return { kind, values: Object.fromEntries(inputs.map((input) => [String($(input).data('field')), input.value])) };
  };
  const mark = () => {
    const isAbsent = absent !== undefined && formatInterface(form()) === '';
    const wrong = isAbsent ? [] : wrongInInterface(form());
    line
      .add(more)
      .find('input[data-field]')
      .each((_index, input) => {
        const isWrong = wrong.includes(String($(input).data('field')));
        $(input).toggleClass('input-error', isWrong).attr('aria-invalid', String(isWrong));
      });
    tellAccess(access, !isAbsent && needsRawSocket(form()));
  };
  const write = () => {
    stored.val(formatInterface(form())).trigger('change');
    mark();
  };
  /** A name stands beside its kind; the fields of a tunnel each have a line of their own. */
  const lay = (values: Readonly<Record<string, string>>): void => {
    line.children().not(kinds).not('.pppoe-scan').remove();
    more.empty();
    const kind = kinds.val() as InterfaceKind;
    const inputs = fieldsOf(kind).map((each) => inputFor(each, values[each.name] ?? ''));
    if (kind !== 'ethernet' && kind !== 'virtual') {
      more.append(inputs.map(labelled));
      return;
    }
    for (const input of inputs) {
      kinds.after(input);
      if (absent !== undefined && kind === 'ethernet') input.attr({ placeholder: absent, 'aria-required': 'false' });
      suggest(input, kind, write);
    }
  };
  lay(parseInterface(textOf(stored.val())).values);
  mark();
  line.add(more).on('input change', 'input', write);
  kinds.on('change', () => {
    // A tunnel keeps its ends when it becomes one of another kind.
    lay(form().values);
    write();
  });
  return line;
}

function kindSelect(kind: InterfaceKind): JQuery {
  const options = INTERFACE_KINDS.map((each) =>
    $('<option></option>')
      .val(each)
      .text(text(`kind.${each}`)),
  );
  return $('<select id="pppoe-interface-kind"></select>')
    .attr('aria-label', text('kind.label'))
    .append(options)
    .val(kind);
}

function inputFor({ name, example, presence }: InterfaceField, value: string): JQuery {
  const placeholder = example || text(`placeholder.${name}`);
  return $('<input type="text">')
    .attr({
      id: `pppoe-interface-${name}`,
      'data-field': name,
      'aria-label': text(`field.${name}`),
      'aria-required': String(presence === 'required'),
      placeholder,
      autocomplete: 'off',
    })
    .val(value);
}

function labelled(input: JQuery): JQuery {
  const label = $('<label></label>')
    .attr('for', input.attr('id') ?? '')
    .text(input.attr('aria-label') ?? '');
  return $('<div class="pppoe-line"></div>').append(label, input);
}

/** Says whether Node-RED may open raw sockets, and if not, what gives it the right. */
async function tellAccess(note: JQuery, isNeeded: boolean): Promise<void> {
  note.toggle(isNeeded && !note.is(':empty'));
  if (!isNeeded || note.data('asked')) return;
  note.data('asked', true);
  try {
    const { allowed, remedy = '' } = await rawSocketAccess();
    const icon = $('<i class="fa"></i>').addClass(allowed ? 'fa-check' : 'fa-exclamation-triangle');
    note
      .toggleClass('pppoe-forbidden', !allowed)
      .append(icon, document.createTextNode(` ${text(`access.${allowed}`)}`));
    if (!allowed) note.append($('<div class="pppoe-remedy"></div>').text(remedy));
    note.show();
  } catch {
    // Who may not ask is not told; a session that cannot start says why itself.
    note.hide();
  }
}
