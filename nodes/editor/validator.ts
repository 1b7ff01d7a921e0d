import { formatInterface, parseInterface, wrongInInterface } from './interface-text.js';
import { orVariable, type Rule, textOf } from './rules.js';
import { text } from './texts.js';

/** A property of a node, as its definition has it. */
interface Property {
  /** What a new node has. */
  readonly value?: unknown;
  readonly validate?: Validator;
}

/** What is used of a node in the editor. */
export interface EditorNode {
  readonly id: string;
  readonly type: string;
  readonly _def: {
    readonly category: string;
    readonly defaults: Readonly<Record<string, Property>>;
    readonly credentials?: Readonly<Record<string, Property>>;
    _(key: string): string;
  };
  readonly [property: string]: unknown;
}

/**
 * What Node-RED calls to check a property.
 * @param opt given when the reason is wanted, not only whether.
 * @returns true, or what is wanted instead.
 */
export type Validator = (this: EditorNode, value: unknown, opt?: object) => boolean | string;

/** A validator: true for an environment variable and for what the rule accepts, otherwise the type's `errors.<message>`. */
export function wants(message: string, rule: Rule): Validator {
  const accepts = orVariable(rule);
  return function (value, opt) {
    return accepts(textOf(value)) || refusal(this, message, opt);
  };
}

/** As `wants`, for a value that must fit another property's, which may be in the open dialog: `rule` gets both. */
export function wantsBeside(
  message: string,
  other: string,
  rule: (text: string, beside: string) => boolean,
): Validator {
  return function (value, opt) {
    return rule(textOf(value), propertyOf(this, other)) || refusal(this, message, opt);
  };
}

/** The validator of a flow node's session: one is chosen, and its own settings are right. */
export function wantsSession(): Validator {
  return wantsNode('session', 'invalidSession');
}

/** The same of its access concentrator. */
export function wantsConcentrator(): Validator {
  return wantsNode('concentrator', 'invalidConcentrator');
}

function wantsNode(missing: string, invalid: string): Validator {
  return function (value, opt) {
    const chosen = RED.nodes.node(textOf(value)) as { readonly valid?: boolean } | null;
    if (chosen && chosen.valid !== false) return true;
    return refusal(this, chosen ? invalid : missing, opt);
  };
}

/** A validator that only counts while another property, which may be in the open dialog, is of interest to it. */
export function whenBeside(other: string, isOfInterest: Rule, validator: Validator): Validator {
  return function (value, opt) {
    return isOfInterest(propertyOf(this, other)) ? validator.call(this, value, opt) : true;
  };
}

/**
 * The validator of an interface, a virtual segment or a tunnel; it says what is wanted of the first part that is wrong.
 * @param presence whether there must be one.
 */
export function wantsInterface(presence: 'required' | 'optional' = 'required'): Validator {
  return (value, opt) => {
    if (presence === 'optional' && textOf(value) === '') return true;
    const form = parseInterface(textOf(value));
    const [wrong] = wrongInInterface(form);
    if (wrong === undefined) return true;
    return opt ? text(`wanted.${wrong}`, { value: formatInterface(form) }) : false;
  };
}

/** What the ids of a node's inputs begin with. */
export function prefixOf(node: EditorNode): string {
  return node._def.category === 'config' ? 'node-config-input' : 'node-input';
}

/** The input of a node's property. */
export function inputOf(node: EditorNode, property: string): JQuery {
  return $(`#${prefixOf(node)}-${property}`);
}

/** The form of a node's open dialog. */
export function formOf(node: EditorNode): JQuery {
  return inputOf(node, 'name').closest('.pppoe-form');
}

/** A tick, a text, or what is chosen. */
export function writtenIn(input: JQuery): string {
  return input.attr('type') === 'checkbox' ? String(input.prop('checked')) : textOf(input.val());
}

/** A property of a node: as it is written in its dialog when that is open, as it is stored otherwise. */
export function propertyOf(node: EditorNode, property: string): string {
  const input = inputOf(node, property);
  const isOpen = RED.editor.getEditStack?.().at(-1)?.id === node.id && input.length > 0;
  return isOpen ? writtenIn(input) : textOf(node[property]);
}

function refusal(node: EditorNode, message: string, opt: object | undefined): string | false {
  return opt ? node._def._(`${node.type}.errors.${message}`) : false;
}
