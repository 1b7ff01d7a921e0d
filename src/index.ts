/** The public library: everything that the nodes use, and that scripts may use without Node-RED. */
export type { SessionDescription } from './client/description';
export type { Ipv6Snapshot } from './client/ipv6/settings';
export type { Pause, ReconnectSettings } from './client/reconnect';
export type { SessionEvent } from './client/session';
export type { SessionStateName } from './client/session-state';
export { SESSION_DEFAULTS, type SessionSettings } from './client/settings';
export type { FrameDirection, FrameEvent, FrameMark } from './client/trace';
export type { LeaseRecord } from './concentrator/address-plan';
export type { Admission } from './concentrator/admission';
export type { Refusal } from './concentrator/events';
export {
  type Account,
  CONCENTRATOR_DEFAULTS,
  type ConcentratorIpv6Settings,
  type ConcentratorSettings,
  type Ipv6Prefix,
} from './concentrator/settings';
export { type AuthenticationDetail, PppoeError, type PppoeErrorCode, type Reason, type ReasonDetail } from './errors';
export { type EthernetInterface, listInterfaces, rawSocketAccess } from './link/interfaces';
export type { Link, LinkCounters } from './link/link';
export { AUTHENTICATOR_PROTOCOLS } from './ppp/authentication-protocols';
export type { EtherTypes } from './pppoe/framing';
export type { TagText } from './pppoe/tag-text';
export { type PacketConsumer, PacketQueue } from './runtime/packet-queue';
export {
  type ConcentratorAddresses,
  type Login,
  type LoginReference,
  PppoeConcentrator,
  type PppoeConcentratorOptions,
} from './runtime/pppoe-concentrator';
export { type FrameReport, PppoeSession, type PppoeSessionOptions, type SessionStatus } from './runtime/pppoe-session';
export { type ScannedOffer, type ScanOptions, scan } from './runtime/scan';
export { fileMemory, type SessionMemory } from './runtime/session-memory';
export type { Sender, SubscriberPacket, SubscriberStatus } from './runtime/subscriber-status';
export { describeFrame, type FrameDescription, frameLine } from './wire/describe/frame';
export type { Field } from './wire/describe/values';
export type { VlanTag } from './wire/ethernet';
export { decodeIcmpEcho, encodeIcmpEcho, ICMP, type IcmpEcho } from './wire/icmp';
export { decodeIcmpv6, encodeIcmpv6, type Icmpv6Message } from './wire/icmpv6';
export {
  decodeIpv4,
  encodeIpv4,
  formatIpv4,
  formatIpv6,
  IP_PROTOCOL,
  type IpSummary,
  type Ipv4Packet,
  parseIpv4,
  summarizeIp,
} from './wire/ip';
export { decodeIpv6, encodeIpv6, type Ipv6Packet, parseIpv6, upperLayerChecksum } from './wire/ipv6';
export { AUTHENTICATION_PROTOCOLS, type AuthenticationProtocol } from './wire/lcp';
export { formatMac, type MacAddress, parseMac } from './wire/mac-address';
