import { protocolsOf, protocolsText, textOf } from './rules.js';
import { text } from './texts.js';
import { type EditorNode, inputOf } from './validator.js';

/**
 * Fills a dialog's `.pppoe-protocols` with a tick for each protocol, and ties them to the one text in which the choice of protocols is stored.
 * @param possible in the order in which they protect the password, and in which they are stored.
 * @returns the field with the text; it tells a change, which also lets the editor show anew what is wrong.
 */
export function tickProtocols(node: EditorNode, possible: readonly string[]): JQuery {
  const stored = inputOf(node, 'authentication');
  const boxes = $('.pppoe-protocols')
    .append(possible.map((name) => lineFor(node, name)))
    .find('input');
  const chosen = protocolsOf(textOf(stored.val()), possible);
  boxes.each((_index, box) => {
    $(box).prop('checked', chosen.includes(String($(box).data('protocol'))));
  });
  boxes.on('change', () => {
    const checked = possible.filter((name) => boxes.filter(`[data-protocol=${name}]`).prop('checked'));
    stored.val(protocolsText(checked, possible)).trigger('change');
  });
  return stored;
}

/**
 * As `tickProtocols`, for a choice whose order counts: each line but the first has a button that moves it up.
 * @param possible in the order that `any` stands for.
 */
export function orderProtocols(node: EditorNode, possible: readonly string[]): JQuery {
  const stored = inputOf(node, 'authentication');
  const list = $('.pppoe-protocols').append(possible.map((name) => lineFor(node, name)));
  const chosen = protocolsOf(textOf(stored.val()), possible);
  const lineOf = (name: string) => list.find(`input[data-protocol=${name}]`).parent('label');
  const store = () => {
    const inOrder = list.find('input:checked').toArray();
    const names = inOrder.map((box) => String($(box).data('protocol')));
    stored.val(protocolsText(names, possible)).trigger('change');
  };
  const ordered = [...chosen, ...possible.filter((name) => !chosen.includes(name))];
  for (const name of ordered) {
    const up = $('<button type="button" class="red-ui-button red-ui-button-small pppoe-up"></button>');
    up.append('<i class="fa fa-arrow-up"></i>').attr({ title: text('up'), 'aria-label': text('up') });
    up.on('click', (event) => {
      event.preventDefault();
      lineOf(name).insertBefore(lineOf(name).prev());
      up.trigger('focus');
      store();
    });
    lineOf(name).append(up).appendTo(list).find('input').prop('checked', chosen.includes(name)).on('change', store);
  }
  return stored;
}

function lineFor(node: EditorNode, name: string): JQuery {
  const words = $('<span></span>').text(node._def._(`${node.type}.authentication.${name}`));
  return $('<label></label>').append($('<input type="checkbox">').attr('data-protocol', name), ' ', words);
}
