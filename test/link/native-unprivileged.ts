import { PppoeError } from '../../src/errors';
import { openTunnel } from '../../src/link/tunnel';
import { systemClock } from '../../src/runtime/clock';

/** Tells what becomes of a tunnel in a process without rights. */
try {
  openTunnel({ kind: 'gre', remote: '127.0.0.3' }, {}, systemClock).close();
} catch (error) {
  if (!(error instanceof PppoeError)) throw error;
  process.stdout.write(`${error.code}\t${error.message}`);
}
