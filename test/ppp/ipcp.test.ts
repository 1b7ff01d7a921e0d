import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Ipcp, type IpcpSettings } from '../../src/ppp/ipcp';
import { CONTROL, decodeOptions, encodeOptions, type Option } from '../../src/wire/control';
import { IPCP_OPTION } from '../../src/wire/ipcp';
import { octets } from '../wire/codec';
import { Rig } from './automaton-rig';

const ip = (text: string) => Buffer.from(text.split('.').map(Number));
const address = (text: string): Option => ({ type: IPCP_OPTION.ipAddress, data: ip(text) });
const dns1 = (text: string): Option => ({ type: IPCP_OPTION.primaryDns, data: ip(text) });
const dns2 = (text: string): Option => ({ type: IPCP_OPTION.secondaryDns, data: ip(text) });
const nbns1 = (text: string): Option => ({ type: IPCP_OPTION.primaryNbns, data: ip(text) });
const nbns2 = (text: string): Option => ({ type: IPCP_OPTION.secondaryNbns, data: ip(text) });
/** IP-Compression-Protocol: Van Jacobson, 15 slots (RFC 1332 §3.2). */
const VJ: Option = { type: IPCP_OPTION.ipCompression, data: Buffer.from('002d0f01', 'hex') };

const HOST: IpcpSettings = { askDns: true };
const AC: IpcpSettings = {
  address: ip('10.0.0.1'),
  askDns: false,
  peerAddress: ip('10.0.0.2'),
  peerDns: [ip('10.0.0.53'), ip('10.0.0.54')],
};

function opening(settings: IpcpSettings): Rig<Ipcp> {
  const rig = new Rig(new Ipcp(() => settings));
  rig.automaton.open(0);
  rig.automaton.up(0);
  return rig;
}

const requested = (rig: Rig<Ipcp>) => decodeOptions(rig.request.data, 'request');

function answerTo(rig: Rig<Ipcp>, options: readonly Option[]): { code: number; options: readonly Option[] } {
  const count = rig.sent.length;
  rig.configure(options);
  const answer = rig.sent.slice(count).find(({ code }) => code >= 2 && code <= 4);
  assert.ok(answer, 'no answer');
  return { code: answer.code, options: decodeOptions(answer.data, 'answer') };
}

const ack = (...options: Option[]) => ({ code: CONTROL.configureAck, options });
const nak = (...options: Option[]) => ({ code: CONTROL.configureNak, options });
const reject = (...options: Option[]) => ({ code: CONTROL.configureReject, options });

test('a host asks for an address and name servers with zeros, and takes those of the Nak', () => {
  const rig = opening(HOST);
  assert.deepEqual(requested(rig), [address('0.0.0.0'), dns1('0.0.0.0'), dns2('0.0.0.0')]);
  assert.equal(rig.protocol.address, undefined);
  assert.deepEqual(rig.protocol.dns, []);
  const given = [address('10.0.0.2'), dns1('10.0.0.53'), dns2('10.0.0.54')];
  rig.refuse(CONTROL.configureNak, given);
  assert.deepEqual(requested(rig), given);
  rig.acknowledge();
  assert.deepEqual(rig.protocol.address, ip('10.0.0.2'));
  assert.deepEqual(rig.protocol.dns, [ip('10.0.0.53'), ip('10.0.0.54')]);
});

test('a host asks for NetBIOS name servers only where it is told to, and a peer without them may refuse', () => {
  const rig = opening({ askDns: true, askNbns: true });
  const zeros = [dns1, dns2, nbns1, nbns2].map((server) => server('0.0.0.0'));
  assert.deepEqual(requested(rig), [address('0.0.0.0'), ...zeros]);
  rig.refuse(CONTROL.configureReject, [nbns2('0.0.0.0')]);
  rig.refuse(CONTROL.configureNak, [address('10.0.0.2'), dns1('10.0.0.53'), nbns1('10.0.0.99')]);
  rig.acknowledge();
  assert.deepEqual(rig.protocol.nbns, [ip('10.0.0.99')]);
  assert.deepEqual(rig.protocol.dns, [ip('10.0.0.53')]);
  assert.deepEqual(rig.protocol.address, ip('10.0.0.2'));
  // What was not asked for is not taken.
  const unasked = opening(HOST);
  unasked.refuse(CONTROL.configureNak, [address('10.0.0.2'), nbns1('10.0.0.99')]);
  assert.deepEqual(unasked.protocol.nbns, []);
});

test('a host that wants one address asks for it, and takes another when the peer insists', () => {
  const rig = opening({ address: ip('10.0.0.9'), askDns: false });
  assert.deepEqual(requested(rig), [address('10.0.0.9')]);
  rig.refuse(CONTROL.configureNak, [address('10.0.0.2')]);
  assert.deepEqual(requested(rig), [address('10.0.0.2')]);
});

