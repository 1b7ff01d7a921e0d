import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeFrame, type FrameDescription, frameLine } from '../../src/wire/describe/frame';
import { readCapture } from '../fixtures/pcap';

/** What tshark reads in one frame; made by `test/fixtures/tshark-fields.sh`. */
interface Reading {
  readonly capture: string;
  readonly number: number;
  readonly fields: ReadonlyMap<string, string>;
}

const READINGS: readonly Reading[] = readFileSync(join(__dirname, '../fixtures/tshark-fields.tsv'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => {
    const [capture = '', number = '', ...fields] = line.split('\t');
    const pairs = fields.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)] as const);
    return { capture, number: Number(number), fields: new Map(pairs) };
  });

const captures = [...new Set(READINGS.map(({ capture }) => capture))];

const raw = (value: string) => value.replace(/^0x/, '');
const same = (value: string) => value;

/** tshark's field for one of ours, and our value in its spelling. */
const COUNTERPARTS: Readonly<Record<string, readonly [field: string, spell: (value: string) => string]>> = {
  'PPPoE Service-Name': ['pppoed.tags.service_name', same],
  'PPPoE AC-Name': ['pppoed.tags.ac_name', same],
  'PPPoE Host-Uniq': ['pppoed.tags.host_uniq', raw],
  'PPPoE AC-Cookie': ['pppoed.tags.ac_cookie', raw],
  'PPPoE PPP-Max-Payload': ['pppoed.tags.max_payload', (value) => Number(value).toString(16).padStart(4, '0')],
  'PPPoE Generic-Error': ['pppoed.tags.generic_error', same],
  'LCP MRU': ['lcp.opt.mru', same],
  'LCP Async-Control-Character-Map': ['lcp.opt.asyncmap', same],
  'LCP Rejected-Protocol': ['lcp.rej_proto', same],
  'IPCP IP-Address': ['ipcp.opt.ip_address', same],
  'IPCP Primary-DNS-Address': ['ipcp.opt.pri_dns_address', same],
  'IPCP Secondary-DNS-Address': ['ipcp.opt.sec_dns_address', same],
  'IPV6CP Interface-Identifier': [
    'ipv6cp.interface_identifier',
    (value) => value.replaceAll(':', '').replaceAll(/(..)(?=.)/g, '$1:'),
  ],
  'CHAP Value-Size': ['chap.value_size', same],
  'CHAP Challenge': ['chap.value', raw],
  'CHAP Name': ['chap.name', same],
  'PAP Peer-ID': ['pap.peer_id', same],
  'PAP Message': ['pap.message', same],
  'EAP Identity': ['eap.identity', same],
  // The text of a Request is what the peer is asked with.
  'EAP Message': ['eap.identity', same],
  'EAP Value-Size': ['eap.md5.value_size', same],
  'EAP Challenge': ['eap.md5.value', raw],
};

