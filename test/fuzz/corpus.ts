import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pppoeOffset } from '../../src/pppoe/session-frame';
import { readCapture } from '../fixtures/pcap';

/** The PPPoE frames of all captures in test/fixtures. */
export function captured(): Buffer[] {
  const names = readdirSync(join(__dirname, '../fixtures')).filter((name) => name.endsWith('.pcap'));
  const frames = names.flatMap((name) => readCapture(name.slice(0, -5)).map(({ bytes }) => bytes));
  return frames.filter((frame) => pppoeOffset(frame) >= 0);
}
