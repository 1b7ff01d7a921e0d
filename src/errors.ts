/**
 * Why a step failed or a session ended. Retry policy, node status and tests read the code, never the text.
 *
 * - `no-offer`: no Access Concentrator answered the PADI, or none that was acceptable.
 * - `refused`: an Access Concentrator answered with an error tag, or with session id 0.
 * - `authentication-failed`: the peer refused our credentials, or we refused the peer's.
 * - `negotiation-failed`: LCP or every network protocol ended without agreement.
 * - `no-reply`: the peer stopped answering (Echo-Requests, or a phase of the negotiation).
 * - `peer-terminated`: the peer ended the session with a Terminate-Request or a PADT.
 * - `loopback`: our own frames come back to us.
 * - `closed`: we ended the session ourselves.
 * - `link-down`: the interface went down or away, or the far end of a tunnel cannot be reached.
 * - `no-interface`: there is no interface of that name, or with a tunnel's own address.
 * - `permission`: the process may not open raw sockets.
 * - `no-native`: the packet socket add-on is missing for this platform, or the package raw-socket for a tunnel.
 * - `not-up`: a packet was to be sent while the session was not up.
 * - `too-long`: a packet exceeds the MTU, the session's or, of an echo request, that of a link further on.
 * - `malformed`: bytes or a message that are not what they should be.
 * - `no-account`: the access concentrator knows no such user.
 * - `timeout`: an awaited outcome did not come in time.
 * - `unreachable`: a host or router says that an echo request does not get to its destination.
 * - `ttl-exceeded`: a router says that an echo request has met too many routers.
 * - `parameter-problem`: a host or router says that it does not understand the header of an echo request.
 */
export type PppoeErrorCode =
  | 'no-offer'
  | 'refused'
  | 'authentication-failed'
  | 'negotiation-failed'
  | 'no-reply'
  | 'peer-terminated'
  | 'loopback'
  | 'closed'
  | 'link-down'
  | 'no-interface'
  | 'permission'
  | 'no-native'
  | 'not-up'
  | 'too-long'
  | 'malformed'
  | 'no-account'
  | 'timeout'
  | 'unreachable'
  | 'ttl-exceeded'
  | 'parameter-problem';

/**
 * What is behind an `authentication-failed`, where the peer says so: MS-CHAPv2 does (RFC 2759 §6, its code in brackets).
 * And `no-server`: whom our access concentrator asks about logins did not answer.
 *
 * - `restricted-hours` (646): not at this time of the day or week.
 * - `account-disabled` (647).
 * - `password-expired` (648).
 * - `no-dial-in-permission` (649).
 * - `wrong-credentials` (691): wrong user name or password.
 * - `changing-password` (709): the password could not be changed.
 */
export type AuthenticationDetail =
  | 'restricted-hours'
  | 'account-disabled'
  | 'password-expired'
  | 'no-dial-in-permission'
  | 'wrong-credentials'
  | 'changing-password'
  | 'no-server';

/** An error of this package. `code` is stable; `message` is for people. */
export class PppoeError extends Error {
  override readonly name = 'PppoeError';
  readonly detail?: ReasonDetail;

  constructor(
    readonly code: PppoeErrorCode,
    message: string,
    options?: ErrorOptions & { readonly detail?: ReasonDetail | undefined },
  ) {
    super(message, options);
    if (options?.detail) this.detail = options.detail;
  }
}

/**
 * What more is known of a reason.
 *
 * With `authentication-failed`: an `AuthenticationDetail`. With `refused`: `service-name-error`, `ac-system-error`, `generic-error` are the error tags of RFC 2516, appendix A.
 */
export type ReasonDetail = AuthenticationDetail | 'service-name-error' | 'ac-system-error' | 'generic-error';

/** Why a state was left or entered: a typed code and a text for people, which may quote the peer. */
export interface Reason {
  readonly code: PppoeErrorCode;
  readonly text: string;
  /** What more is known: which error tag, or which refusal of an authentication. */
  readonly detail?: ReasonDetail;
}
