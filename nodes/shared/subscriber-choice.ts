import { type PppoeConcentrator, PppoeError, parseIpv4, parseIpv6, type SubscriberStatus } from '../../src/index';

/**
 * The sessions that `msg.subscriber` means: by `sessionId`, or else `account`, or else `address` (IPv4 or IPv6), or else `mac`.
 * @throws PppoeError `malformed` when it names nobody, `no-account` when nobody here is meant, `not-up` when the account has no
 * session.
 */
export function sessionsOf(concentrator: PppoeConcentrator, subscriber: unknown): readonly SubscriberStatus[] {
  const { sessionId, account, address, mac } = propertiesOf(subscriber);
  if (isGiven(sessionId)) return found(concentrator.subscriber(Number(sessionId)), `session ${sessionId}`);
  if (isGiven(account)) return ofAccount(concentrator, String(account));
  if (isGiven(address)) return found(concentrator.route(octetsOf(String(address))), String(address));
  if (isGiven(mac)) {
    const wanted = String(mac).toLowerCase();
    const sessions = concentrator.subscribers.filter((one) => one.mac === wanted);
    return sessions.length > 0 ? sessions : found(undefined, String(mac));
  }
  throw new PppoeError('malformed', 'msg.subscriber must have a sessionId, an account, an address or a mac');
}

/**
 * The account that `msg.subscriber` means, with a session or without; undefined when it means sessions.
 * @throws PppoeError `malformed` when it names nobody, `no-account` when there is none of this name.
 */
export function accountOf(concentrator: PppoeConcentrator, subscriber: unknown): string | undefined {
  const { sessionId, account } = propertiesOf(subscriber);
  if (isGiven(sessionId) || !isGiven(account)) return undefined;
  const name = String(account);
  return concentrator.hasAccount(name) ? name : ofAccount(concentrator, name)[0]?.username;
}

/**
 * The one session that `msg.subscriber` means.
 * @throws PppoeError as `sessionsOf`; `malformed` also when there are several.
 */
export function sessionOf(concentrator: PppoeConcentrator, subscriber: unknown): SubscriberStatus {
  const [session, ...others] = sessionsOf(concentrator, subscriber);
  if (session && others.length === 0) return session;
  const number = others.length + 1;
  throw new PppoeError('malformed', `msg.subscriber means ${number} sessions: a sessionId or an address means one`);
}

/**
 * The session that an IP packet to this destination belongs to.
 * @param destination of 4 or 16 octets.
 * @throws PppoeError `no-account`
 */
export function sessionAt(concentrator: PppoeConcentrator, destination: string): SubscriberStatus {
  return found(concentrator.route(octetsOf(destination)), destination)[0];
}

function propertiesOf(subscriber: unknown): Partial<Record<'sessionId' | 'account' | 'address' | 'mac', unknown>> {
  if (typeof subscriber === 'object' && subscriber !== null) return subscriber;
  throw new PppoeError(
    'malformed',
    'msg.subscriber must be an object, with a sessionId, an account, an address or a mac',
  );
}

/** Rows of a table have null for what is not known. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function ofAccount(concentrator: PppoeConcentrator, account: string): readonly SubscriberStatus[] {
  const sessions = concentrator.subscribers.filter(({ username }) => username === account);
  if (sessions.length > 0) return sessions;
  if (concentrator.hasAccount(account)) throw new PppoeError('not-up', `'${account}' has no session`);
  return found(undefined, `'${account}'`);
}

function found(session: SubscriberStatus | undefined, whom: string): readonly [SubscriberStatus] {
  if (!session) throw new PppoeError('no-account', `No session here is that of ${whom}`);
  return [session];
}

/** @throws PppoeError `malformed` */
function octetsOf(address: string): Buffer {
  try {
    const text = address.trim();
    return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new PppoeError('malformed', error.message, { cause: error });
  }
}
