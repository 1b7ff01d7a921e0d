import assert from 'node:assert/strict';
import { type Dhcpv6Message, findOption, DHCPV6_OPTION as OPTION } from '../../../src/wire/dhcpv6';
import { BOTH, Rig, type SentMessage, serving, type Terms } from './rig';

export const ADDRESS = '2001:db8:0:1::100';
export const PREFIX = '2001:db8:1:100::/56';

/** A host with both leases of a server with these terms; RENEW and so on are within reach. */
export function bound(terms: Terms = {}): Rig {
  const rig = new Rig(BOTH);
  rig.server = serving(terms);
  rig.up().pass(5_000);
  assert.deepEqual(rig.prefixes.length, 1);
  return rig;
}

export const elapsed = ({ options }: Dhcpv6Message) => findOption(options, OPTION.elapsedTime)?.readUInt16BE();
export const has = ({ options }: Dhcpv6Message, code: number) => findOption(options, code) !== undefined;
export const gaps = (sent: readonly SentMessage[]) => sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0));

export function assertBetween(value: number | undefined, least: number, most: number): void {
  assert.ok(value !== undefined && value >= least && value <= most, `${value} is not from ${least} to ${most}`);
}
