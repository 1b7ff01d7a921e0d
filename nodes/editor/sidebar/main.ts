/** The sidebar 'PPPoE'. Served as /resources/@pppoe/node-red-pppoe/nodes/editor/sidebar/main.js; `pppoe-sidebar.html` loads it. */
import { Sidebar } from './sidebar.js';
import type { Words } from './words.js';
import { fill } from './words.js';

const CATALOG = '@pppoe/node-red-pppoe/pppoe-sidebar:pppoe-sidebar';

/** The catalog's text. Its own `{name}` is not the editor's: what a peer says must not be taken for a reference. */
const words: Words = (key, values = {}) => fill(String(RED._(`${CATALOG}.${key}`)), values);

const style = document.createElement('link');
style.rel = 'stylesheet';
style.href = new URL('sidebar.css', import.meta.url).href;
document.head.append(style);

/** As Node-RED takes it; its types know less. */
const addAction: (name: string, run: () => void, options: { readonly label: string }) => void = RED.actions.add;

function add(): void {
  const sidebar = new Sidebar(words);
  const tab = {
    id: 'pppoe',
    name: words('name'),
    label: words('label'),
    iconClass: 'fa fa-exchange',
    content: sidebar.element,
    enableOnEdit: true,
    action: 'pppoe:show-sidebar',
    onchange: () => sidebar.look(),
  };
  RED.sidebar.addTab(tab);
  addAction('pppoe:show-sidebar', () => RED.sidebar.show('pppoe'), { label: words('action') });
}

RED.plugins.registerPlugin('pppoe-sidebar', { onadd: add });
