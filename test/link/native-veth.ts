import { execFileSync } from 'node:child_process';
import type { TestContext } from 'node:test';
import type { PppoeError } from '../../src/errors';
import type { Link } from '../../src/link/link';
import { openPacketSocket, type PacketSocketOptions } from '../../src/link/packet-socket';
import type { LinkPair } from './contract';

/** Runs `ip` in the namespace that this process is in: only ever one of its own. */
export function ip(command: string): void {
  execFileSync('ip', command.split(' '), { stdio: ['ignore', 'ignore', 'inherit'] });
}

let pairs = 0;

/** A new pair of connected Ethernet interfaces, both up; gone after the test. */
export function makeVeth(t: TestContext): [string, string] {
  pairs++;
  const names: [string, string] = [`va${pairs}`, `vb${pairs}`];
  createVeth(...names);
  t.after(() => ip(`link delete ${names[0]}`));
  return names;
}

export function createVeth(a: string, b: string): void {
  ip(`link add name ${a} type veth peer name ${b}`);
  ip(`link set ${b} up`);
  ip(`link set ${a} up`);
}

/** Opens a link that is closed after the test. */
export function open(t: TestContext, options: PacketSocketOptions): Link {
  const link = openPacketSocket(options);
  t.after(() => link.close());
  return link;
}

/** Two links on a new pair of interfaces. */
export function vethPair(t: TestContext): LinkPair {
  const [a, b] = makeVeth(t);
  return { a: open(t, { interface: a }), b: open(t, { interface: b }) };
}

/** The next onDown of a link. */
export function nextDown(link: Link): Promise<PppoeError> {
  return new Promise((resolve) => {
    link.onDown = resolve;
  });
}

/** The next onUp of a link. */
export function nextUp(link: Link): Promise<void> {
  return new Promise((resolve) => {
    link.onUp = resolve;
  });
}
