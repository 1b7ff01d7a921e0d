/** A RADIUS server, for authentication or for accounting. */
export interface RadiusServer {
  /** An address, or a name that is looked up whenever its socket is opened. */
  readonly host: string;
  readonly port: number;
  /** Shared with it. In no report, event or error. */
  readonly secret: string;
}

/** What an access concentrator asks RADIUS servers. Times in ms. */
export interface RadiusSettings {
  /** Asked about logins in this order; none: `authenticate` events are emitted as without RADIUS. */
  readonly authentication: readonly RadiusServer[];
  /** Told about sessions in this order; none: no accounting. */
  readonly accounting: readonly RadiusServer[];
  /** NAS-Identifier; absent: the AC-Name. */
  readonly nasIdentifier?: string;
  /** NAS-IP-Address, 4 octets; absent: it is not sent. */
  readonly nasAddress?: Buffer;
  /** How long each transmission of a request waits for its answer. */
  readonly timeout: number;
  /** How often a request is sent to a server before the next one is asked. */
  readonly tries: number;
  /** How long a server that did not answer is passed over, while there is another. */
  readonly deadTime: number;
  /** Between interim updates, where the server says nothing else; 0: none. */
  readonly interimInterval: number;
}

export const RADIUS_DEFAULTS: RadiusSettings = {
  authentication: [],
  accounting: [],
  timeout: 2_000,
  tries: 3,
  deadTime: 60_000,
  interimInterval: 600_000,
};

/** The shortest interim interval that a server may ask for (RFC 2869 §5.16). */
export const MIN_INTERIM = 60_000;

/**
 * The defaults with these settings over them.
 * @throws RangeError for what cannot work.
 */
export function radiusSettings(settings: Partial<RadiusSettings>): RadiusSettings {
  const all = { ...RADIUS_DEFAULTS, ...settings };
  for (const { host, port, secret } of [...all.authentication, ...all.accounting]) {
    if (host === '') throw new RangeError('a RADIUS server needs an address or a name');
    if (!(Number.isInteger(port) && port >= 1 && port <= 65_535))
      throw new RangeError(`the port of a RADIUS server must be from 1 to 65535, not ${port}`);
    if (secret === '') throw new RangeError(`the RADIUS server ${host} needs a secret`);
  }
  checkText('NAS-Identifier', all.nasIdentifier);
  if (!(all.timeout >= 100 && all.timeout <= 60_000))
    throw new RangeError(`the RADIUS time-out must be from 100 to 60000 ms, not ${all.timeout}`);
  if (!(Number.isInteger(all.tries) && all.tries >= 1 && all.tries <= 10))
    throw new RangeError(`RADIUS requests must be sent from 1 to 10 times, not ${all.tries}`);
  if (!(all.deadTime >= 0)) throw new RangeError(`the dead time must be 0 ms or more, not ${all.deadTime}`);
  if (!(all.interimInterval === 0 || (all.interimInterval >= 1_000 && all.interimInterval <= 86_400_000)))
    throw new RangeError(`the interim interval must be 0, or from 1 to 86400 s, not ${all.interimInterval / 1_000}`);
  return all;
}

function checkText(name: string, text: string | undefined): void {
  if (text === undefined) return;
  const { length } = Buffer.from(text);
  if (length === 0 || length > 253) throw new RangeError(`${name} must have from 1 to 253 octets, not ${length}`);
}

/** How long it takes at most until every server was asked, in ms. */
export function longestWait({ authentication, timeout, tries }: RadiusSettings): number {
  return authentication.length * timeout * tries;
}
