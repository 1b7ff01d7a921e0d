import { drawStates, type StateMachine, type Transition } from '../ppp/state-diagram';
import type { SessionStateName } from './session-state';

const STATES: readonly SessionStateName[] = [
  'idle',
  'discovering',
  'requesting',
  'establishing',
  'authenticating',
  'configuring',
  'up',
  'terminating',
  'waiting',
];

/**
 * Every step that a session can take from one state to another, or to the same one anew, and what leads there. A test holds it
 * against what sessions do: none takes another step, and each of these is taken.
 */
const STEPS: Readonly<Record<SessionStateName, Readonly<Partial<Record<SessionStateName, string>>>>> = {
  idle: {
    discovering: 'connect',
    waiting: 'connect, link is down',
  },
  discovering: {
    discovering: 'reconnect',
    requesting: 'PADO',
    waiting: 'no offer, link down',
    idle: 'disconnect',
  },
  requesting: {
    requesting: 'refused, next offer',
    discovering: 'reconnect',
    establishing: 'PADS',
    waiting: 'refused, no PADS, link down',
    idle: 'disconnect',
  },
  establishing: {
    authenticating: 'LCP up',
    configuring: 'LCP up, no authentication',
    terminating: 'disconnect, reconnect, no agreement',
    waiting: 'no agreement, PADT, link down',
    idle: 'the same, no reconnect',
  },
  authenticating: {
    configuring: 'authenticated',
    establishing: 'LCP negotiated anew',
    terminating: 'refused, disconnect, reconnect',
    waiting: 'PADT, link down',
    idle: 'the same, no reconnect',
  },
  configuring: {
    up: 'IPCP or IPV6CP up',
    establishing: 'LCP negotiated anew',
    terminating: 'no agreement, disconnect, reconnect',
    waiting: 'PADT, link down',
    idle: 'the same, no reconnect',
  },
  up: {
    configuring: 'the last of both down',
    establishing: 'LCP negotiated anew',
    terminating: 'peer ends, no echo, disconnect, reconnect',
    waiting: 'PADT, link down',
    idle: 'the same, no reconnect',
  },
  terminating: {
    terminating: 'disconnect, reconnect',
    discovering: 'ended, to reconnect',
    waiting: 'ended, to try again',
    idle: 'ended',
  },
  waiting: {
    discovering: 'pause over, connect, link up',
    waiting: 'link down',
    idle: 'disconnect',
  },
};

export const SESSION_TRANSITIONS: readonly Transition<SessionStateName>[] = STATES.flatMap((from) =>
  Object.entries(STEPS[from]).map(([to, label]) => ({ from, to: to as SessionStateName, label })),
);

/** The states of a session, and all that leads from one to another. */
export const SESSION_MACHINE: StateMachine<SessionStateName> = {
  states: STATES,
  initial: 'idle',
  transitions: SESSION_TRANSITIONS,
};

/** The states of a session as Mermaid text, with its present state marked. */
export function drawSession(present: SessionStateName): string {
  return drawStates(SESSION_MACHINE, present);
}
