/**
 * What the dialogs of all node types share. Served as /resources/@pppoe/node-red-pppoe/nodes/editor/main.js; each node's HTML loads
 * it as a module, so that it runs once however often it is asked for.
 */
import { accountList } from './account-list.js';
import * as accounts from './accounts.js';
import { explain } from './explain.js';
import { areFaults } from './faults.js';
import { interfaceField } from './interface-field.js';
import { orderProtocols, tickProtocols } from './protocols.js';
import * as rules from './rules.js';
import { scanButton } from './scan.js';
import * as source from './source.js';
import * as validators from './validator.js';
import * as variables from './variables.js';

const shared = {
  ...rules,
  ...accounts,
  ...validators,
  ...variables,
  ...source,
  accountList,
  areFaults,
  explain,
  interfaceField,
  orderProtocols,
  scanButton,
  tickProtocols,
};

declare global {
  /** For the scripts in the nodes' HTML, which cannot import. */
  var pppoeEditor: typeof shared;
}

globalThis.pppoeEditor = shared;

const style = document.createElement('link');
style.rel = 'stylesheet';
style.href = new URL('form.css', import.meta.url).href;
document.head.append(style);
