import type { ConnectionSettings } from '../ppp/connection';
import type { SessionKey } from '../pppoe/engine';
import type { Framing } from '../pppoe/framing';
import type { HostDiscoverySettings } from '../pppoe/host-discovery';
import { SESSION_OVERHEAD, SessionFrameTemplate } from '../pppoe/session-frame';
import type { MacAddress } from '../wire/mac-address';
import type { SessionSettings } from './settings';

/**
 * How long a busy peer may think over a request, in ms. A request that is repeated while its answer is on its way finds the
 * peer opened, and many then negotiate that layer once more: better to wait this little than to go down again.
 */
const BUSY = 50;

/**
 * What a session's settings mean for its PPP connection.
 * @param limit the largest PPP payload of the session, either way, in octets.
 * @param roundTrip what discovery took for one, in ms: a Restart timer below that would only repeat what is on its way.
 */
export function connectionSettings(settings: SessionSettings, limit: number, roundTrip: number): ConnectionSettings {
  const { automaton } = settings;
  const answerTime = 2 * roundTrip + BUSY;
  const restartTimer = Math.min(Math.max(automaton.restartTimer, answerTime), automaton.restartTimerMax);
  return {
    lcp: { mru: Math.min(settings.mru, limit), largest: limit, allowed: settings.authentication, required: [] },
    credentials: { username: settings.username, password: settings.password },
    authenticationRequired: settings.authenticationRequired,
    name: settings.username,
    ipcp: settings.ipv4
      ? () => ({
          ...(settings.address ? { address: settings.address } : {}),
          askDns: settings.dns,
          askNbns: settings.nbns,
        })
      : undefined,
    ...(settings.ipv6
      ? { ipv6cp: settings.interfaceIdentifier ? { identifier: settings.interfaceIdentifier } : {} }
      : {}),
    keepalive: settings.keepalive,
    automaton: { ...automaton, answerTime, restartTimer },
    phaseTimeout: settings.phaseTimeout,
  };
}

/** What they mean for a discovery on a segment of this MTU, in octets. */
export function discoverySettings(
  settings: SessionSettings,
  { mtu }: { readonly mtu: number },
  framing: Framing,
): HostDiscoverySettings {
  return {
    ...settings,
    timeout: settings.discoveryTimeout,
    attempts: settings.discoveryAttempts,
    maxPayload: Math.min(settings.mru, mtu - SESSION_OVERHEAD),
    framing,
  };
}

/** What they mean for a session's frames: data may have a priority of its own. */
export function frameTemplate(
  { vlan, dataPcp }: SessionSettings,
  address: MacAddress,
  { peer, id }: SessionKey,
  framing: Framing,
): SessionFrameTemplate {
  const dataVlan = dataPcp === undefined ? vlan : vlan.map((tag) => ({ ...tag, pcp: dataPcp }));
  return new SessionFrameTemplate(peer, address, vlan, id, { dataVlan, framing });
}
