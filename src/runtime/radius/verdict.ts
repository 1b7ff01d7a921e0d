import { isIPv4 } from 'node:net';
import type { Admission } from '../../concentrator/admission';
import { peerText } from '../../ppp/authentication';
import { msChapDetail } from '../../ppp/ms-chap-v2';
import { parseIpv4 } from '../../wire/ip';
import type { AuthenticationProtocol } from '../../wire/lcp';
import { decodeMsChapFailure, decodeMsChapSuccess } from '../../wire/ms-chap';
import type { RadiusReply } from './packet';
import { MIN_INTERIM } from './settings';

/** What a server says about a session besides letting it in. Times in ms. */
export interface SessionTerms {
  /** To be told again in accounting (RFC 2865 §5.25). */
  readonly classes: readonly Buffer[];
  /** After that the session is ended. */
  readonly sessionTimeout?: number;
  /** Between interim updates. */
  readonly interimInterval?: number;
}

export interface RadiusVerdict {
  readonly admission: Admission;
  readonly terms: SessionTerms;
}

/** What all servers together say by not answering. */
export const UNANSWERED: Admission = {
  accepted: false,
  text: 'No RADIUS server answers: please try again later',
  detail: 'no-server',
};

const ATTRIBUTE = { error: 2, success: 26, primaryDns: 28, secondaryDns: 29 } as const;
const NO_TERMS: SessionTerms = { classes: [] };

/** Reads what a server has decided about a login. */
export function readVerdict(reply: RadiusReply, protocol: AuthenticationProtocol): RadiusVerdict {
  const refuse = (text: string): RadiusVerdict => ({ admission: { accepted: false, text }, terms: NO_TERMS });
  if (reply.code === 'Access-Challenge') return refuse('The RADIUS server asks for more than a password');
  if (reply.code !== 'Access-Accept') return { admission: refusal(reply), terms: NO_TERMS };
  // What a NAS does not support is as good as a refusal (RFC 2865 §5.6).
  const services = [...values(reply, 'Service-Type'), ...values(reply, 'Framed-Protocol')];
  if (!services.every((service) => service === 'Framed-User' || service === 'PPP')) {
    return refuse('The RADIUS server lets this user have another service than PPP');
  }
  const proof = decodeMsChapSuccess(
    reply.microsoft.get(ATTRIBUTE.success)?.subarray(1) ?? NOTHING,
  ).authenticatorResponse;
  if (protocol === 'ms-chap-v2' && !proof) return refuse('The RADIUS server does not prove that it knows the password');
  const address = addressIn(reply);
  const dns = [ATTRIBUTE.primaryDns, ATTRIBUTE.secondaryDns].flatMap((type) => ipv4(reply.microsoft.get(type)));
  const text = replyMessage(reply);
  const admission: Admission = {
    accepted: true,
    ...(proof ? { proof } : {}),
    ...(address ? { address } : {}),
    ...(dns.length > 0 ? { dns } : {}),
    ...(text ? { text } : {}),
  };
  return { admission, terms: termsIn(reply) };
}

const NOTHING = Buffer.alloc(0);

function values(reply: RadiusReply, name: string): readonly unknown[] {
  return reply.attributes.get(name) ?? [];
}

/** An MS-CHAP-Error (RFC 2548 §2.1.5) says why, and may have a text of its own. */
function refusal(reply: RadiusReply): Admission {
  const { error, message } = decodeMsChapFailure(reply.microsoft.get(ATTRIBUTE.error)?.subarray(1) ?? NOTHING);
  const text = replyMessage(reply) || peerText(message ?? NOTHING);
  const detail = msChapDetail(error);
  return { accepted: false, ...(text ? { text } : {}), ...(detail ? { detail } : {}) };
}

function replyMessage(reply: RadiusReply): string {
  const texts = values(reply, 'Reply-Message').filter((text) => typeof text === 'string');
  return peerText(Buffer.from(texts.join(' ')));
}

/** Undefined for one of the pool, as also 255.255.255.254 wants it, and 255.255.255.255, the host's choice (RFC 2865 §5.8). */
function addressIn(reply: RadiusReply): Buffer | undefined {
  const [text] = values(reply, 'Framed-IP-Address');
  if (typeof text !== 'string' || !isIPv4(text)) return undefined;
  const address = parseIpv4(text);
  const [first = 0] = address;
  return first === 0 || first >= 224 ? undefined : address;
}

function ipv4(octets: Buffer | undefined): readonly Buffer[] {
  return octets?.length === 4 && octets.readUInt32BE() !== 0 ? [octets] : [];
}

function termsIn(reply: RadiusReply): SessionTerms {
  const sessionTimeout = seconds(reply, 'Session-Timeout');
  const interval = seconds(reply, 'Acct-Interim-Interval');
  return {
    classes: values(reply, 'Class').filter((value) => Buffer.isBuffer(value)),
    ...(sessionTimeout ? { sessionTimeout } : {}),
    ...(interval ? { interimInterval: Math.max(interval, MIN_INTERIM) } : {}),
  };
}

/** In ms; 0 where there is none. */
function seconds(reply: RadiusReply, name: string): number {
  const [value] = values(reply, name);
  return typeof value === 'number' ? 1_000 * value : 0;
}
