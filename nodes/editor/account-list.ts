import { ACCOUNT_KEYS, type Account, formatAccounts, parseAccounts, wrongIn } from './accounts.js';
import { textOf } from './rules.js';
import { type EditorNode, inputOf } from './validator.js';

/** What an account's empty field stands for, where it may be empty: the key of the word for it. */
const EMPTY: Readonly<Record<string, string>> = { address: 'account.pool', faults: 'account.none' };

/**
 * Makes the accounts of an access concentrator a list with a row for each, and a field in it for each of `ACCOUNT_KEYS`. The
 * text of them all stays in the node's own input, which is hidden.
 * @param list the element that the list is made of.
 * @returns stores what is written: for the end of the dialog, when a row may be deleted but not have faded out yet.
 */
export function accountList(node: EditorNode, list: JQuery): () => void {
  const translate = (key: string) => node._def._(`${node.type}.${key}`);
  const stored = inputOf(node, 'accounts');
  const accounts = parseAccounts(textOf(stored.val()));
  let filled = false;
  const store = () => {
    const written = formatAccounts(writtenIn(list));
    // What this form did not make, like an environment variable, stays until something is put in its place.
    if (!filled || (accounts === undefined && written === '')) return;
    // The change lets the editor show anew what is wrong.
    stored.val(written).trigger('change');
  };
  const addItem = (container: JQuery, _index: number, account: Account) => {
    const inputs = ACCOUNT_KEYS.map((key) => inputFor(key, account, translate));
    const fields = row(inputs);
    const mark = () => {
      const wrong: readonly string[] = wrongIn(accountOf(fields));
      for (const input of inputs) input.toggleClass('input-error', wrong.includes(String(input.data('key'))));
    };
    container.append(fields);
    container.siblings('.red-ui-editableList-item-remove').attr('aria-label', RED._('common.label.delete'));
    for (const input of inputs) input.on('change', mark).on('change', store);
    mark();
  };
  list.css({ minHeight: '190px' }).editableList({
    header: row(ACCOUNT_KEYS.map((key) => $('<span></span>').text(translate(`account.${key}`)))),
    addButton: translate('account.add'),
    scrollOnAdd: false,
    removable: true,
    sortable: true,
    addItem,
    removeItem: store,
    sortItems: store,
  });
  for (const account of accounts ?? []) list.editableList('addItem', account);
  filled = true;
  return store;
}

function row(fields: readonly JQuery[]): JQuery {
  return $('<div class="pppoe-account"></div>').append(...fields);
}

function inputFor(key: keyof Account, account: Account, translate: (key: string) => string): JQuery {
  const isSecret = key === 'password';
  const empty = EMPTY[key];
  return $('<input>')
    .attr({
      type: isSecret ? 'password' : 'text',
      'data-key': key,
      'aria-label': translate(`account.${key}`),
      autocomplete: isSecret ? 'new-password' : 'off',
      placeholder: empty === undefined ? '' : translate(empty),
    })
    .val(account[key] ?? '');
}

/** What is written in the list, without rows that are on their way out. */
function writtenIn(list: JQuery): Account[] {
  return list
    .children('li:not(.red-ui-editableList-item-deleting)')
    .find('.pppoe-account')
    .toArray()
    .map((element) => accountOf($(element)));
}

function accountOf(fields: JQuery): Account {
  return Object.fromEntries(ACCOUNT_KEYS.map((key) => [key, textOf(fields.find(`[data-key=${key}]`).val())]));
}
