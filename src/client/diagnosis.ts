import type { Reason } from '../errors';
import { formatMac } from '../wire/mac-address';
import { FINDINGS, type FindingId, fill, HINTS, type HintId } from './diagnosis-texts';
import type { SessionStateName } from './session-state';
import type { SessionSettings } from './settings';
import type { FrameEntry, FrameEvent, TraceAttempt } from './trace';

/** Why a session is not up, for people: what was found, and what to look at next. */
export interface Diagnosis {
  /** The key of the finding's text, for translations. */
  readonly finding: FindingId;
  /** The keys of the hints' texts, the likeliest first. */
  readonly hints: readonly HintId[];
  /** What stands for `{name}` in the texts. They may quote the peer. */
  readonly values: Readonly<Record<string, string>>;
  /** All of it in English. */
  readonly text: string;
}

/** What a diagnosis rests on. Secrets are not among it. */
interface Evidence {
  readonly reason: Reason;
  readonly settings: SessionSettings;
  /** The frames of the attempt that failed, up to its failure. */
  readonly frames: readonly FrameEvent[];
  /** The state in which it failed. */
  readonly stage: SessionStateName | undefined;
}

interface Verdict {
  readonly finding: FindingId;
  readonly hints?: readonly HintId[];
  readonly values?: Readonly<Record<string, string>>;
}

/** States that a session only leaves for one of these because something has ended. */
const ENDS: readonly SessionStateName[] = ['terminating', 'waiting', 'idle'];
const NOT_SAID = 'no reason was told';

/**
 * Says in plain language why a session is not up.
 * @param attempts of the session's trace.
 * @param place the name of the interface.
 */
export function diagnose(
  reason: Reason,
  attempts: readonly TraceAttempt[],
  settings: SessionSettings,
  place = '',
): Diagnosis {
  const evidence = { reason, settings, ...failureOf(attempts, reason) };
  const { finding, hints = [], values: own = {} } = judge(evidence);
  const values = { ...commonValues(evidence, place), ...own };
  const text = [FINDINGS[finding], ...hints.map((hint) => HINTS[hint])]
    .map((part) => sentence(fill(part, values)))
    .join(' ');
  return { finding, hints, values, text };
}

/** What the peer said may end without a full stop. */
function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

/** The newest attempt that ended for this reason, up to its end. */
function failureOf(attempts: readonly TraceAttempt[], { code }: Reason): Pick<Evidence, 'frames' | 'stage'> {
  for (const { entries } of attempts.toReversed()) {
    const end = entries.findIndex((entry) => entry.type === 'state' && entry.reason?.code === code);
    if (end < 0) continue;
    const before = entries.slice(0, end);
    const stage = before.findLast((entry) => entry.type === 'state' && !ENDS.includes(entry.state));
    return {
      frames: before.filter((entry): entry is FrameEntry => entry.type === 'frame').map((frame) => frame.event()),
      stage: stage?.type === 'state' ? stage.state : undefined,
    };
  }
  return { frames: [], stage: undefined };
}

function commonValues({ reason, settings, frames }: Evidence, place: string): Record<string, string> {
  const { serviceName, acName = '', acAddress, vlan, username, mru } = settings;
  return {
    said: reason.text,
    interface: place,
    service: serviceName || 'any',
    acName,
    acAddress: acAddress ? formatMac(acAddress) : '',
    vlan: vlan.map(({ vid }) => vid).join('.'),
    user: username || 'us',
    mru: String(mru),
    names: [...new Set(offers(frames).map(nameOf))].join(', ') || 'The access concentrator',
  };
}

function judge(evidence: Evidence): Verdict {
  const { code } = evidence.reason;
  switch (code) {
    case 'no-offer':
      return noOffer(evidence);
    case 'refused':
      return refused(evidence);
    case 'authentication-failed':
      return authentication(evidence);
    case 'negotiation-failed':
      return negotiation(evidence);
    case 'no-reply':
      return noReply(evidence);
    case 'peer-terminated':
      return ended(evidence);
    case 'loopback':
      return { finding: code, hints: ['loop'] };
    case 'closed':
      return { finding: code };
    case 'link-down':
      return { finding: code, hints: ['plugged'] };
    case 'no-interface':
      return { finding: code, hints: ['spelled'] };
    case 'permission':
      return { finding: code, hints: ['raw-sockets'] };
    case 'no-native':
      return { finding: code, hints: ['compiler'] };
    default:
      return { finding: 'other' };
  }
}

function noOffer({ frames, settings }: Evidence): Verdict {
  const { acName, acAddress, serviceName, vlan } = settings;
  if (offers(frames).length > 0) {
    return {
      finding: 'no-offer.unwanted',
      hints: [
        ...hint('ac-name', acName !== undefined),
        ...hint('ac-address', acAddress !== undefined),
        ...hint('service', serviceName !== ''),
      ],
    };
  }
  const attempts = frames.filter(({ code, direction }) => code === 'PADI' && direction === 'sent').length;
  return {
    finding: 'no-offer.silent',
    hints: ['bridged', vlan.length > 0 ? 'vlan-right' : 'vlan-needed', ...hint('service', serviceName !== ''), 'cable'],
    values: { attempts: String(attempts || settings.discoveryAttempts) },
  };
}

