import { type HostInterface, hostInterfaces } from './requests.js';
import { textOf } from './rules.js';
import { text } from './texts.js';

interface Suggestion {
  readonly value: string;
  readonly label: JQuery;
}

/**
 * Gives an input a button, and the down-arrow key, that show what there is to choose from: the interfaces of the machine that
 * Node-RED runs on, or the virtual segments of the flows. Anything else may still be written.
 * @param chosen called after something was chosen.
 */
export function suggest(input: JQuery, kind: 'ethernet' | 'virtual', chosen: () => void): void {
  const button = $(
    '<button type="button" class="red-ui-button pppoe-suggest"><i class="fa fa-caret-down"></i></button>',
  );
  button.attr({ 'aria-label': text(`list.${kind}`), title: text(`list.${kind}`), 'aria-haspopup': 'listbox' });
  input.after(button);
  const open = async () => {
    const found = kind === 'ethernet' ? await ofHost() : ofFlows();
    const take = (value: string) => {
      input.val(value);
      chosen();
    };
    const options = found.map(({ value, label }) => ({ label, onselect: () => take(value) }));
    // A line that says that there is nothing to choose changes nothing.
    const none = { label: $('<span></span>').text(text(`list.no-${kind}`)), onselect: () => {} };
    const menu = RED.popover.menu({
      width: 380,
      maxHeight: 260,
      class: 'pppoe-suggestions',
      options: options.length > 0 ? options : [none],
      onclose: () => input.trigger('focus'),
    });
    menu.show({ target: input });
    $('.pppoe-suggestions a').first().trigger('focus');
  };
  button.on('click', open);
  input.on('keydown', (event) => {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    open();
  });
}

async function ofHost(): Promise<Suggestion[]> {
  try {
    return (await hostInterfaces()).map((each) => ({ value: each.name, label: described(each) }));
  } catch {
    return [];
  }
}

function described({ name, mac, up, carrier }: HostInterface): JQuery {
  const state = up ? (carrier ? 'up' : 'no-carrier') : 'down';
  return $('<span class="pppoe-suggestion"></span>').append(
    $('<b></b>').text(name),
    $('<code></code>').text(mac),
    $('<span></span>')
      .addClass(`pppoe-state-${state}`)
      .text(text(`state.${state}`)),
  );
}

/** The segments that sessions and access concentrators of the flows name, deployed or not, and how many do. */
function ofFlows(): Suggestion[] {
  const users = new Map<string, number>();
  RED.nodes.eachConfig((node) => {
    const name = /^virtual:(.+)$/.exec(textOf((node as { readonly interface?: unknown }).interface))?.[1];
    if (name !== undefined) users.set(name, (users.get(name) ?? 0) + 1);
    return true;
  });
  return [...users].sort().map(([value, number]) => {
    const note = $('<span></span>').text(text('list.users', { number }));
    return { value, label: $('<span class="pppoe-suggestion"></span>').append($('<b></b>').text(value), note) };
  });
}
