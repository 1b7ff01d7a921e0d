import { RADIUS_DEFAULTS, type RadiusServer, type RadiusSettings } from '../../src/index';
import { listOf, numberOf, type Tick, tickOf } from './fields';

/** The properties about RADIUS of a `pppoe-concentrator` node, as the editor stores them. */
export interface ConcentratorRadiusConfig {
  /** `address`, `address:port` or `[address]:port`, separated by commas, the first to be asked first; empty: no RADIUS. */
  readonly radiusServers?: string;
  /** Empty: the AC-Name. */
  readonly radiusIdentifier?: string;
  /** In seconds. */
  readonly radiusTimeout?: number | string;
  readonly radiusTries?: number | string;
  readonly radiusAccounting?: Tick;
  /** In seconds; 0: none. */
  readonly radiusInterim?: number | string;
}

const PORT = 1_812;

/**
 * @param isAsked whether the servers decide about logins.
 * @throws RangeError that names the field and what is wanted.
 */
export function concentratorRadiusOptions(
  config: ConcentratorRadiusConfig,
  secret: string | undefined,
  isAsked: boolean,
): { readonly radius?: Partial<RadiusSettings> } {
  const servers = listOf(config.radiusServers);
  if (isAsked && servers.length === 0)
    throw new RangeError('RADIUS decides about logins: at least one server is needed');
  if (servers.length === 0) return {};
  if (!secret) throw new RangeError('the RADIUS servers need their secret');
  const authentication = servers.map((text) => serverOf(text, secret));
  const identifier = config.radiusIdentifier?.trim();
  const { timeout, tries, interimInterval } = RADIUS_DEFAULTS;
  return {
    radius: {
      authentication: isAsked ? authentication : [],
      // The port after that of authentication, as 1813 is after 1812.
      accounting: tickOf('RADIUS accounting', config.radiusAccounting, true)
        ? authentication.map((server) => ({ ...server, port: server.port + 1 }))
        : [],
      ...(identifier ? { nasIdentifier: identifier } : {}),
      timeout: 1_000 * numberOf('RADIUS time-out', config.radiusTimeout, timeout / 1_000),
      tries: numberOf('RADIUS tries', config.radiusTries, tries),
      interimInterval: 1_000 * numberOf('interim updates', config.radiusInterim, interimInterval / 1_000),
    },
  };
}

function serverOf(text: string, secret: string): RadiusServer {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const number = Number(port ?? PORT);
  if (host === undefined || number < 1 || number > 65_534) {
    throw new RangeError(
      `RADIUS servers must be like 192.0.2.1, radius.example:1812 or [2001:db8::1]:1812, not '${text}'`,
    );
  }
  return { host, port: number, secret };
}
