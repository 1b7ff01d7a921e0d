import {
  DHCPV6_MESSAGE,
  DHCPV6_OPTION,
  DHCPV6_STATUS,
  type Dhcpv6Message,
  type Dhcpv6Option,
  decodeIa,
  decodeIaPrefix,
  encodeIa,
  encodeIaPrefix,
  encodeStatus,
  findOption,
} from '../../wire/dhcpv6';
import type { Ipv6Prefix } from '../settings';

/** What a server needs to know and to do for one host. */
export interface Dhcpv6Terms {
  /** Our DUID. */
  readonly serverId: Buffer;
  /** Name servers, 16 octets each. */
  readonly dns: readonly Buffer[];
  /** Preferred lifetime in s; the valid one is twice as long. */
  readonly lifetime: number;
  /** The prefix that the host has or would get: it is kept for it. Undefined when there is none to give. */
  reserve(): Ipv6Prefix | undefined;
  /** The same, and the host has it from now on. */
  delegate(): Ipv6Prefix | undefined;
  /** The host gives its prefix back. */
  release(): void;
}

const ANSWERED: ReadonlySet<number> = new Set([
  DHCPV6_MESSAGE.solicit,
  DHCPV6_MESSAGE.request,
  DHCPV6_MESSAGE.renew,
  DHCPV6_MESSAGE.rebind,
  DHCPV6_MESSAGE.release,
  DHCPV6_MESSAGE.decline,
  DHCPV6_MESSAGE.informationRequest,
]);
/** Messages to one server name it; those to all do not (RFC 8415 §16). */
const TO_ONE: ReadonlySet<number> = new Set([
  DHCPV6_MESSAGE.request,
  DHCPV6_MESSAGE.renew,
  DHCPV6_MESSAGE.release,
  DHCPV6_MESSAGE.decline,
]);

/**
 * A DHCPv6 server for one host (RFC 8415 §18.3): it delegates one prefix and names name servers. Addresses it has none: hosts
 * make their own from the Router Advertisement.
 * @returns the answer; undefined for a message that gets none.
 * @throws MalformedPacket
 */
export function answerDhcpv6(message: Dhcpv6Message, terms: Dhcpv6Terms): Dhcpv6Message | undefined {
  const { type, transactionId, options } = message;
  const clientId = findOption(options, DHCPV6_OPTION.clientId);
  const serverId = findOption(options, DHCPV6_OPTION.serverId);
  if (!ANSWERED.has(type) || (!clientId && type !== DHCPV6_MESSAGE.informationRequest)) return undefined;
  if (TO_ONE.has(type) ? !serverId?.equals(terms.serverId) : serverId && !serverId.equals(terms.serverId)) {
    return undefined;
  }
  const rapid = type === DHCPV6_MESSAGE.solicit && findOption(options, DHCPV6_OPTION.rapidCommit) !== undefined;
  const isOffer = type === DHCPV6_MESSAGE.solicit && !rapid;
  return {
    type: isOffer ? DHCPV6_MESSAGE.advertise : DHCPV6_MESSAGE.reply,
    transactionId,
    options: [
      ...(clientId ? [{ code: DHCPV6_OPTION.clientId, data: clientId }] : []),
      { code: DHCPV6_OPTION.serverId, data: terms.serverId },
      ...(rapid ? [{ code: DHCPV6_OPTION.rapidCommit, data: Buffer.alloc(0) }] : []),
      ...leases(message, terms, isOffer),
      ...dnsOption(terms.dns),
    ],
  };
}

function leases({ type, options }: Dhcpv6Message, terms: Dhcpv6Terms, isOffer: boolean): readonly Dhcpv6Option[] {
  if (type === DHCPV6_MESSAGE.release || type === DHCPV6_MESSAGE.decline) {
    if (type === DHCPV6_MESSAGE.release) terms.release();
    return [status(DHCPV6_STATUS.success, 'Released')];
  }
  const associations = options.filter(({ code }) => code === DHCPV6_OPTION.iaNa || code === DHCPV6_OPTION.iaPd);
  let given = false;
  return associations.map(({ code, data }) => {
    if (code === DHCPV6_OPTION.iaNa) {
      return without(code, data, status(DHCPV6_STATUS.noAddrsAvail, 'Addresses come from the Router Advertisement'));
    }
    // One prefix for each host: a second association of its has nothing to get.
    const prefix = given ? undefined : isOffer ? terms.reserve() : terms.delegate();
    if (!prefix) return without(code, data, status(DHCPV6_STATUS.noPrefixAvail, 'There is no prefix left'));
    given = true;
    return delegation(data, prefix, terms.lifetime);
  });
}

function without(code: number, data: Buffer, reason: Dhcpv6Option): Dhcpv6Option {
  return { code, data: encodeIa({ iaid: decodeIa(data).iaid, t1: 0, t2: 0, options: [reason] }) };
}

/** The prefix, and the end of every other that the host still has (RFC 8415 §18.3.4). */
function delegation(data: Buffer, { address, length }: Ipv6Prefix, lifetime: number): Dhcpv6Option {
  const { iaid, options } = decodeIa(data);
  const former = options
    .filter(({ code }) => code === DHCPV6_OPTION.iaPrefix)
    .map((option) => decodeIaPrefix(option.data))
    // A prefix of nothing is a wish for a length only (RFC 8415 §18.2.1).
    .filter(({ prefix }) => !prefix.equals(NOTHING) && !prefix.equals(address));
  const prefixes = [
    { prefix: address, length, preferred: lifetime, valid: 2 * lifetime, options: [] },
    ...former.map((ended) => ({ ...ended, preferred: 0, valid: 0, options: [] })),
  ];
  return {
    code: DHCPV6_OPTION.iaPd,
    data: encodeIa({
      iaid,
      t1: Math.floor(lifetime * 0.5),
      t2: Math.floor(lifetime * 0.8),
      options: prefixes.map((one) => ({ code: DHCPV6_OPTION.iaPrefix, data: encodeIaPrefix(one) })),
    }),
  };
}

function status(code: number, text: string): Dhcpv6Option {
  return { code: DHCPV6_OPTION.statusCode, data: encodeStatus({ code, text }) };
}

function dnsOption(dns: readonly Buffer[]): readonly Dhcpv6Option[] {
  return dns.length > 0 ? [{ code: DHCPV6_OPTION.dnsServers, data: Buffer.concat(dns) }] : [];
}

const NOTHING = Buffer.alloc(16);
