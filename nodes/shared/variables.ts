import type { Node, NodeAPI } from 'node-red';

const VARIABLE = /\$\{([^\s{}]+)\}/g;

/**
 * A text with the values of its environment variables, `${NAME}`, as the node sees them; those that are not set stay as they
 * are, as they do in Node-RED itself, which resolves a property only where a variable is all of it.
 * @param node whose flow and group are asked before the process's environment; null for the latter alone.
 */
export function withVariables(RED: NodeAPI, node: Node | null, text: string): string {
  return text.replaceAll(VARIABLE, (variable) => {
    // Without a node, as types have it, Node-RED asks the process's environment.
    const value: unknown = RED.util.evaluateNodeProperty(variable, 'env', node as Node, {});
    return value === undefined || value === '' ? variable : String(value);
  });
}

/** A node's settings, in which the variables within the text of these properties are resolved. */
export function resolved<T extends object, K extends keyof T>(
  RED: NodeAPI,
  node: Node,
  settings: T,
  properties: readonly K[],
): T {
  const texts = properties.flatMap((property) => {
    const text = settings[property];
    return typeof text === 'string' ? [[property, withVariables(RED, node, text)]] : [];
  });
  return { ...settings, ...Object.fromEntries(texts) };
}
