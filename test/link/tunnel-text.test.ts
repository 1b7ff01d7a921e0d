import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatForm,
  formatTunnel,
  formProblems,
  parseForm,
  parseTunnel,
  TUNNEL_FIELDS,
  TUNNEL_NAMES,
  type TunnelKind,
  tunnelKind,
} from '../../src/link/tunnel-text';

const KINDS = Object.keys(TUNNEL_FIELDS) as TunnelKind[];

test('a text names a tunnel by its kind, its far end and what else it needs', () => {
  assert.deepEqual(parseTunnel('vxlan:192.0.2.1?vni=42&port=8472&local=192.0.2.2'), {
    kind: 'vxlan',
    remote: '192.0.2.1',
    local: '192.0.2.2',
    vni: 42,
    port: 8_472,
  });
  assert.deepEqual(parseTunnel('gre:192.0.2.1'), { kind: 'gre', remote: '192.0.2.1' });
  assert.deepEqual(parseTunnel(' gre:192.0.2.1?key=0xFF&path-mtu=1492 '), {
    kind: 'gre',
    remote: '192.0.2.1',
    pathMtu: 1_492,
    key: 255,
  });
  assert.deepEqual(parseTunnel('eoip:192.0.2.1?tunnel-id=7'), { kind: 'eoip', remote: '192.0.2.1', tunnelId: 7 });
  assert.deepEqual(parseTunnel('etherip:192.0.2.1'), { kind: 'etherip', remote: '192.0.2.1' });
});

test('the port of VXLAN is 4789 unless the text says otherwise', () => {
  assert.deepEqual(parseTunnel('vxlan:192.0.2.1?vni=0'), { kind: 'vxlan', remote: '192.0.2.1', vni: 0, port: 4_789 });
});

test('a tunnel has one text, whatever the order and the spelling of its values', () => {
  const texts = ['vxlan:192.0.2.1?vni=0x2a&local=192.0.2.2', 'vxlan:192.0.2.1?port=4789&local=192.0.2.2&vni=42'];
  for (const text of texts) {
    assert.equal(formatTunnel(parseTunnel(text)), 'vxlan:192.0.2.1?local=192.0.2.2&vni=42&port=4789');
  }
  for (const text of ['gre:192.0.2.1', 'gre:192.0.2.1?key=0', 'eoip:192.0.2.1?tunnel-id=7&path-mtu=1400']) {
    assert.equal(formatTunnel(parseTunnel(text)), text);
  }
});

test('what is wrong is told with what is wanted', () => {
  const wrong: Record<string, RegExp> = {
    'gre:': /Far end is needed: an IPv4 address of one host, like 192\.0\.2\.1\. An example: gre:192\.0\.2\.1\?key=7$/,
    'gre:router.example': /Far end must be an IPv4 address of one host.*not 'router\.example'/,
    'gre:224.0.0.5': /Far end must be/,
    'gre:0.0.0.0': /Far end must be/,
    'gre:192.0.2.256': /Far end must be/,
    'gre:192.0.2': /Far end must be/,
    'gre:192.0.2.1?local=eth0': /Own address must be an IPv4 address.*not 'eth0'/,
    'gre:192.0.2.1?local=192.0.2.1': /Own address must be another than the far end/,
    'gre:192.0.2.1?key=4294967296': /Key must be a whole number from 0 to 4294967295, not '4294967296'/,
    'gre:192.0.2.1?vni=7': /^gre: does not know 'vni=7'; it takes local=…, key=…, path-mtu=…$/,
    'gre:192.0.2.1?key=1&key=2': /^gre: has 'key' twice/,
    'gre:192.0.2.1?key': /^gre: does not know 'key'/,
    'gre:192.0.2.1?': /^gre: does not know ''/,
    'gre:192.0.2.1?remote=192.0.2.3': /^gre: does not know 'remote=/,
    'eoip:192.0.2.1': /Tunnel id is needed: a whole number from 0 to 65535\. An example: eoip:/,
    'eoip:192.0.2.1?tunnel-id=-1': /Tunnel id must be a whole number/,
    'vxlan:192.0.2.1': /VNI is needed: a whole number from 0 to 16777215/,
    'vxlan:192.0.2.1?vni=1.5': /VNI must be/,
    'vxlan:192.0.2.1?vni=1&port=0': /UDP port must be a whole number from 1 to 65535/,
    'vxlan:192.0.2.1?vni=1&path-mtu=100': /MTU of the path must be a whole number from 576 to 65535/,
    eth0: /^'eth0' is no tunnel: gre:192\.0\.2\.1\?key=7, eoip:.*, etherip:.*, vxlan:.* are$/,
    'ipip:192.0.2.1': /is no tunnel/,
  };
  for (const [text, message] of Object.entries(wrong)) {
    assert.throws(
      () => parseTunnel(text),
      (error) => error instanceof RangeError && message.test(error.message),
      text,
    );
  }
});

test('interfaces and virtual segments are no tunnels', () => {
  for (const text of ['eth0', 'virtual:lab', 'gre', '', ':', 'toString:192.0.2.1', '__proto__:x']) {
    assert.equal(tunnelKind(text), undefined, text);
  }
  assert.deepEqual(
    KINDS.map((kind) => tunnelKind(`${kind}:`)),
    KINDS,
  );
});

test('the form of a text gives the same text again, with everything that somebody typed', () => {
  for (const text of [
    'gre:192.0.2.1?local=192.0.2.2&key=0x7',
    'vxlan:?vni=42',
    'etherip:nonsense',
    'eoip:192.0.2.1?tunnel-id=',
  ]) {
    const form = parseForm(text);
    assert.equal(formatForm(form), text.replace(/\?tunnel-id=$/, ''));
  }
});

test('a form has a field for each value of its kind, and each wrong field has its own message', () => {
  assert.deepEqual(
    TUNNEL_FIELDS.vxlan.map(({ name }) => name),
    ['remote', 'local', 'vni', 'port', 'path-mtu'],
  );
  const problems = formProblems({ kind: 'vxlan', values: { remote: 'x', local: '', vni: '', port: '99999' } });
  assert.deepEqual(Object.keys(problems), ['remote', 'vni', 'port']);
  assert.deepEqual(formProblems({ kind: 'vxlan', values: { remote: '192.0.2.1', vni: ' 42 ' } }), {});
  assert.deepEqual(Object.keys(TUNNEL_NAMES), KINDS);
});
