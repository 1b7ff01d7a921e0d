import { type Admission, type LoginReference, PppoeError, parseIpv4 } from '../../src/index';
import { listOf } from './fields';

/** What a flow answers, besides plain `true` and `false`. */
interface AnswerObject {
  readonly accept?: unknown;
  readonly password?: unknown;
  readonly address?: unknown;
  readonly dns?: unknown;
  readonly text?: unknown;
  readonly detail?: unknown;
}

const DETAILS = [
  'restricted-hours',
  'account-disabled',
  'password-expired',
  'no-dial-in-permission',
  'wrong-credentials',
  'changing-password',
] as const;

/** PAP and CHAP tell the text in one packet of LCP's usual size; MS-CHAPv2 has its own parts beside it. */
const LONGEST_TEXT = 200;

/**
 * Which login an answer is about.
 * @param login the property of that name, as it came with the question.
 * @throws PppoeError `malformed`
 */
export function loginOf(login: unknown): LoginReference {
  const id = typeof login === 'object' && login !== null ? (login as { readonly id?: unknown }).id : undefined;
  const [, sessionId, key, ticket] = /^(\d{1,5})\.([0-9a-f]{16})\.(\d{1,15})$/.exec(String(id)) ?? [];
  if (!key) throw new PppoeError('malformed', 'msg.login must be that of the message that asked');
  return { ticket: Number(ticket), subscriber: { sessionId: Number(sessionId), key } };
}

/**
 * What an answer decides.
 * @param payload `true`, `false`, or an object with `accept`.
 * @throws PppoeError `malformed` that says what is wrong. No text of the answer is in it: there may be a password.
 */
export function admissionOf(payload: unknown): Admission {
  if (typeof payload === 'boolean') return { accepted: payload };
  const answer: AnswerObject = typeof payload === 'object' && payload !== null ? payload : {};
  if (typeof answer.accept !== 'boolean') {
    throw new PppoeError(
      'malformed',
      'The answer to a login must be true, false, or an object with accept: true or false',
    );
  }
  const text = answer.text === undefined ? {} : { text: textOf('text', answer.text) };
  if (!answer.accept) return { accepted: false, ...text, ...detailOf(answer.detail) };
  return {
    accepted: true,
    ...text,
    ...(answer.password === undefined ? {} : { password: passwordOf(answer.password) }),
    ...(answer.address === undefined ? {} : { address: addressOf('address', answer.address) }),
    ...(answer.dns === undefined ? {} : { dns: serversOf(answer.dns) }),
  };
}

/** An answer without its password: so Complete, Catch and Debug nodes never show it. */
export function withoutPassword(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null || !('password' in payload)) return payload;
  const { password: _, ...rest } = payload;
  return rest;
}

function textOf(field: string, value: unknown): string {
  if (typeof value === 'string' && Buffer.byteLength(value) <= LONGEST_TEXT) return value;
  throw new PppoeError('malformed', `${field} must be text of at most ${LONGEST_TEXT} octets`);
}

function passwordOf(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new PppoeError('malformed', 'password must be text that is not empty; without it the host is believed');
}

function addressOf(field: string, value: unknown): Buffer {
  try {
    return parseIpv4(String(value).trim());
  } catch (error) {
    throw new PppoeError('malformed', `${field} must be an IPv4 address, like 192.0.2.1`, { cause: error });
  }
}

function serversOf(value: unknown): readonly Buffer[] {
  const servers = Array.isArray(value) ? value : listOf(String(value));
  if (servers.length > 2) throw new PppoeError('malformed', 'dns must be at most two IPv4 addresses');
  return servers.map((server) => addressOf('dns', server));
}

function detailOf(value: unknown): { detail?: (typeof DETAILS)[number] } {
  if (value === undefined) return {};
  const detail = DETAILS.find((one) => one === value);
  if (!detail) throw new PppoeError('malformed', `detail must be one of ${DETAILS.join(', ')}`);
  return { detail };
}
