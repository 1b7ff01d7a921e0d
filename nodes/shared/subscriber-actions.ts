import { isDeepStrictEqual } from 'node:util';
import type { NodeMessage } from 'node-red';
import { type Fault, type PppoeConcentrator, PppoeError, type SubscriberStatus } from '../../src/index';
import { faultsOf, ownFaultsOf } from './fault-field';
import { accountOf, sessionOf, sessionsOf } from './subscriber-choice';
import { subscriberData } from './subscriber-data';

/** A message that asks something of an access concentrator. */
export interface SubscriberMessage extends NodeMessage {
  /** What is asked; absent: the payload says it. */
  action?: unknown;
  /** Whom it is about. */
  subscriber?: unknown;
  /** The message to hosts of `broadcast`. */
  text?: unknown;
  url?: unknown;
  /** What is to be done wrong on purpose: by `faults`; or besides, or no more, by `add-faults` and `remove-faults`. */
  faults?: unknown;
}

type Perform = (concentrator: PppoeConcentrator, message: SubscriberMessage) => unknown;

const ACTIONS: Readonly<Record<string, Perform>> = {
  list: (concentrator) => concentrator.subscribers.filter(isUp).map(subscriberData),
  counters: (concentrator, { subscriber }) => {
    if (subscriber === undefined) return countersOf(concentrator);
    const { packetsReceived, octetsReceived, packetsSent, octetsSent } = sessionOf(concentrator, subscriber);
    return { packetsReceived, octetsReceived, packetsSent, octetsSent };
  },
  disconnect: (concentrator, { subscriber }) => end(concentrator, sessionsOf(concentrator, subscriber)),
  'disconnect-all': (concentrator) => end(concentrator, concentrator.subscribers),
  broadcast: (concentrator, message) => {
    const { subscriber } = message;
    const tags = { ...tagOf('text', message.text), ...tagOf('url', message.url) };
    const length = Object.values(tags).reduce((sum, tag) => sum + Buffer.byteLength(tag), 0);
    if (length === 0) throw new PppoeError('malformed', 'broadcast needs msg.text, msg.url or both');
    if (length > LONGEST) {
      throw new PppoeError('too-long', `The message has ${length} octets, at most ${LONGEST} are sent`);
    }
    if (subscriber === undefined) return concentrator.broadcast(tags);
    const sessions = sessionsOf(concentrator, subscriber);
    return sessions.reduce((sum, { sessionId }) => sum + concentrator.broadcast(tags, sessionId), 0);
  },
  faults: setFaults,
  'add-faults': (concentrator, message) =>
    plan(concentrator, message, (planned, named) => [...without(planned, named), ...named]),
  'remove-faults': (concentrator, message) => plan(concentrator, message, without),
};

/** Octets of text and URL that fit into one PADM on every segment, with room for the tags' headers. */
const LONGEST = 1_400;

/**
 * Does what a message asks for.
 * @returns what was done, and its outcome as the new payload.
 * @throws PppoeError `malformed` when it asks for nothing that there is; what `sessionsOf` throws.
 */
export function perform(
  concentrator: PppoeConcentrator,
  message: SubscriberMessage,
): { readonly action: string; readonly payload: unknown } {
  const action = message.action ?? message.payload;
  const act = typeof action === 'string' && Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
  if (!act || typeof action !== 'string') {
    const names = Object.keys(ACTIONS).join(', ');
    throw new PppoeError('malformed', `msg.action or msg.payload must be one of ${names}; or msg.login with an answer`);
  }
  return { action, payload: act(concentrator, message) };
}

/** True for a session that has come up and not ended since. */
export function isUp({ since }: SubscriberStatus): boolean {
  return since !== undefined;
}

/**
 * What is done wrong from now on to everybody, to an account or to sessions.
 * @throws PppoeError `malformed`; what `sessionsOf` throws.
 */
function setFaults(concentrator: PppoeConcentrator, { subscriber, faults }: SubscriberMessage): readonly Fault[] {
  const read = wantedFaults(subscriber, faults);
  const username = subscriber === undefined ? undefined : accountOf(concentrator, subscriber);
  if (subscriber === undefined || username !== undefined) {
    concentrator.setFaults(read, { username });
    return read;
  }
  for (const { sessionId } of sessionsOf(concentrator, subscriber)) concentrator.setFaults(read, { sessionId });
  return read;
}

/**
 * Changes what is done wrong from now on to everybody or to an account, and leaves the rest of it as it is.
 * @throws PppoeError `malformed`, also for single sessions, whose faults are no plan; what `sessionsOf` throws.
 */
function plan(
  concentrator: PppoeConcentrator,
  { subscriber, faults }: SubscriberMessage,
  change: (planned: readonly Fault[], named: readonly Fault[]) => readonly Fault[],
): readonly Fault[] {
  const named = wantedFaults(subscriber, faults);
  const username = subscriber === undefined ? undefined : accountOf(concentrator, subscriber);
  if (subscriber !== undefined && username === undefined) {
    throw new PppoeError('malformed', 'Faults of single sessions are set by the action faults, all at once');
  }
  const planned = change(concentrator.plannedFaults(username), named);
  concentrator.setFaults(planned, { username });
  return planned;
}

function without(planned: readonly Fault[], named: readonly Fault[]): readonly Fault[] {
  return planned.filter((fault) => !named.some((one) => isDeepStrictEqual(one, fault)));
}

/** @throws PppoeError `malformed` */
function wantedFaults(subscriber: unknown, faults: unknown): readonly Fault[] {
  if (faults === undefined) throw new PppoeError('malformed', 'msg.faults must say which; an empty array is none');
  try {
    return subscriber === undefined ? faultsOf(faults) : ownFaultsOf(faults);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new PppoeError('malformed', error.message, { cause: error });
  }
}

function countersOf(concentrator: PppoeConcentrator) {
  const { link, ...counters } = concentrator.counters;
  const { dropped, unclaimed, length } = concentrator.packets;
  return { ...counters, queue: { length, dropped, unclaimed }, link: { ...link } };
}

/** How many sessions were told to end. */
function end(concentrator: PppoeConcentrator, sessions: readonly SubscriberStatus[]): number {
  return sessions.filter(({ sessionId }) => concentrator.disconnect(sessionId)).length;
}

/** @throws PppoeError `malformed` */
function tagOf(field: 'text' | 'url', value: unknown): { readonly [tag: string]: string } {
  if (value === undefined || value === '') return {};
  if (typeof value !== 'string') throw new PppoeError('malformed', `msg.${field} must be text`);
  return { [field]: value };
}
