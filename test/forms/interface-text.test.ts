// The interface field: a kind and a small form in the dialog, one text where it is stored.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  formatInterface,
  type InterfaceForm,
  isInterface,
  needsRawSocket,
  parseInterface,
  wrongInInterface,
} from '../../nodes/editor/interface-text';
import { TUNNEL_FIELDS, TUNNEL_NAMES, type TunnelField } from '../../src/link/tunnel-text';
import { flat, TRANSLATIONS, texts } from '../nodes/catalogue';

const REMOTE = '192.0.2.1';
const LOCAL = '192.0.2.2';

const FORMS: readonly (readonly [text: string, form: InterfaceForm])[] = [
  ['eth1', { kind: 'ethernet', values: { name: 'eth1' } }],
  ['enp3s0.7', { kind: 'ethernet', values: { name: 'enp3s0.7' } }],
  ['${IFACE}', { kind: 'ethernet', values: { name: '${IFACE}' } }],
  ['eth${NUMBER}', { kind: 'ethernet', values: { name: 'eth${NUMBER}' } }],
  ['virtual:lab', { kind: 'virtual', values: { segment: 'lab' } }],
  ['virtual:${LAB}', { kind: 'virtual', values: { segment: '${LAB}' } }],
  [
    'vxlan:192.0.2.1?local=192.0.2.2&vni=42&port=4790&path-mtu=1500',
    { kind: 'vxlan', values: { remote: REMOTE, local: LOCAL, vni: '42', port: '4790', 'path-mtu': '1500' } },
  ],
  ['vxlan:${FAR}?vni=${VNI}', { kind: 'vxlan', values: { remote: '${FAR}', vni: '${VNI}' } }],
  ['gre:192.0.2.1?key=4294967295', { kind: 'gre', values: { remote: REMOTE, key: '4294967295' } }],
  ['eoip:192.0.2.1?tunnel-id=7', { kind: 'eoip', values: { remote: REMOTE, 'tunnel-id': '7' } }],
  ['etherip:192.0.2.1', { kind: 'etherip', values: { remote: REMOTE } }],
];

describe('an interface text', () => {
  for (const [text, form] of FORMS) {
    test(`'${text}' is taken apart, put together again, and right`, () => {
      assert.deepEqual(parseInterface(text), form);
      assert.equal(formatInterface(form), text);
      assert.equal(isInterface(text), true);
    });
  }

  for (const [text, wrong] of [
    ['', ['name']],
    ['eth 1', ['name']],
    ['a/b', ['name']],
    ['sixteen-letters-', ['name']],
    ['other:lab', ['name']],
    ['ethernet:eth1', ['name']],
    ['virtual:', ['segment']],
    ['virtual:my lab', ['segment']],
    ['vxlan:', ['remote', 'vni']],
    ['vxlan:far-end?vni=42', ['remote']],
    ['vxlan:224.0.0.1?vni=42', ['remote']],
    ['vxlan:192.0.2.1', ['vni']],
    ['vxlan:192.0.2.1?vni=16777216&port=0', ['vni', 'port']],
    ['vxlan:192.0.2.1?vni=42&local=192.0.2.1', ['local']],
    ['gre:192.0.2.1?key=4294967296', ['key']],
    ['eoip:192.0.2.1?tunnel-id=65536', ['tunnel-id']],
    ['eoip:192.0.2.1', ['tunnel-id']],
    ['etherip:192.0.2.1?path-mtu=100', ['path-mtu']],
  ] as const) {
    test(`'${text}' is refused for its ${wrong.join(' and ')}`, () => {
      assert.deepEqual(wrongInInterface(parseInterface(text)), wrong);
      assert.equal(isInterface(text), false);
    });
  }

  for (const text of [
    'gre:192.0.2.1?vni=42',
    'gre:192.0.2.1?key=1&key=2',
    'gre:192.0.2.1?key',
    'gre:192.0.2.1?a=b=c',
  ]) {
    test(`'${text}', which no form could have made, is kept as it is and refused`, () => {
      assert.equal(formatInterface(parseInterface(text)), text);
      assert.equal(isInterface(text), false);
    });
  }

  test('what is not given is not in the text, and blanks around a value are not either', () => {
    const values = { remote: ' 192.0.2.1 ', local: '', vni: '42', port: ' ' };
    assert.equal(formatInterface({ kind: 'vxlan', values }), 'vxlan:192.0.2.1?vni=42');
  });
});

test('Ethernet, GRE, EoIP and EtherIP need raw sockets; a virtual segment and VXLAN do not; a variable does not say', () => {
  const needing = ['', 'eth1', 'gre:192.0.2.1', 'eoip:192.0.2.1?tunnel-id=7', 'etherip:192.0.2.1'];
  const without = ['virtual:lab', 'vxlan:192.0.2.1?vni=42', '${IFACE}'];
  assert.deepEqual(needing.map(parseInterface).map(needsRawSocket), [true, true, true, true, true]);
  assert.deepEqual(without.map(parseInterface).map(needsRawSocket), [false, false, false]);
});

describe('the words of the tunnels', () => {
  const fields = Object.values(TUNNEL_FIELDS).flat();
  const limits = ({ value }: TunnelField) => (value.type === 'number' ? [value.least, value.most] : []);

  for (const language of ['en-US', ...TRANSLATIONS]) {
    test(`${language}: every kind and field has its name, and what is wanted of it names the limits that count`, () => {
      const words = flat(texts(language, 'pppoe-session'));
      for (const kind of Object.keys(TUNNEL_NAMES)) assert.ok(words.get(`pppoe-form.kind.${kind}`), kind);
      for (const field of fields) {
        const label = words.get(`pppoe-form.field.${field.name}`);
        if (language === 'en-US') assert.equal(label, field.label);
        assert.ok(label, field.name);
        const wanted = words.get(`pppoe-form.wanted.${field.name}`) ?? '';
        assert.ok(wanted.startsWith(label), wanted);
        const numbers = new Set(wanted.replaceAll(/\d+\.\d+\.\d+\.\d+/g, '').match(/\d+/g));
        for (const limit of limits(field)) assert.ok(numbers.has(String(limit)), `${wanted}: ${limit}`);
        if (field.example === '') assert.ok(words.get(`pppoe-form.placeholder.${field.name}`), field.name);
      }
    });
  }
});
