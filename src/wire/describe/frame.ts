import { decodeControl } from '../control';
import { summarizeIp } from '../ip';
import { decodePpp } from '../ppp';
import { CODE, decodePppoe } from '../pppoe';
import { MalformedPacket } from '../reader';
import { authenticationCode, describeAuthentication, isAuthentication } from './authentication';
import { controlCode, describeControl, isControlProtocol } from './control';
import { describeTags, discoveryCode } from './discovery';
import { locatePppoe, PPPOE_TYPES, type PppoeTypes } from './locate';
import { isIpData, pppName } from './protocols';
import { type Field, field, hex } from './values';

/** What a frame says, in the RFCs' words. */
export interface FrameDescription {
  /** `PPPoE` for discovery, else the PPP protocol: `LCP`, `CHAP`, `IPCP`, or `0x8281` for one without a name here. */
  readonly protocol: string;
  /** `PADI`, `Configure-Request`, or `0x2a`; empty when it has none. */
  readonly code: string;
  readonly identifier?: number;
  /** SESSION_ID; 0 until PADS. */
  readonly sessionId?: number;
  /** Tags, options, or other fields, in their order. Secrets are not among them. */
  readonly options: readonly Field[];
  /** It refuses what the other side asked for. */
  readonly refuses?: true;
  /** Why it is no whole packet; what is known of it is there all the same. */
  readonly malformed?: string;
}

const NOTHING: FrameDescription = { protocol: 'Ethernet', code: '', options: [] };

/** Describes an Ethernet frame. Never throws, whatever its octets. */
export function describeFrame(frame: Buffer, types: PppoeTypes = PPPOE_TYPES): FrameDescription {
  const place = locatePppoe(frame, types);
  if (!place) return { ...NOTHING, malformed: 'There is no PPPoE header' };
  const octets = frame.subarray(place.at);
  let known: FrameDescription = { ...NOTHING, protocol: 'PPPoE' };
  const learn = (more: Partial<FrameDescription>) => {
    known = { ...known, ...more };
  };
  try {
    if (place.stage === 'discovery') discovery(octets, learn);
    else session(octets, learn);
  } catch (error) {
    if (!(error instanceof MalformedPacket)) throw error;
    learn({ malformed: error.message });
  }
  return known;
}

type Learn = (more: Partial<FrameDescription>) => void;

function discovery(octets: Buffer, learn: Learn): void {
  if (octets.length > 1) learn({ code: discoveryCode(octets[1] as number) });
  const { code, sessionId, payload } = decodePppoe(octets);
  learn({ sessionId });
  const { fields, refuses } = describeTags(code, sessionId, payload);
  learn({ options: fields, ...(refuses ? { refuses } : {}) });
}

function session(octets: Buffer, learn: Learn): void {
  const { code, sessionId, payload } = decodePppoe(octets);
  learn({ sessionId });
  if (code !== CODE.session) {
    const name = discoveryCode(code);
    return learn({ code: name, malformed: `PPPoE code ${name} in the session stage` });
  }
  const { protocol, information } = decodePpp(payload);
  learn({ protocol: pppName(protocol) });
  if (isIpData(protocol)) return data(information, learn);
  if (!isControlProtocol(protocol) && !isAuthentication(protocol)) {
    return learn({ options: information.length > 0 ? [field('Data', hex(information))] : [] });
  }
  control(protocol, information, learn);
}

function control(protocol: number, octets: Buffer, learn: Learn): void {
  const [name, describe] = isAuthentication(protocol)
    ? ([authenticationCode, describeAuthentication] as const)
    : ([controlCode, describeControl] as const);
  if (octets.length > 1) learn({ code: name(protocol, octets[0] as number), identifier: octets[1] as number });
  const { fields, refuses } = describe(protocol, decodeControl(octets, pppName(protocol)));
  learn({ options: fields, ...(refuses ? { refuses } : {}) });
}

function data(packet: Buffer, learn: Learn): void {
  const { source, destination, length } = summarizeIp(packet);
  learn({
    options: [field('Source', source), field('Destination', destination), field('Length', String(length))],
  });
}

/** A description on one line: `LCP Configure-Request 1: MRU 1492, Magic-Number 0x8b26d0ba`. */
export function frameLine({ protocol, code, identifier, sessionId, options, malformed }: FrameDescription): string {
  const isDiscovery = protocol === 'PPPoE' && code !== '';
  const head = [
    isDiscovery ? code : [protocol, code].filter((part) => part !== '').join(' '),
    ...(identifier === undefined ? [] : [String(identifier)]),
    ...(isDiscovery && sessionId ? [`session ${sessionId}`] : []),
  ].join(' ');
  const fields = options.map(({ name, value }) => (value === '' ? name : `${name} ${value}`)).join(', ');
  const line = fields === '' ? head : `${head}: ${fields}`;
  return malformed === undefined ? line : `${line} (malformed: ${malformed})`;
}
