import type { EtherTypes, VlanTag } from '../../src/index';

/** The fields of a form that say how frames are marked on the Ethernet. */
export interface EthernetConfig {
  /** A VLAN identifier, or two as `outer.inner`; empty: untagged. */
  readonly vlan?: string | number;
  /** PCP of control frames, 0-7. */
  readonly vlanPcp?: string | number;
  /** PCP of frames with IP packets, 0-7; empty: that of control frames. */
  readonly vlanDataPcp?: string | number;
  /** TPID of the outer tag, hexadecimal after `0x`; empty: 0x8100 for one tag, 0x88a8 for the outer of two. */
  readonly vlanTpid?: string | number;
  /** Hexadecimal after `0x`; empty: 0x8863 and 0x8864. */
  readonly discoveryType?: string | number;
  readonly sessionType?: string | number;
}

interface EthernetOptions {
  readonly vlan: readonly VlanTag[];
  readonly dataPcp?: number;
  readonly etherTypes?: EtherTypes;
}

const C_TAG = 0x8100;
const S_TAG = 0x88a8;

/** @throws RangeError that names the field and what is wanted. */
export function ethernetOptions(config: EthernetConfig): EthernetOptions {
  const vids = vidsOf(textOf(config.vlan));
  const pcp = numberIn('PCP', config.vlanPcp, 7) ?? 0;
  const dataPcp = numberIn('PCP of data', config.vlanDataPcp, 7);
  const outer = typeOf('TPID', config.vlanTpid) ?? (vids.length > 1 ? S_TAG : C_TAG);
  const discovery = typeOf('Ethernet type of discovery', config.discoveryType);
  const session = typeOf('Ethernet type of sessions', config.sessionType);
  return {
    vlan: vids.map((vid, index) => ({ tpid: index === 0 ? outer : C_TAG, vid, pcp, dei: false })),
    ...(dataPcp === undefined ? {} : { dataPcp }),
    ...(discovery || session ? { etherTypes: { discovery: discovery ?? 0x8863, session: session ?? 0x8864 } } : {}),
  };
}

function textOf(value: string | number | undefined): string {
  return String(value ?? '').trim();
}

function vidsOf(text: string): readonly number[] {
  if (text === '') return [];
  const parts = text.split('.');
  const vids = parts.map(Number);
  const wrong = vids.length > 2 || parts.some((part) => !/^\d+$/.test(part)) || vids.some((vid) => vid > 4_094);
  if (wrong) throw new RangeError(`VLAN must be a number from 0 to 4094, or two as outer.inner, not '${text}'`);
  return vids;
}

function numberIn(field: string, value: string | number | undefined, most: number): number | undefined {
  const text = textOf(value);
  if (text === '') return undefined;
  if (!/^\d+$/.test(text) || Number(text) > most) {
    throw new RangeError(`${field} must be a whole number from 0 to ${most}, not '${text}'`);
  }
  return Number(text);
}

/** An Ethernet type; whether it is one of those that may be used is the session's to say. */
function typeOf(field: string, value: string | number | undefined): number | undefined {
  const text = textOf(value);
  if (text === '') return undefined;
  if (!/^0x[0-9a-f]{3,4}$/i.test(text)) throw new RangeError(`${field} must be like 0x8100, not '${text}'`);
  return Number(text);
}
