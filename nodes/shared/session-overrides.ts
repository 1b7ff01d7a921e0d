import { PppoeError, type PppoeSession, type PppoeSessionOptions, type SessionStatus } from '../../src/index';
import { type SessionConfig, type SessionCredentials, sessionOptions } from './session-options';

/** What a message may have otherwise than the session's node, as a form has it. */
export interface SessionOverrides {
  readonly interface?: string;
  /** A VLAN identifier, or two as `outer.inner`; empty: untagged. */
  readonly vlan?: string | number;
  readonly service?: string;
  readonly acName?: string;
  readonly username?: string;
  readonly password?: string;
}

const FIELDS = ['interface', 'vlan', 'service', 'acName', 'username', 'password'] as const;

/**
 * What a message asks for; undefined when it asks for nothing.
 * @throws PppoeError `malformed`, which names no value: one of them is a secret.
 */
export function overridesOf(value: unknown): SessionOverrides | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new PppoeError('malformed', `What differs must be an object with some of ${FIELDS.join(', ')}`);
  }
  const given = Object.entries(value).filter(([, content]) => content !== undefined && content !== null);
  for (const [name, content] of given) {
    const field = FIELDS.find((known) => known === name);
    if (!field) throw new PppoeError('malformed', `'${name}' is none of ${FIELDS.join(', ')}`);
    if (typeof content !== 'string' && !(field === 'vlan' && typeof content === 'number')) {
      throw new PppoeError('malformed', `${field} must be text${field === 'vlan' ? ' or a number' : ''}`);
    }
  }
  return given.length > 0 ? Object.fromEntries(given) : undefined;
}

/** The options of a session's node, with some of them replaced. @throws RangeError that names the field. */
export function overriddenOptions(
  config: SessionConfig,
  credentials: SessionCredentials,
  overrides: SessionOverrides = {},
): PppoeSessionOptions {
  const { username, password, ...fields } = overrides;
  const identity = { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
  return sessionOptions({ ...config, ...fields }, { ...credentials, ...identity });
}

/** Sessions that have other options than their node's. They may outlive the node that gave them those, across a deploy. */
const overridden = new WeakSet<PppoeSession>();

interface Wanted {
  /** In ms, for all of it. */
  readonly within: number;
  readonly overrides: SessionOverrides | undefined;
  readonly options: (overrides?: SessionOverrides) => PppoeSessionOptions;
}

/**
 * Connects, and waits for the outcome. What is overridden holds for this connection and for the attempts that follow it by
 * themselves; the next connect or reconnect by message has the node's own options again.
 * @throws PppoeError with the reason's code, `timeout`, or `malformed` for impossible options.
 */
export async function connectAs(
  session: PppoeSession,
  action: 'connect' | 'reconnect',
  wanted: Wanted,
): Promise<SessionStatus> {
  const { within, overrides, options } = wanted;
  const returns = overridden.has(session) && (action === 'reconnect' || session.state === 'idle');
  if (!overrides && !returns) {
    session[action]();
    return session.connected(within);
  }
  // Impossible options do not end the session that there is.
  const replaced = options(overrides);
  const end = performance.now() + within;
  session.disconnect();
  await session.disconnected(within);
  session.configure(replaced);
  if (overrides) overridden.add(session);
  else overridden.delete(session);
  session.connect();
  return session.connected(Math.max(1, end - performance.now()));
}
