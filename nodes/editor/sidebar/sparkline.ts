import type { Picture } from './picture.js';
import { shape } from './shape.js';

/** What was counted until then; the time in ms. */
export interface Sample {
  readonly at: number;
  readonly received: number;
  readonly sent: number;
}

/** Octets in a second. */
export interface Rate {
  readonly received: number;
  readonly sent: number;
}

/** So many samples are kept of each session. */
export const MOST_SAMPLES = 61;

/** With one more sample. Counters that begin anew forget what was. */
export function extended(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last && sample.at <= last.at) return samples;
  const anew = last && (sample.received < last.received || sample.sent < last.sent);
  return [...(anew ? [] : samples), sample].slice(-MOST_SAMPLES);
}

/** The rates between the samples. */
export function ratesOf(samples: readonly Sample[]): readonly Rate[] {
  return samples.slice(1).map(({ at, received, sent }, index) => {
    const before = samples[index] as Sample;
    const seconds = (at - before.at) / 1_000;
    return { received: (received - before.received) / seconds, sent: (sent - before.sent) / seconds };
  });
}

/** The rates from left to right, the newest at the right: received as an area, sent as a line. */
export function drawSparkline(rates: readonly Rate[], width: number, height: number, title: string): Picture {
  const top = Math.max(1, ...rates.flatMap(({ received, sent }) => [received, sent]));
  const step = width / (MOST_SAMPLES - 2);
  const x = (index: number) => round(width - (rates.length - 1 - index) * step);
  const y = (rate: number) => round(height - 1 - (rate / top) * (height - 3));
  const line = (kind: keyof Rate) => rates.map((rate, index) => `${x(index)} ${y(rate[kind])}`).join('L');
  const attributes = {
    viewBox: `0 0 ${width} ${height}`,
    preserveAspectRatio: 'none',
    role: 'img',
    'aria-label': title,
  };
  if (rates.length < 2) return { shape: shape('svg', attributes), width, height };
  const area = `M${x(0)} ${height}L${line('received')}V${height}Z`;
  const picture = shape(
    'svg',
    attributes,
    shape('path', { class: 'spark-received', d: area }),
    shape('path', { class: 'spark-sent', d: `M${line('sent')}` }),
  );
  return { shape: picture, width, height };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
