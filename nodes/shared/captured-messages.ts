import { type Capture, type CapturedFrame, describeFrame, frameLine, pcapngFrames } from '../../src/index';

const FORMATS = ['pcapng', 'lines', 'objects'] as const;
/** `pcapng`: Buffers for a file. `lines`: text. `objects`: what each frame says. */
export type Format = (typeof FORMATS)[number];

export function isFormat(value: string): value is Format {
  return FORMATS.some((format) => format === value);
}

/** What frames that were captured just now become: one message with all of them, or one for each. */
export function streamOf(frames: readonly CapturedFrame[], format: Format): readonly object[] {
  if (format === 'pcapng') return [{ payload: pcapngFrames(frames), event: 'frames', frames: frames.length }];
  return frames.map((frame) => ({
    payload: format === 'lines' ? lineOf(frame) : objectOf(frame),
    event: 'frame',
    at: timeOf(frame),
    direction: frame.direction,
  }));
}

interface Occasion {
  readonly topic: string;
  readonly failure?: { readonly code: string; readonly text: string };
}

/** All frames that a capture keeps, as one message, with a name for a file. */
export function dumpOf(capture: Capture, format: Format, { topic, failure }: Occasion): object {
  const { recent } = capture;
  const why = failure ? `${failure.code}: ${failure.text}` : 'asked for by a message';
  const dumps: Record<Format, () => unknown> = {
    pcapng: () => capture.file([`${topic}: ${why}`]),
    lines: () => recent.map((frame) => `${timeOf(frame)} ${lineOf(frame)}`),
    objects: () => recent.map(objectOf),
  };
  const extension = format === 'pcapng' ? 'pcapng' : 'txt';
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  return {
    payload: dumps[format](),
    event: 'dump',
    frames: recent.length,
    reason: failure ?? { code: '', text: '' },
    filename: `pppoe-${topic.replace(/[^\w.-]+/g, '-')}-${time}.${extension}`,
  };
}

function lineOf({ octets, direction, comments }: CapturedFrame): string {
  const notes = comments.map((comment) => ` [${comment}]`).join('');
  return `${direction} ${frameLine(describeFrame(octets))}${notes}`;
}

function objectOf(frame: CapturedFrame): object {
  const { octets, direction, comments } = frame;
  const description = describeFrame(octets);
  return { at: timeOf(frame), direction, ...description, text: frameLine(description), octets, comments };
}

function timeOf({ time }: CapturedFrame): string {
  return new Date(time / 1_000).toISOString();
}
