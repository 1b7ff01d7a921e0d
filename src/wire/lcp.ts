import type { Option } from './control';
import { PROTOCOL } from './ppp';

/** LCP configuration options (RFC 1661 §6, RFC 1570, RFC 1990). */
export const LCP_OPTION = {
  mru: 1,
  authentication: 3,
  quality: 4,
  magicNumber: 5,
  pfc: 7,
  acfc: 8,
  callback: 13,
  mrru: 17,
  endpointDiscriminator: 19,
} as const;

/** The MRU of a peer that states none (RFC 1661 §6.1), where the line carries it. */
export const DEFAULT_MRU = 1500;
/** The MRU that holds when none is negotiated on PPPoE: 1500 less 8 octets of header (RFC 2516 §7). */
export const PPPOE_MRU = 1492;
/** No MRU below this is agreed to: IPv4 needs 68 and our own control packets more. */
export const MIN_MRU = 128;

/** The algorithm octet of CHAP in the Authentication-Protocol option (RFC 1994 §3, RFC 2759 §3). */
export const CHAP_ALGORITHM = { md5: 5, msChap: 0x80, msChapV2: 0x81 } as const;

/** How one end authenticates itself. `eap` is MD5-Challenge (RFC 3748 §5.4), the only type of EAP that is implemented. */
export type AuthenticationProtocol = 'ms-chap-v2' | 'chap-md5' | 'eap' | 'pap';

const AUTHENTICATION: Readonly<Record<AuthenticationProtocol, readonly number[]>> = {
  'ms-chap-v2': [PROTOCOL.chap >> 8, PROTOCOL.chap & 0xff, CHAP_ALGORITHM.msChapV2],
  'chap-md5': [PROTOCOL.chap >> 8, PROTOCOL.chap & 0xff, CHAP_ALGORITHM.md5],
  eap: [PROTOCOL.eap >> 8, PROTOCOL.eap & 0xff],
  pap: [PROTOCOL.pap >> 8, PROTOCOL.pap & 0xff],
};

/**
 * All of them, in the order in which they protect the password. MS-CHAPv2 alone makes the other end prove that it knows
 * the password, too; CHAP and EAP with MD5 keep it from those who listen and guess badly; PAP sends it in clear text.
 */
export const AUTHENTICATION_PROTOCOLS = Object.keys(AUTHENTICATION) as readonly AuthenticationProtocol[];

export function authenticationOption(protocol: AuthenticationProtocol): Option {
  return { type: LCP_OPTION.authentication, data: Buffer.from(AUTHENTICATION[protocol]) };
}

/** The protocol that an Authentication-Protocol option names, or undefined for one that is not implemented here. */
export function authenticationOf(option: Option): AuthenticationProtocol | undefined {
  for (const [name, octets] of Object.entries(AUTHENTICATION)) {
    if (option.data.equals(Buffer.from(octets))) return name as AuthenticationProtocol;
  }
  return undefined;
}
