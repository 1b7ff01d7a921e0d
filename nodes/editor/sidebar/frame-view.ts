import { element, icon } from './dom.js';
import { type Rung, titleOf } from './ladder.js';
import { hexDump } from './text.js';
import type { Words } from './words.js';

/** A step of the ladder in full: decoded fields and octets of a frame, the reason of a state. */
export function frameDetails(rung: Rung, words: Words, close: () => void): HTMLElement {
  const dismiss = element('button', { class: 'pppoe-button', type: 'button' }, icon('times'));
  dismiss.setAttribute('aria-label', words('close'));
  dismiss.addEventListener('click', close);
  const head = element('div', { class: 'pppoe-frame-head' }, element('h4', {}, headline(rung, words)), dismiss);
  const whole = element('section', { class: 'pppoe-frame', 'aria-label': words('frame.title') }, head);
  if (rung.type === 'state' && rung.entry.reason) {
    whole.append(fields([{ name: words('frame.reason'), value: rung.entry.reason.code }]));
    whole.append(element('p', {}, rung.entry.reason.text));
  }
  if (rung.type !== 'frame') return whole;
  const { at, peer, sessionId, options, mark, octets } = rung.frame;
  const known = [
    { name: words('frame.time'), value: at.replace('T', ' ').replace('Z', ' UTC') },
    { name: words('frame.peer'), value: peer },
    ...(sessionId ? [{ name: words('frame.session'), value: `${sessionId} (0x${sessionId.toString(16)})` }] : []),
    ...(mark ? [{ name: words('frame.mark'), value: `${words(`mark.${mark}`)}: ${words(`markNote.${mark}`)}` }] : []),
  ];
  const lines = hexDump(octets, 8).join('\n');
  whole.append(
    fields([...known, ...options]),
    element('h5', {}, words('frame.octets', { count: octets.length / 2 })),
    element('pre', { tabindex: 0, 'aria-label': words('frame.octets', { count: octets.length / 2 }) }, lines),
  );
  return whole;
}

function headline(rung: Rung, words: Words): string {
  if (rung.type === 'frame') return `${words(`ladder.${rung.frame.direction}`)} ${titleOf(rung.frame)}`;
  if (rung.type === 'state') return rung.entry.state;
  return words(`ladder.${rung.type}`, { count: rung.count });
}

/** Names and values, one below the other. */
export function fields(all: readonly { readonly name: string; readonly value: string }[]): HTMLElement {
  const list = element('dl', { class: 'pppoe-fields' });
  for (const { name, value } of all) list.append(element('dt', {}, name), element('dd', {}, value || '–'));
  return list;
}
