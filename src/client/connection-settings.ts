import type { ConnectionSettings } from '../ppp/connection';
import type { SessionSettings } from './settings';

/**
 * What a session's settings mean for its PPP connection.
 * @param limit the largest PPP payload of the session, either way, in octets.
 * @param roundTrip what discovery took for one, in ms: a Restart timer below that would only repeat what is on its way.
 */
export function connectionSettings(settings: SessionSettings, limit: number, roundTrip: number): ConnectionSettings {
  const { automaton } = settings;
  const answerTime = 2 * roundTrip + 10;
  const restartTimer = Math.min(Math.max(automaton.restartTimer, answerTime), automaton.restartTimerMax);
  return {
    lcp: { mru: Math.min(settings.mru, limit), largest: limit, allowed: settings.authentication, required: [] },
    credentials: { username: settings.username, password: settings.password },
    authenticationRequired: settings.authenticationRequired,
    name: settings.username,
    ipcp: () => ({ ...(settings.address ? { address: settings.address } : {}), askDns: settings.dns }),
    keepalive: settings.keepalive,
    automaton: { ...automaton, answerTime, restartTimer },
    phaseTimeout: settings.phaseTimeout,
  };
}
