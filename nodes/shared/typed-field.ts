import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { PppoeError } from '../../src/index';

/**
 * What a typed input stands for: a value of its own, or where to find one.
 * @param type one of the editor's: `str`, `num`, `json`, `env`, `msg`, `flow`, `global`, `jsonata`.
 * @throws PppoeError `malformed` when it cannot be evaluated.
 */
export function evaluate(
  RED: NodeAPI,
  node: Node,
  message: NodeMessage,
  [value, type]: readonly [value: string, type: string],
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const refuse = (error: unknown) => {
      // JSONata throws objects that are no errors.
      const { message: said = String(error) } = error as { readonly message?: string };
      reject(new PppoeError('malformed', `${type}: ${said}`, { cause: error }));
    };
    try {
      RED.util.evaluateNodeProperty(value, type, node, message, (error, result) => {
        if (error) refuse(error);
        else resolve(result);
      });
    } catch (error) {
      refuse(error);
    }
  });
}
