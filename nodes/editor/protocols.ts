import { protocolsOf, textOf } from './rules.js';

/**
 * Ties the ticks of a dialog's `.pppoe-protocols` to the one text in which the choice of protocols is stored.
 * @param possible in the order in which they protect the password, and in which they are stored.
 * @returns the field with the text; it tells a change, which also lets the editor show anew what is wrong.
 */
export function tickProtocols(possible: readonly string[]): JQuery {
  const stored = $('#node-config-input-authentication');
  const boxes = $('.pppoe-protocols input');
  const chosen = protocolsOf(textOf(stored.val()), possible);
  boxes.each((_index, box) => {
    $(box).prop('checked', chosen.includes(String($(box).data('protocol'))));
  });
  boxes.on('change', () => {
    const checked = possible.filter((name) => boxes.filter(`[data-protocol=${name}]`).prop('checked'));
    stored.val(checked.length === possible.length ? 'any' : checked.join(',') || 'none').trigger('change');
  });
  return stored;
}
