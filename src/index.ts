/** The public library: everything that the nodes use, and that scripts may use without Node-RED. */
export type { AutomatonStates, SessionDescription } from './client/description';
export type { Diagnosis } from './client/diagnosis';
export { FINDINGS, HINTS } from './client/diagnosis-texts';
export type { Ipv6Snapshot } from './client/ipv6/settings';
export { type OwnIpv6, ownIpv6For } from './client/own-address';
export type { PingFailure, PingOutcome } from './client/ping';
export type { PingStatistics } from './client/ping-statistics';
export type { Pause, ReconnectSettings } from './client/reconnect';
export type { SessionEvent } from './client/session';
export { SESSION_MACHINE } from './client/session-diagram';
export type { SessionStateName } from './client/session-state';
export { SESSION_DEFAULTS, type SessionSettings } from './client/settings';
export type { FrameDirection, FrameEvent, FrameMark } from './client/trace';
export type { LeaseRecord } from './concentrator/address-plan';
export type { Admission } from './concentrator/admission';
export type { AdmissionRequest, Refusal } from './concentrator/events';
export type { FaultTarget } from './concentrator/fault-plan';
export { FAULTS, type Fault, type FaultName, type FaultParameter, readFaults } from './concentrator/faults';
export {
  type Account,
  CONCENTRATOR_DEFAULTS,
  type ConcentratorIpv6Settings,
  type ConcentratorSettings,
  type Ipv6Prefix,
} from './concentrator/settings';
export { type AuthenticationDetail, PppoeError, type PppoeErrorCode, type Reason, type ReasonDetail } from './errors';
export { type EthernetInterface, listInterfaces, rawSocketAccess } from './link/interfaces';
export type { Link, LinkCounters, RefusedPackets } from './link/link';
export {
  fieldProblem,
  formatForm,
  formatTunnel,
  formProblems,
  parseForm,
  parseTunnel,
  TUNNEL_FIELDS,
  TUNNEL_NAMES,
  type Tunnel,
  type TunnelField,
  type TunnelForm,
  type TunnelKind,
  tunnelKind,
} from './link/tunnel-text';
export { AUTHENTICATOR_PROTOCOLS } from './ppp/authentication-protocols';
export { STATES as AUTOMATON_STATES } from './ppp/automaton-table';
export type { EtherTypes } from './pppoe/framing';
export type { Broadcast } from './pppoe/padm';
export type { TagText } from './pppoe/tag-text';
export { Capture, type CaptureFilter, type CaptureOptions, type Segment } from './runtime/capture';
export type { FrameReport, HistoryEntry, StateReport } from './runtime/history';
export { type PacketConsumer, PacketQueue } from './runtime/packet-queue';
export { gatewayOf, type PingOptions, ping } from './runtime/ping';
export {
  type ConcentratorAddresses,
  type Login,
  type LoginReference,
  PppoeConcentrator,
  type PppoeConcentratorOptions,
} from './runtime/pppoe-concentrator';
export {
  type DiagnosedReason,
  PppoeSession,
  type PppoeSessionOptions,
  type SessionStatus,
} from './runtime/pppoe-session';
export type { RadiusReport } from './runtime/radius/client';
export { RADIUS_DEFAULTS, type RadiusServer, type RadiusSettings } from './runtime/radius/settings';
export { type ScannedOffer, type ScanOptions, scan } from './runtime/scan';
export { fileMemory, type SessionMemory } from './runtime/session-memory';
export type { Sender, SubscriberPacket, SubscriberStatus } from './runtime/subscriber-status';
export { traceFile } from './runtime/trace-file';
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
export { type CapturedFrame, pcapngFrames } from './wire/pcapng';