test('an address that is rejected is no longer asked for, and holds if it was configured', () => {
  for (const [wanted, holds] of [
    [undefined, undefined],
    ['10.0.0.9', ip('10.0.0.9')],
  ] as const) {
    const rig = opening({ ...(wanted ? { address: ip(wanted) } : {}), askDns: false });
    rig.refuse(CONTROL.configureReject, [address(wanted ?? '0.0.0.0')]);
    assert.deepEqual(requested(rig), []);
    rig.acknowledge();
    assert.deepEqual(rig.protocol.address, holds);
  }
});

test('name servers that are rejected are no longer asked for: just those', () => {
  const rig = opening(HOST);
  rig.refuse(CONTROL.configureReject, [dns2('0.0.0.0')]);
  assert.deepEqual(requested(rig), [address('0.0.0.0'), dns1('0.0.0.0')]);
  rig.refuse(CONTROL.configureNak, [dns1('10.0.0.53'), dns2('10.0.0.54')]);
  assert.deepEqual(requested(rig), [address('0.0.0.0'), dns1('10.0.0.53')]);
});

test('name servers that were not asked for are not taken from a Nak', () => {
  const rig = opening({ askDns: false });
  rig.refuse(CONTROL.configureNak, [address('10.0.0.2'), dns1('10.0.0.53')]);
  assert.deepEqual(requested(rig), [address('10.0.0.2')]);
  assert.deepEqual(rig.protocol.dns, []);
});

test('the only name server that a peer has is the whole list', () => {
  const rig = opening(HOST);
  rig.refuse(CONTROL.configureNak, [address('10.0.0.2'), dns1('10.0.0.53')]);
  assert.deepEqual(rig.protocol.dns, [ip('10.0.0.53')]);
});

test('what a Nak taught outlives the frame that it came in', () => {
  const ipcp = new Ipcp(() => HOST);
  const frame = encodeOptions([address('10.0.0.2'), dns1('10.0.0.53'), dns2('10.0.0.54')]);
  for (const option of decodeOptions(frame, 'Nak')) ipcp.nak(option);
  ipcp.accept(decodeOptions(frame, 'request'));
  frame.fill(0xff);
  assert.deepEqual([ipcp.address, ipcp.peerAddress], [ip('10.0.0.2'), ip('10.0.0.2')]);
  assert.deepEqual(ipcp.dns, [ip('10.0.0.53'), ip('10.0.0.54')]);
});

test('octets that are no address are not taken from a Nak', () => {
  const ipcp = new Ipcp(() => HOST);
  for (const data of [Buffer.alloc(0), Buffer.alloc(3, 1), Buffer.alloc(5, 1)]) {
    ipcp.nak({ type: IPCP_OPTION.ipAddress, data });
    ipcp.nak({ type: IPCP_OPTION.primaryDns, data });
  }
  assert.equal(ipcp.address, undefined);
  assert.deepEqual(ipcp.dns, []);
});

test("the host acknowledges the Access Concentrator's own address", () => {
  const rig = opening(HOST);
  assert.deepEqual(answerTo(rig, [address('10.0.0.1')]), ack(address('10.0.0.1')));
  assert.deepEqual(rig.protocol.peerAddress, ip('10.0.0.1'));
});

test('an Access Concentrator that never tells its own address is acknowledged', () => {
  const rig = opening(HOST);
  assert.deepEqual(answerTo(rig, []), ack());
  rig.acknowledge();
  assert.equal(rig.automaton.state, 'Opened');
  assert.equal(rig.protocol.peerAddress, undefined);
});

test('an Access Concentrator that asks for an address or name servers itself is rejected: just those', () => {
  const asked = [dns1('0.0.0.0'), dns2('0.0.0.0')] as const;
  const nbns = [nbns1('0.0.0.0'), nbns2('0.0.0.0')];
  const rig = opening(HOST);
  assert.deepEqual(answerTo(rig, [address('10.0.0.1'), ...asked, ...nbns]), reject(...asked, ...nbns));
  assert.deepEqual(answerTo(rig, [address('10.0.0.1'), dns1('10.0.0.53')]), reject(dns1('10.0.0.53')));
  assert.deepEqual(answerTo(rig, [address('0.0.0.0')]), reject(address('0.0.0.0')));
});

test('Van Jacobson compression and the old IP-Addresses option are rejected', () => {
  const old = { type: IPCP_OPTION.ipAddresses, data: Buffer.alloc(8) };
  for (const settings of [HOST, AC]) {
    assert.deepEqual(answerTo(opening(settings), [address('10.0.0.2'), VJ, old]), reject(VJ, old));
  }
});

