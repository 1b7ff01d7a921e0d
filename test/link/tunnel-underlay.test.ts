import assert from 'node:assert/strict';
import { endianness } from 'node:os';
import { test } from 'node:test';
import { interfaceMtu } from '../../src/link/interfaces';
import { parseTunnel } from '../../src/link/tunnel-text';
import { underlayMtu } from '../../src/link/tunnel-underlay';
import { parseIpv4 } from '../../src/wire/ip';

/** An address as /proc/net/route shows it. */
function kernelWord(address: string): string {
  const octets = parseIpv4(address);
  return (endianness() === 'LE' ? octets.reverse() : octets).toString('hex').toUpperCase();
}

interface Line {
  readonly to: string;
  readonly mask: string;
  readonly mtu: number;
  readonly flags?: string;
}

/** A table of routes over an interface that there is not: only the routes' own MTUs count. */
function table(...lines: readonly Line[]): () => string {
  const text = lines.map(({ to, mask, mtu, flags = '0003' }) =>
    ['none0', kernelWord(to), '00000000', flags, 0, 0, 0, kernelWord(mask), mtu, 0, 0].join('\t'),
  );
  return () => ['Iface\tDestination\tGateway \tFlags', ...text, ''].join('\n');
}

const tunnel = (text: string) => parseTunnel(text);

test('what the text says of the path is believed', () => {
  const routes = table({ to: '0.0.0.0', mask: '0.0.0.0', mtu: 1_400 });
  assert.equal(underlayMtu(tunnel('gre:192.0.2.1?path-mtu=1492'), routes), 1_492);
});

test('the route with the longest prefix counts, if it is up', () => {
  const routes = table(
    { to: '192.0.2.0', mask: '255.255.255.0', mtu: 1_300 },
    { to: '0.0.0.0', mask: '0.0.0.0', mtu: 1_400 },
    { to: '192.0.2.128', mask: '255.255.255.128', mtu: 1_200 },
    { to: '192.0.2.1', mask: '255.255.255.255', mtu: 600, flags: '0002' },
  );
  assert.equal(underlayMtu(tunnel('gre:192.0.2.1'), routes), 1_300);
  assert.equal(underlayMtu(tunnel('gre:192.0.2.200'), routes), 1_200);
  assert.equal(underlayMtu(tunnel('gre:198.51.100.1'), routes), 1_400);
});

test('where nothing is known, it is 1500', () => {
  assert.equal(
    underlayMtu(tunnel('gre:192.0.2.1'), () => ''),
    1_500,
  );
  assert.equal(underlayMtu(tunnel('gre:192.0.2.1?local=198.51.100.7'), table()), 1_500);
  assert.equal(underlayMtu(tunnel('gre:192.0.2.1'), table({ to: '0.0.0.0', mask: '0.0.0.0', mtu: 0 })), 1_500);
});

test('an address of our own is reached over loopback, by packets of 65535 octets at most', () => {
  const loopback = Math.min(interfaceMtu('lo') ?? 1_500, 65_535);
  assert.equal(underlayMtu(tunnel('gre:127.0.0.9'), table({ to: '0.0.0.0', mask: '0.0.0.0', mtu: 1_400 })), loopback);
});