function refused({ reason, frames }: Evidence): Verdict {
  if (reason.detail === 'service-name-error') {
    const services = offers(frames).flatMap(({ options }) =>
      options.flatMap(({ name, value }) => (name === 'Service-Name' && value !== '' ? [value] : [])),
    );
    const offered = [...new Set(services)].join(', ');
    return {
      finding: 'refused.service',
      hints: offered ? ['offered-services'] : ['provider'],
      values: { services: offered },
    };
  }
  if (reason.detail === 'ac-system-error') return { finding: 'refused.system', hints: ['old-session', 'one-session'] };
  return { finding: 'refused.other', hints: ['old-session', 'provider'] };
}

function authentication({ reason, frames, settings }: Evidence): Verdict {
  const nameless: readonly HintId[] = settings.username === '' ? ['no-user'] : [];
  const { detail } = reason;
  if (detail === 'wrong-credentials') {
    return { finding: 'authentication.wrong-credentials', hints: [...nameless, 'credentials'] };
  }
  if (detail && `authentication.${detail}` in FINDINGS) {
    return { finding: `authentication.${detail}` as FindingId, hints: ['provider'] };
  }
  if (settings.authenticationRequired && !frames.some(isAuthentication)) {
    return { finding: 'authentication.not-asked', hints: ['not-required'] };
  }
  const answered = frames.some((frame) => isAuthentication(frame) && frame.mark === 'refused');
  if (!answered) return { finding: 'authentication.cut-off', hints: [...nameless, 'credentials', 'one-session'] };
  return { finding: 'authentication.refused', hints: [...nameless, 'credentials', 'one-session'] };
}

function negotiation({ frames, stage, settings }: Evidence): Verdict {
  const asked = optionValue(frames.filter(received), 'Configure-Request', 'Authentication-Protocol');
  const denied = frames.some(
    ({ direction, protocol, code, options }) =>
      direction === 'sent' &&
      protocol === 'LCP' &&
      (code === 'Configure-Nak' || code === 'Configure-Reject') &&
      options.some(({ name }) => name === 'Authentication-Protocol'),
  );
  if (asked !== undefined && denied) {
    const values = { asked, allowed: settings.authentication.join(', ') };
    return { finding: 'negotiation.authentication', hints: ['allow-protocol'], values };
  }
  const options = disputed(frames);
  if (stage === 'configuring') {
    return { finding: 'negotiation.network', hints: ['other-family', 'provider'], values: { options } };
  }
  return { finding: 'negotiation.lcp', hints: ['mru', 'provider'], values: { options } };
}

function noReply({ frames, stage }: Evidence): Verdict {
  switch (stage) {
    case 'requesting':
      return { finding: 'no-reply.requesting', hints: ['old-session', 'lost-frames'] };
    case 'authenticating':
      return { finding: 'no-reply.authenticating', hints: ['credentials', 'lost-frames', 'provider'] };
    case 'configuring':
      return { finding: 'no-reply.configuring', hints: ['other-family', 'lost-frames', 'provider'] };
    case 'up':
      return { finding: 'no-reply.up', hints: ['modem', 'keepalive'] };
    default: {
      const silent = !frames.some((frame) => received(frame) && frame.protocol !== 'PPPoE');
      if (silent) return { finding: 'no-reply.establishing-silent', hints: ['old-session', 'session-frames'] };
      return { finding: 'no-reply.establishing', hints: ['lost-frames', 'mru'] };
    }
  }
}

function ended({ frames, stage }: Evidence): Verdict {
  const last = frames.findLast(({ direction, code }) => direction === 'received' && ENDINGS.includes(code));
  const said = last?.options.map(({ value }) => value).find((value) => value !== '') ?? NOT_SAID;
  if (stage === 'up') return { finding: 'ended.up', hints: ['daily-end', 'one-session'], values: { said } };
  return { finding: 'ended.negotiating', hints: ['one-session', 'old-session', 'provider'], values: { said } };
}

const ENDINGS: readonly string[] = ['Terminate-Request', 'PADT'];

function hint(id: HintId, applies: boolean): readonly HintId[] {
  return applies ? [id] : [];
}

function offers(frames: readonly FrameEvent[]): readonly FrameEvent[] {
  return frames.filter(({ code }) => code === 'PADO');
}

function nameOf({ options, peer }: FrameEvent): string {
  return options.find(({ name }) => name === 'AC-Name')?.value || peer;
}

function received({ direction }: FrameEvent): boolean {
  return direction === 'received';
}

function isAuthentication({ protocol }: FrameEvent): boolean {
  return protocol === 'PAP' || protocol === 'CHAP' || protocol === 'EAP';
}

function optionValue(frames: readonly FrameEvent[], code: string, option: string): string | undefined {
  const found = frames.findLast((frame) => frame.code === code && frame.options.some(({ name }) => name === option));
  return found?.options.find(({ name }) => name === option)?.value;
}

/** The options that the last refusals of either side named. */
function disputed(frames: readonly FrameEvent[]): string {
  const named = frames
    .filter(({ code }) => code === 'Configure-Nak' || code === 'Configure-Reject' || code === 'Protocol-Reject')
    .flatMap(({ options }) => options.filter(({ name }) => name !== 'Rejected-Information'))
    .map(({ name, value }) => (value === '' ? name : `${name} ${value}`));
  return [...new Set(named)].slice(-3).join(', ') || 'nothing was named';
}
