import type { TestContext } from 'node:test';
import type { Link } from '../../src/link/link';
import { openTunnel, type TunnelOptions } from '../../src/link/tunnel';
import { parseTunnel } from '../../src/link/tunnel-text';
import { FakeClock } from '../runtime/fake-clock';
import type { LinkPair } from './contract';

/** The ends of tunnels between two addresses of this host. */
export const [HERE, THERE, ELSEWHERE] = ['127.0.0.2', '127.0.0.3', '127.0.0.4'] as const;

/** Opens a tunnel that is closed after the test. Its time stands still, unless the test has a clock of its own. */
export function openText(t: TestContext, text: string, clock = new FakeClock(), options: TunnelOptions = {}): Link {
  const link = openTunnel(parseTunnel(text), options, clock);
  t.after(() => link.close());
  return link;
}

/** Both ends of a tunnel. `rest` is what else its text has: `&key=7`. */
export function tunnelPair(t: TestContext, kind: string, rest = '', clock = new FakeClock()): LinkPair {
  const end = (local: string, remote: string) => openText(t, `${kind}:${remote}?local=${local}${rest}`, clock);
  return { a: end(HERE, THERE), b: end(THERE, HERE) };
}
