import { pcapngFrames, pcapngHeader } from '../wire/pcapng';
import type { FrameReport } from './history';

/**
 * A session's trace as a pcapng file. Secrets are overwritten in it as they are in the trace; each frame has its line as a
 * comment.
 */
export function traceFile(trace: readonly FrameReport[], session: { readonly interface: string }): Buffer {
  const frames = trace.map(({ at, direction, octets, text }) => ({
    time: 1_000 * Date.parse(at),
    direction,
    octets,
    comments: [text],
  }));
  const comments = ['Control frames of one PPPoE session; secrets are overwritten with *'];
  return Buffer.concat([
    pcapngHeader({ interface: session.interface, application: 'node-red-pppoe', comments }),
    pcapngFrames(frames),
  ]);
}
