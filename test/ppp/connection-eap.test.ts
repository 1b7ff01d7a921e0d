// EAP through a whole connection. The authenticator is the test's own, as pppd's is: Request by Request, each repeated.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chapMd5 } from '../../src/ppp/chap-md5';
import { decodeChapValue, encodeChapValue } from '../../src/wire/chap';
import { CONTROL, encodeControl, encodeOptions } from '../../src/wire/control';
import { decodeEap, EAP, EAP_TYPE, type EapExchange, encodeEap } from '../../src/wire/eap';
import type { AuthenticationProtocol } from '../../src/wire/lcp';
import { authenticationOption } from '../../src/wire/lcp';
import { PROTOCOL } from '../../src/wire/ppp';
import { control, End, HOST } from './wire';

const CHALLENGE = Buffer.from('b5038404cf8a4ec774529d142f6dac86d1c4c3cd', 'hex');

/** A host, and what it sent; the test is the other end. */
class Line {
  now = 0;
  readonly sent: { readonly protocol: number; readonly octets: Buffer }[] = [];
  readonly host: End;

  constructor(allowed: readonly AuthenticationProtocol[] = ['eap'], password = 'secret') {
    this.host = new End(
      { ...HOST, lcp: { ...HOST.lcp, allowed }, credentials: { username: 'test', password } },
      5,
      (protocol, octets) => this.sent.push({ protocol, octets: Buffer.from(octets) }),
    );
    this.host.connection.open(this.now);
  }

  /** LCP, with EAP agreed on. */
  agree(): this {
    const [request] = this.of(PROTOCOL.lcp);
    assert.ok(request);
    const ack = Buffer.from(request);
    ack[0] = CONTROL.configureAck;
    this.give(PROTOCOL.lcp, ack);
    this.demand('eap');
    assert.equal(this.host.phase, 'authenticate');
    return this;
  }

  demand(protocol: AuthenticationProtocol): void {
    const data = encodeOptions([authenticationOption(protocol)]);
    this.give(PROTOCOL.lcp, encodeControl({ code: CONTROL.configureRequest, identifier: 1, data }));
  }

  request(identifier: number, type: number, data: Buffer = Buffer.alloc(0)): EapExchange {
    const before = this.of(PROTOCOL.eap).length;
    this.give(PROTOCOL.eap, encodeEap({ code: EAP.request, identifier, type, data }));
    const answers = this.of(PROTOCOL.eap).slice(before).map(decodeEap);
    assert.equal(answers.length, 1, 'one Response to each Request');
    const [answer] = answers;
    assert.ok(answer && 'type' in answer);
    assert.equal(answer.identifier, identifier);
    return answer;
  }

  /** Identity, then MD5-Challenge, then the verdict. */
  authenticate(password: string): void {
    assert.equal(this.request(8, EAP_TYPE.identity).data.toString(), 'test');
    const value = encodeChapValue({ value: CHALLENGE, name: Buffer.from('ac') });
    const proof = decodeChapValue(this.request(9, EAP_TYPE.md5Challenge, value).data);
    const right = proof.value.equals(chapMd5(9, password, CHALLENGE));
    this.give(PROTOCOL.eap, encodeEap({ code: right ? EAP.success : EAP.failure, identifier: 10 }));
  }

  give(protocol: number, octets: Buffer): void {
    this.host.receive(protocol, octets, this.now);
  }

  pass(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const { deadline } = this.host.connection;
      if (deadline === undefined || deadline > end) break;
      this.now = deadline;
      this.host.due(this.now);
    }
    this.now = end;
  }

  of(protocol: number): Buffer[] {
    return this.sent.flatMap((packet) => (packet.protocol === protocol ? [packet.octets] : []));
  }
}

test('eap: a right password leads on to IPCP', () => {
  const line = new Line().agree();
  line.authenticate('secret');
  assert.equal(line.host.phase, 'network');
  assert.ok(line.of(PROTOCOL.ipcp).length > 0);
});

test('eap: a wrong password ends in authentication-failed', () => {
  const line = new Line(['eap'], 'wrong').agree();
  line.authenticate('secret');
  line.pass(60_000);
  assert.equal(line.host.reason?.code, 'authentication-failed');
  assert.ok(!line.host.phases.includes('network'));
});

test('eap: a Success before our proof does not let us in, nor does CHAP', () => {
  const line = new Line().agree();
  line.give(PROTOCOL.eap, encodeEap({ code: EAP.success, identifier: 8 }));
  line.request(8, EAP_TYPE.identity);
  line.give(PROTOCOL.eap, encodeEap({ code: EAP.success, identifier: 8 }));
  line.give(PROTOCOL.chap, control(1, 1, encodeChapValue({ value: CHALLENGE, name: Buffer.alloc(0) })));
  line.give(PROTOCOL.pap, control(2, 1));
  assert.equal(line.host.phase, 'authenticate');
  assert.equal(line.of(PROTOCOL.chap).length, 0);
  line.pass(60_000);
  assert.equal(line.host.reason?.code, 'no-reply');
});

test('eap: a type that we do not know ends in authentication-failed when nothing else is offered', () => {
  const line = new Line().agree();
  line.request(1, EAP_TYPE.identity);
  assert.deepEqual(line.request(2, 13).data, Buffer.of(EAP_TYPE.md5Challenge));
  line.give(PROTOCOL.lcp, control(CONTROL.terminateRequest, 7, 'No common EAP type'));
  line.pass(60_000);
  assert.equal(line.host.reason?.code, 'authentication-failed');
  assert.match(line.host.reason.text, /No common EAP type/);
});

test('eap: malformed Requests change nothing, and are counted', () => {
  const line = new Line().agree();
  for (const octets of [control(1, 1), control(1, 1, Buffer.of(4)), control(1, 1, Buffer.of(4, 0)), control(9, 1)]) {
    line.give(PROTOCOL.eap, octets);
  }
  assert.equal(line.host.malformed, 4);
  assert.equal(line.of(PROTOCOL.eap).length, 0);
  line.authenticate('secret');
  assert.equal(line.host.phase, 'network');
});

test('eap: a later challenge that fails ends the session', () => {
  const line = new Line().agree();
  line.authenticate('secret');
  line.authenticate('another by now');
  line.pass(60_000);
  assert.equal(line.host.reason?.code, 'authentication-failed');
});

test('EAP that LCP did not agree on is ignored, and noted', () => {
  const line = new Line(['chap-md5', 'eap']);
  const [request] = line.of(PROTOCOL.lcp);
  assert.ok(request);
  const ack = Buffer.from(request);
  ack[0] = CONTROL.configureAck;
  line.give(PROTOCOL.lcp, ack);
  line.demand('chap-md5');
  line.give(PROTOCOL.eap, encodeEap({ code: EAP.request, identifier: 1, type: 1, data: Buffer.alloc(0) }));
  assert.equal(line.of(PROTOCOL.eap).length, 0);
  assert.equal(line.host.progress.at(-1), 'Ignored EAP, which LCP did not agree on');
});

test('a Protocol-Reject of EAP ends the session in negotiation-failed', () => {
  const line = new Line().agree();
  line.give(PROTOCOL.lcp, control(CONTROL.protocolReject, 1, Buffer.from('c22702010009', 'hex')));
  line.pass(60_000);
  assert.equal(line.host.reason?.code, 'negotiation-failed');
});
