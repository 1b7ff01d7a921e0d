import { AUTHENTICATION_PROTOCOLS, type AuthenticationProtocol } from '../wire/lcp';
import { PROTOCOL } from '../wire/ppp';
import type {
  AuthenticationOutlets,
  AuthenticationPeer,
  Authenticator,
  AuthenticatorOutlets,
  Credentials,
  RetrySettings,
} from './authentication';
import { ChapAuthenticator, ChapPeer } from './chap';
import { CHAP_MD5 } from './chap-md5';
import { EapMd5Peer } from './eap';
import { MS_CHAP_V2 } from './ms-chap-v2';
import { PapAuthenticator, PapPeer } from './pap';

/** What a part in an authentication is made from. */
export interface PartContext<Outlets extends AuthenticationOutlets> {
  readonly outlets: Outlets;
  readonly retry: RetrySettings;
  random(octets: number): Buffer;
}

export interface PeerContext extends PartContext<AuthenticationOutlets> {
  readonly credentials: Credentials;
  /** Tells a challenge that our own authenticator has sent. */
  isOurs(challenge: Buffer): boolean;
}

export interface AuthenticatorContext extends PartContext<AuthenticatorOutlets> {
  /** The name under which we challenge. */
  readonly name: string;
}

interface Row {
  /** The PPP protocol that carries it. */
  readonly carrier: number;
  /** The code of what a peer sends; everything else of the carrier is for the peer. */
  readonly peerCode: number;
  peer(context: PeerContext): AuthenticationPeer;
  /** Absent where we take only the peer's part. */
  authenticator?(context: AuthenticatorContext): Authenticator;
}

/** All that the authentication phase knows about a protocol. */
export const AUTHENTICATION: Readonly<Record<AuthenticationProtocol, Row>> = {
  'ms-chap-v2': chap(MS_CHAP_V2),
  'chap-md5': chap(CHAP_MD5),
  eap: {
    carrier: PROTOCOL.eap,
    peerCode: 2,
    peer: ({ credentials, outlets, isOurs }) => new EapMd5Peer(credentials, outlets, isOurs),
  },
  pap: {
    carrier: PROTOCOL.pap,
    peerCode: 1,
    peer: ({ credentials, outlets, retry }) => new PapPeer(credentials, outlets, retry),
    authenticator: ({ outlets }) => new PapAuthenticator(outlets),
  },
};

function chap(algorithm: typeof CHAP_MD5): Row {
  return {
    carrier: PROTOCOL.chap,
    peerCode: 2,
    peer: ({ credentials, outlets, retry, random, isOurs }) =>
      new ChapPeer({ ...retry, algorithm, credentials }, outlets, random, isOurs),
    authenticator: ({ name, outlets, retry, random }) =>
      new ChapAuthenticator({ ...retry, algorithm, name }, outlets, random),
  };
}

/** The protocols with which we can have a peer authenticate itself. */
export const AUTHENTICATOR_PROTOCOLS = AUTHENTICATION_PROTOCOLS.filter((name) => AUTHENTICATION[name].authenticator);

const CARRIERS = new Set(Object.values(AUTHENTICATION).map(({ carrier }) => carrier));

/** True for a PPP protocol that carries an authentication. */
export function isAuthentication(protocol: number): boolean {
  return CARRIERS.has(protocol);
}
