/** What was found, in plain language. `{name}` stands for a value. */
export const FINDINGS = {
  'no-offer.silent': 'No access concentrator answered in {attempts} attempts.',
  'no-offer.unwanted': 'Access concentrators answered ({names}), but none that the settings ask for.',
  'refused.service': '{names} does not offer the service that was asked for ({service}).',
  'refused.system': '{names} cannot serve another session now.',
  'refused.other': '{names} refused the session: {said}',
  'authentication.wrong-credentials': 'User name or password is wrong: the provider refused {user}.',
  'authentication.refused': 'The provider refused {user}: {said}',
  'authentication.cut-off': 'The provider ended the session instead of answering our credentials.',
  'authentication.not-asked': 'The provider does not ask who we are, and the settings require that it does.',
  'authentication.restricted-hours': 'The account of {user} may not be used at this time.',
  'authentication.account-disabled': 'The account of {user} is disabled.',
  'authentication.password-expired': 'The password of {user} has expired.',
  'authentication.no-dial-in-permission': 'The account of {user} may not be used on this line.',
  'authentication.changing-password': 'The password of {user} could not be changed.',
  'negotiation.authentication':
    'There is no authentication protocol that both sides take: the peer asks for {asked}, the settings allow {allowed}.',
  'negotiation.lcp': 'There is no agreement on the line itself (LCP). Not agreed on: {options}.',
  'negotiation.network': 'There is no agreement on addresses (IPCP, IPV6CP). Not agreed on: {options}.',
  'no-reply.requesting': 'The access concentrator made an offer, but did not answer when we took it.',
  'no-reply.establishing-silent': 'The session was confirmed, but nothing came over it.',
  'no-reply.establishing': 'The negotiation of the line (LCP) did not come to an end.',
  'no-reply.authenticating': 'The provider did not answer our credentials.',
  'no-reply.configuring': 'The login succeeded, but no address was agreed on in time.',
  'no-reply.up': 'The line went silent: the provider no longer answers our echo requests.',
  'ended.up': 'The provider ended the session: {said}',
  'ended.negotiating': 'The provider ended the session before it was up: {said}',
  loopback: 'Our own frames come back: the line is looped.',
  closed: 'The session was ended by this side.',
  'link-down': 'The interface is down.',
  'no-interface': 'There is no interface {interface} on this machine.',
  permission: 'This process may not open raw sockets.',
  'no-native': 'The packet socket of this package is missing for this platform.',
  other: '{said}',
} as const;

/** What to look at next. */
export const HINTS = {
  bridged: 'Is the modem bridged, and not a router that logs in itself?',
  cable: 'Is the cable in the right port, and is the modem in sync?',
  'vlan-needed': 'Is a VLAN needed? Many lines want 7.',
  'vlan-right': 'Is VLAN {vlan} right for this line?',
  service: "Is the service name '{service}' right? Empty asks for any.",
  'ac-name': "Is the AC-Name '{acName}' right? Empty takes any.",
  'ac-address': 'Is the AC MAC address {acAddress} right? Empty takes any.',
  'offered-services': 'Offered are: {services}.',
  'old-session': 'Does an old session still count as open? Most providers clear it after some minutes.',
  'one-session': 'Does another device use this account already?',
  credentials: 'Are user name and password exactly those of the provider, with the realm (user@realm) if there is one?',
  'no-user': 'There is no user name in the settings.',
  'allow-protocol': 'Allow {asked} in the settings, or ask the provider for another protocol.',
  'not-required': "Untick 'Required' if the line needs no login.",
  provider: 'Ask the provider.',
  mru: 'Does an MRU of 1492 or less help? Now it is {mru}.',
  'session-frames': 'Does something between here and the provider stop Ethernet type 0x8864?',
  'lost-frames': 'Are frames lost on the way? Look for repeated frames.',
  'other-family': 'Does the line have IPv4 at all? Does it help to ask for IPv4 or for IPv6 alone?',
  'daily-end': 'Some providers end every session once a day.',
  modem: 'Did the modem lose its line, or was it started anew?',
  keepalive: 'If the line was fine: allow more echo requests without an answer.',
  loop: 'Is there a loop in a switch, or a loop-back test at the modem?',
  plugged: 'Is the cable plugged in, and is the other device switched on?',
  spelled: 'Is it spelled as `ip link` shows it, and is the adapter plugged in?',
  'raw-sockets': 'With systemd: AmbientCapabilities=CAP_NET_RAW. In Docker: --network host --user root.',
  compiler: 'Install a C compiler and run npm rebuild, or use a supported platform.',
} as const;

export type FindingId = keyof typeof FINDINGS;
export type HintId = keyof typeof HINTS;

/** The text with `{name}` replaced by its value; a name without a value stays. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
