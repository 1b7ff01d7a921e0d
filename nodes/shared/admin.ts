import type { NodeAPI } from 'node-red';
import {
  formatMac,
  listInterfaces,
  PppoeError,
  parseMac,
  rawSocketAccess,
  type ScanOptions,
  SESSION_DEFAULTS,
  scan,
} from '../../src/index';
import { ethernetOptions } from './ethernet-fields';
import { hostUniqOf, numberOf, tickOf } from './fields';
import { withVariables } from './variables';

/**
 * What the dialogs ask this machine, as JSON. An error is `{ error: { code, message } }`, with the codes of `PppoeError`: HTTP
 * status 400 for a request that is not right (`malformed`), 422 for what cannot be done.
 *
 * - `GET /pppoe/interfaces`, permission `pppoe.read`: `{ interfaces: [{ name, mac, mtu, up, carrier }] }`
 * - `GET /pppoe/access`, permission `pppoe.read`: `{ allowed, remedy? }`, whether Node-RED may open raw sockets
 * - `POST /pppoe/scan`, permission `pppoe.write`: the fields of a session's dialog; `{ offers }`, each a `ScannedOffer`
 */
export function adminEndpoints(RED: NodeAPI): void {
  const { httpAdmin, auth } = RED;
  httpAdmin.get('/pppoe/interfaces', auth.needsPermission('pppoe.read'), (_request, response) => {
    const interfaces = listInterfaces().map(({ address, ...rest }) => ({ ...rest, mac: formatMac(address) }));
    response.json({ interfaces });
  });
  httpAdmin.get('/pppoe/access', auth.needsPermission('pppoe.read'), (_request, response) => {
    response.json(rawSocketAccess());
  });
  httpAdmin.post('/pppoe/scan', auth.needsPermission('pppoe.write'), (request, response) => {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    answer(RED, request.body, gone.signal).then(({ status, body }) => {
      if (!gone.signal.aborted) response.status(status).json(body);
    });
  });
}

interface Answer {
  readonly status: 200 | 400 | 422 | 500;
  readonly body: object;
}

async function answer(RED: NodeAPI, body: unknown, signal: AbortSignal): Promise<Answer> {
  const variables = new Map<string, string>();
  try {
    const options = scanOptions(resolvedFields(RED, fieldsOf(body), variables));
    return { status: 200, body: { offers: await scan({ ...options, signal }) } };
  } catch (error) {
    const { status, code, message } = failure(error);
    return { status, body: { error: { code, message: unresolved(message, variables) } } };
  }
}

function failure(error: unknown): { status: 400 | 422 | 500; code: string; message: string } {
  if (error instanceof PppoeError) return { status: 422, code: error.code, message: error.message };
  if (error instanceof RangeError) return { status: 400, code: 'malformed', message: error.message };
  return { status: 500, code: 'internal', message: String(error) };
}

/** The fields of a session's dialog that matter to a scan, as they are written in it. */
const FIELDS = [
  'id',
  'interface',
  'omitService',
  'hostUniq',
  'mac',
  'mru',
  'vlan',
  'vlanPcp',
  'vlanTpid',
  'discoveryType',
  'sessionType',
  'duration',
] as const;

type ScanFields = Partial<Record<(typeof FIELDS)[number], string>>;

/** @throws RangeError */
function fieldsOf(body: unknown): ScanFields {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new RangeError('a JSON object is wanted');
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(body)) {
    if (!FIELDS.some((field) => field === name)) throw new RangeError(`there is no field '${name}'`);
    if (!['string', 'number', 'boolean'].includes(typeof value)) {
      throw new RangeError(`'${name}' must be text, a number or a tick`);
    }
    fields[name] = String(value).trim();
  }
  return fields;
}

/** @param variables is filled: what was put in a variable's place, to the variable. */
function resolvedFields(RED: NodeAPI, fields: ScanFields, variables: Map<string, string>): ScanFields {
  const node = fields.id ? RED.nodes.getNode(fields.id) : null;
  const entries = Object.entries(fields).map(([name, text]) => {
    const value = withVariables(RED, node, text);
    if (value !== text) variables.set(value, text);
    return [name, value];
  });
  return Object.fromEntries(entries);
}

/** An error's text as the asker wrote it: what an environment variable holds is not told. */
function unresolved(message: string, variables: ReadonlyMap<string, string>): string {
  return [...variables].reduce((text, [value, variable]) => text.replaceAll(value, variable), message);
}

/** @throws RangeError that names the field and what is wanted. */
function scanOptions(fields: ScanFields): ScanOptions {
  if (!fields.interface) throw new RangeError('an interface is needed, like eth1 or virtual:lab');
  const { vlan, etherTypes } = ethernetOptions(fields);
  return {
    interface: fields.interface,
    vlan,
    ...(etherTypes ? { etherTypes } : {}),
    omitServiceName: tickOf('Service in PADI', fields.omitService, false),
    maxPayload: numberOf('MRU', fields.mru, SESSION_DEFAULTS.mru),
    duration: numberOf('duration', fields.duration, 3_000),
    ...(fields.mac ? { macAddress: parseMac(fields.mac) } : {}),
    ...(fields.hostUniq ? { hostUniq: hostUniqOf(fields.hostUniq) } : {}),
  };
}
