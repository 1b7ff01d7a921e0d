import type { Entry, FrameRecord, StateRecord } from '../../nodes/editor/sidebar/data.js';
import type { Picture } from '../../nodes/editor/sidebar/picture.js';
import { svgText } from '../../nodes/editor/sidebar/shape.js';
import type { Words } from '../../nodes/editor/sidebar/words.js';

export const AC = '02:00:00:00:00:01';

/** Keys and values as they are asked for: tests see what is said, and not how. */
export const words: Words = (key, values = {}) => [key, ...Object.values(values)].join(' ');

/** A record of 10 ms after the one before. */
export function frame(serial: number, more: Partial<FrameRecord> = {}): FrameRecord {
  return {
    type: 'frame',
    serial,
    attempt: 1,
    at: new Date(10 * serial).toISOString(),
    direction: 'sent',
    peer: AC,
    protocol: 'LCP',
    code: 'Configure-Request',
    identifier: 1,
    options: [],
    octets: '',
    ...more,
  };
}

export function state(serial: number, name: string, more: Partial<StateRecord> = {}): StateRecord {
  return { type: 'state', serial, attempt: 1, at: new Date(10 * serial).toISOString(), state: name, ...more };
}

/** From PADI to PADS, as a concentrator of this name answers. */
export function discovery(acName = 'isp', attempt = 1): readonly Entry[] {
  const common = { attempt, protocol: 'PPPoE' } as const;
  const name = [{ name: 'AC-Name', value: acName }];
  const padi = frame(2, { ...common, code: 'PADI', peer: 'ff:ff:ff:ff:ff:ff' });
  const { identifier: _, ...asked } = padi;
  return [
    state(1, 'discovering', { attempt }),
    asked,
    { ...asked, serial: 3, code: 'PADO', direction: 'received', peer: AC, options: name },
    state(4, 'requesting', { attempt }),
    { ...asked, serial: 5, code: 'PADR', peer: AC },
    { ...asked, serial: 6, code: 'PADS', direction: 'received', peer: AC, sessionId: 7 },
  ];
}

export function textOf(picture: Picture): string {
  return svgText(picture.shape);
}
