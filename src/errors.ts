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
 * - `link-down`: the interface went down or away.
 * - `no-interface`: there is no interface of that name.
 * - `permission`: the process may not open raw sockets.
 * - `no-native`: the packet socket add-on is missing for this platform.
 * - `not-up`: a packet was to be sent while the session was not up.
 * - `too-long`: a packet exceeds the MTU.
 * - `malformed`: bytes or a message that are not what they should be.
 * - `no-account`: the access concentrator knows no such user.
 * - `timeout`: an awaited outcome did not come in time.
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
  | 'timeout';

/** An error of this package. `code` is stable; `message` is for people. */
export class PppoeError extends Error {
  override readonly name = 'PppoeError';

  constructor(
    readonly code: PppoeErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * What more is known of a reason.
 *
 * With `refused`: `service-name-error`, `ac-system-error`, `generic-error` are the error tags of RFC 2516, appendix A.
 */
export type ReasonDetail = 'service-name-error' | 'ac-system-error' | 'generic-error';

/** Why a state was left or entered: a typed code and a text for people, which may quote the peer. */
export interface Reason {
  readonly code: PppoeErrorCode;
  readonly text: string;
  readonly detail?: ReasonDetail;
}
