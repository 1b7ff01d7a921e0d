import { orVariable, type Rule, textOf } from './rules.js';

/** What is used of a node in the editor. */
export interface EditorNode {
  readonly id: string;
  readonly type: string;
  readonly _def: { _(key: string): string };
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

/** The validator of a flow node's session: one is chosen, and its own settings are right. */
export function wantsSession(): Validator {
  return function (value, opt) {
    const session = RED.nodes.node(textOf(value)) as { readonly valid?: boolean } | null;
    if (session && session.valid !== false) return true;
    return refusal(this, session ? 'invalidSession' : 'session', opt);
  };
}

function refusal(node: EditorNode, message: string, opt: object | undefined): string | false {
  return opt ? node._def._(`${node.type}.errors.${message}`) : false;
}