test('an address option of another length is rejected', () => {
  const odd = { type: IPCP_OPTION.ipAddress, data: Buffer.alloc(5) };
  for (const settings of [HOST, AC]) assert.deepEqual(answerTo(opening(settings), [odd]), reject(odd));
});

test('the serving side gives its address and name servers, whatever is asked for', () => {
  const rig = opening(AC);
  assert.deepEqual(requested(rig), [address('10.0.0.1')]);
  const given = [address('10.0.0.2'), dns1('10.0.0.53'), dns2('10.0.0.54')];
  assert.deepEqual(answerTo(rig, [address('0.0.0.0'), dns1('0.0.0.0'), dns2('0.0.0.0')]), nak(...given));
  assert.deepEqual(answerTo(rig, [address('1.2.3.4'), dns1('10.0.0.53')]), nak(address('10.0.0.2')));
  assert.deepEqual(answerTo(rig, given), ack(...given));
  assert.deepEqual(rig.protocol.peerAddress, ip('10.0.0.2'));
});

test('the serving side has a peer that asks for no address ask for one', () => {
  assert.deepEqual(answerTo(opening(AC), []), nak(address('10.0.0.2')));
  assert.deepEqual(answerTo(opening(AC), [dns1('10.0.0.53')]), nak(address('10.0.0.2')));
});

test('the serving side rejects name servers that it does not have', () => {
  const one = { ...AC, peerDns: [ip('10.0.0.53')] };
  assert.deepEqual(answerTo(opening(one), [dns1('0.0.0.0'), dns2('0.0.0.0')]), reject(dns2('0.0.0.0')));
  const { peerDns: _, ...none } = AC;
  assert.deepEqual(answerTo(opening(none), [dns1('0.0.0.0')]), reject(dns1('0.0.0.0')));
});

test('the serving side gives NetBIOS name servers that it has', () => {
  const both = opening({ ...AC, peerNbns: [ip('10.0.0.98'), ip('10.0.0.99')] });
  const given = [address('10.0.0.2'), nbns1('10.0.0.98'), nbns2('10.0.0.99')];
  assert.deepEqual(answerTo(both, [address('10.0.0.2'), nbns1('0.0.0.0'), nbns2('0.0.0.0')]), nak(...given.slice(1)));
  assert.deepEqual(answerTo(both, given), ack(...given));
  assert.deepEqual(answerTo(opening(AC), [nbns1('0.0.0.0')]), reject(nbns1('0.0.0.0')));
});

test('the settings are asked when a negotiation begins: an account may bring its own address', () => {
  let settings: IpcpSettings = { askDns: false };
  const rig = new Rig(new Ipcp(() => settings));
  settings = AC;
  rig.automaton.open(0);
  rig.automaton.up(0);
  assert.deepEqual(requested(rig), [address('10.0.0.1')]);
  assert.deepEqual(answerTo(rig, [address('0.0.0.0')]), nak(address('10.0.0.2')));
});

test('host and serving side agree within two rounds', () => {
  const host = opening(HOST);
  const ac = opening(AC);
  const handed = [0, 0];
  for (let round = 0; round < 5; round++) {
    for (const packet of host.sent.slice(handed[0])) ac.receive(packet.code, packet.data, packet.identifier);
    handed[0] = host.sent.length;
    for (const packet of ac.sent.slice(handed[1])) host.receive(packet.code, packet.data, packet.identifier);
    handed[1] = ac.sent.length;
  }
  assert.deepEqual([host.automaton.state, ac.automaton.state], ['Opened', 'Opened']);
  assert.equal(host.sentOf(CONTROL.configureRequest).length, 2);
  assert.deepEqual(host.protocol.address, ac.protocol.peerAddress);
  assert.deepEqual(ac.protocol.address, host.protocol.peerAddress);
});

test('an Ack or Reject is never longer than the request', () => {
  const type = fc.oneof(fc.constantFrom(1, 2, 3, 129, 130, 131, 132), fc.nat(255));
  const option = fc.tuple(type, octets({ maxLength: 6 })).map(([t, data]): Option => ({ type: t, data }));
  fc.assert(
    fc.property(fc.array(option, { maxLength: 10 }), fc.constantFrom(HOST, AC), (options, settings) => {
      const rig = opening(settings);
      for (let round = 0; round < 7; round++) {
        const answer = answerTo(rig, options);
        if (answer.code === CONTROL.configureAck) assert.deepEqual(answer.options, options);
        if (answer.code !== CONTROL.configureReject) continue;
        assert.ok(encodeOptions(answer.options).length <= encodeOptions(options).length);
      }
    }),
    { numRuns: 200 },
  );
});