/** Our code in tshark's words, from its summary: `Configuration Request`, `Active Discovery Offer (PADO) …`. */
function codeOf(info: string): string {
  const discovery = /\((PAD.)\)/.exec(info);
  if (discovery) return discovery[1] as string;
  const words = info.replace(/ ?\(.*|, .*/, '');
  return words.replace('Configuration', 'Configure').replace('Termination', 'Terminate').replace(' ', '-');
}

function describe({ capture, number }: Reading): FrameDescription {
  const frame = readCapture(capture)[number - 1];
  assert.ok(frame, `${capture} has no frame ${number}`);
  return describeFrame(frame.bytes);
}

for (const capture of captures) {
  test(`${capture}: codes, identifiers, session ids, tags and options are those that tshark reads`, () => {
    const compared = new Set<string>();
    for (const reading of READINGS.filter((one) => one.capture === capture)) {
      const { fields, number } = reading;
      const ours = describe(reading);
      const where = `frame ${number}: ${frameLine(ours)}`;
      assert.equal(ours.malformed, undefined, where);
      assert.equal(ours.code, codeOf(fields.get('info') ?? ''), where);
      assert.equal(ours.sessionId, Number(fields.get('pppoe.session_id')), where);
      const identifier = ['ppp', 'chap', 'pap'].map((name) => fields.get(`${name}.identifier`)).find(Boolean);
      const expected = identifier ?? fields.get('eap.id');
      assert.equal(ours.identifier, expected === undefined ? undefined : Number(expected), where);
      for (const [field, theirs] of valuesByField(ours)) {
        const [value] = theirs;
        // tshark lists nothing for an empty text.
        const expectation = fields.get(field) ?? '';
        assert.equal(theirs.filter((one) => one !== '').join('|'), expectation, `${where}, ${field} of ${value}`);
        compared.add(field);
      }
      for (const [field] of fields) {
        const isMapped = Object.values(COUNTERPARTS).some(([name]) => name === field);
        const isResponse = ours.code === 'Response' && /value$/.test(field);
        if (isMapped && !isResponse) assert.ok(valuesByField(ours).has(field), `${where} has no ${field}`);
      }
    }
    assert.ok(compared.size >= 8, [...compared].join(' '));
  });
}

function valuesByField({ protocol, code, options }: FrameDescription): Map<string, string[]> {
  const values = new Map<string, string[]>();
  // To tshark an MS-CHAPv2 refusal is a text.
  if (code === 'Failure') return values;
  for (const { name, value } of options) {
    const [field, spell] = COUNTERPARTS[`${protocol} ${name}`] ?? [];
    if (!field || !spell) continue;
    values.set(field, [...(values.get(field) ?? []), spell(value)]);
  }
  return values;
}

test('Magic-Numbers are those that tshark reads, as an option and in Echo and Terminate packets', () => {
  let compared = 0;
  for (const reading of READINGS) {
    const magic = reading.fields.get('lcp.opt.magic_number') ?? reading.fields.get('lcp.magic_number');
    const ours = describe(reading).options.find(({ name }) => name === 'Magic-Number')?.value;
    if (magic === undefined && ours === undefined) continue;
    assert.equal(ours, magic, `${reading.capture} ${reading.number}`);
    compared++;
  }
  assert.ok(compared > 200, String(compared));
});

test('Authentication-Protocols are those that tshark reads', () => {
  const NAMES: Readonly<Record<string, string>> = {
    '0xc223 5': 'CHAP with MD5',
    '0xc223 129': 'CHAP with MS-CHAPv2',
    '0xc023 ': 'PAP',
    '0xc227 ': 'EAP',
  };
  const seen = new Set<string>();
  for (const reading of READINGS) {
    const protocol = reading.fields.get('lcp.opt.auth_protocol');
    const ours = describe(reading).options.find(({ name }) => name === 'Authentication-Protocol')?.value;
    const theirs = protocol && NAMES[`${protocol} ${reading.fields.get('lcp.opt.algorithm') ?? ''}`];
    assert.equal(ours, theirs, `${reading.capture} ${reading.number}: ${protocol}`);
    if (theirs) seen.add(theirs);
  }
  assert.equal(seen.size, 4, [...seen].join());
});

test('Van Jacobson compression has the slots that tshark reads', () => {
  const reading = READINGS.find(({ fields }) => fields.has('ipcp.opt.compress_proto'));
  assert.ok(reading);
  const slots = reading.fields.get('ipcp.opt.max_slot_id');
  assert.deepEqual(
    [reading.fields.get('ipcp.opt.compress_proto'), slots, reading.fields.get('ipcp.opt.comp_slot_id')],
    ['0x002d', '15', '1'],
  );
  const ours = describe(reading).options.find(({ name }) => name === 'IP-Compression-Protocol');
  assert.equal(ours?.value, 'VJ compressed TCP, Max-Slot-Id 15, Comp-Slot-Id 1');
});

test('an MS-CHAPv2 refusal has its error, whether to retry, the next challenge and the message', () => {
  const capture = 'pppd-rp-pppoe-wrong-password-mschapv2';
  assert.deepEqual(describe({ capture, number: 16, fields: new Map() }), {
    protocol: 'CHAP',
    code: 'Failure',
    identifier: 136,
    sessionId: 1,
    options: [
      { name: 'Error', value: '691 (authentication failure)' },
      { name: 'Retry', value: 'allowed' },
      { name: 'Challenge', value: '0xea335a772a4fe28fe712f777ec293602' },
      { name: 'Version', value: '0' },
      { name: 'Message', value: 'Access denied' },
    ],
    refuses: true,
  });
});

test('PADM shows its URL and its message', () => {
  const lines = [6, 7].map((number) =>
    frameLine(describe({ capture: 'pppd-rp-pppoe-padm', number, fields: new Map() })),
  );
  assert.deepEqual(lines, ['PADM session 1: HURL http://lab.example/', 'PADM session 1: MOTM Hello from LabAC']);
});

test('every other frame of the captures is an IP packet or a frame that a packet analyser knows, none malformed', () => {
  for (const capture of captures) {
    for (const [index, { bytes }] of readCapture(capture).entries()) {
      const description = describeFrame(bytes);
      assert.equal(description.malformed, undefined, `${capture} ${index + 1}: ${frameLine(description)}`);
      assert.doesNotMatch(description.protocol, /^0x|Ethernet/);
    }
  }
});
