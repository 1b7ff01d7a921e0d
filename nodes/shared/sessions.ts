import type { SessionNode } from './session-api';

const running = new Map<string, SessionNode>();

/** The config nodes `pppoe-session` that run now, for those who have no flow node at them. */
export function runningSessions(): readonly SessionNode[] {
  return [...running.values()];
}

/** Names the node among those that run, until it closes. */
export function announce(node: SessionNode): void {
  running.set(node.id, node);
  node.on('close', () => {
    // Its successor may be there already.
    if (running.get(node.id) === node) running.delete(node.id);
  });
}
