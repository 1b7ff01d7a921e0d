import type { Option } from '../wire/control';
import { formatIpv4 } from '../wire/ip';
import { IPCP_OPTION } from '../wire/ipcp';
import { PROTOCOL } from '../wire/ppp';
import type { NetworkProtocol, Verdict } from './control-protocol';
import { firstOfEach } from './judgement';

const UNSPECIFIED = Buffer.alloc(4);
/** The servers that a peer may tell, the primary first (RFC 1877 §1). */
const DNS_OPTIONS: readonly number[] = [IPCP_OPTION.primaryDns, IPCP_OPTION.secondaryDns];
const NBNS_OPTIONS: readonly number[] = [IPCP_OPTION.primaryNbns, IPCP_OPTION.secondaryNbns];

/** What one end wants of IPCP. Addresses have 4 octets. */
export interface IpcpSettings {
  /** Our address; absent: the peer tells us one. */
  readonly address?: Buffer;
  /** Ask the peer for name servers. */
  readonly askDns: boolean;
  /** Ask the peer for NetBIOS name servers (WINS). */
  readonly askNbns?: boolean;
  /** The address that the peer gets, whatever it asks for; absent: it brings its own. */
  readonly peerAddress?: Buffer;
  /** The name servers that the peer gets when it asks. */
  readonly peerDns?: readonly Buffer[];
  /** The NetBIOS name servers that the peer gets when it asks. */
  readonly peerNbns?: readonly Buffer[];
}

/** The policy of IPCP (RFC 1332, RFC 1877), for the end that asks for an address and for the end that gives one. */
export class Ipcp implements NetworkProtocol {
  readonly name = 'IPCP';
  readonly protocol = PROTOCOL.ipcp;
  readonly lastCode = 7;

  #address: Buffer = UNSPECIFIED;
  #asksAddress = true;
  /** What we ask of the peer by this option's type, and what it has told. */
  #servers = new Map<number, Buffer>();
  #peerAddress: Buffer | undefined;

  /** @param wanted is asked each time: an address may be known only once the peer has authenticated itself. */
  constructor(private readonly wanted: () => IpcpSettings) {
    this.reset();
  }

  /** Our own address, undefined while it is 0.0.0.0. */
  get address(): Buffer | undefined {
    return this.#address.equals(UNSPECIFIED) ? undefined : this.#address;
  }

  /** The peer's address, when it told one or was given one. */
  get peerAddress(): Buffer | undefined {
    return this.#peerAddress;
  }

  /** The name servers that the peer told, the primary first. */
  get dns(): readonly Buffer[] {
    return this.#told(DNS_OPTIONS);
  }

  /** The NetBIOS name servers that the peer told, the primary first. */
  get nbns(): readonly Buffer[] {
    return this.#told(NBNS_OPTIONS);
  }

  get agreement(): string {
    const peer = this.#peerAddress ? formatIpv4(this.#peerAddress) : 'unnamed';
    return `we are ${formatIpv4(this.#address)}, the peer is ${peer}`;
  }

  get problem(): string | undefined {
    return this.address ? undefined : 'The peer gave us no IP address';
  }

  reset(): void {
    const { address, askDns, askNbns } = this.wanted();
    this.#address = address ?? UNSPECIFIED;
    this.#asksAddress = true;
    const asked = [...(askDns ? DNS_OPTIONS : []), ...(askNbns ? NBNS_OPTIONS : [])];
    this.#servers = new Map(asked.map((type) => [type, UNSPECIFIED]));
    this.#peerAddress = undefined;
  }

  request(): readonly Option[] {
    const address = this.#asksAddress ? [{ type: IPCP_OPTION.ipAddress, data: this.#address }] : [];
    return [...address, ...[...this.#servers].map(([type, data]) => ({ type, data }))];
  }

  judge({ type, data }: Option): Verdict {
    if (data.length !== 4) return 'reject';
    if (type === IPCP_OPTION.ipAddress) return this.#judgeAddress(data);
    const { peerDns, peerNbns } = this.wanted();
    const server = peerDns?.[DNS_OPTIONS.indexOf(type)] ?? peerNbns?.[NBNS_OPTIONS.indexOf(type)];
    if (!server) return 'reject';
    return data.equals(server) ? 'ack' : { nak: server };
  }

  missing(present: readonly Option[]): readonly Option[] {
    const { peerAddress } = this.wanted();
    if (!peerAddress || present.some(({ type }) => type === IPCP_OPTION.ipAddress)) return [];
    return [{ type: IPCP_OPTION.ipAddress, data: peerAddress }];
  }

  accept(options: readonly Option[]): void {
    const told = firstOfEach(options).find(({ type }) => type === IPCP_OPTION.ipAddress)?.data;
    this.#peerAddress = told && Buffer.from(told);
  }

  nak({ type, data }: Option): void {
    if (data.length !== 4) return;
    // A copy: the option's octets belong to a received frame, which is long; the address lives as long as the session.
    if (type === IPCP_OPTION.ipAddress) {
      this.#address = Buffer.from(data);
      this.#asksAddress = true;
    } else if (this.#servers.has(type)) {
      this.#servers.set(type, Buffer.from(data));
    }
  }

  reject({ type }: Option): void {
    if (type === IPCP_OPTION.ipAddress) {
      this.#asksAddress = false;
      // What the peer told before and now refuses is not ours: only a configured address is used without its consent.
      this.#address = this.wanted().address ?? UNSPECIFIED;
    }
    this.#servers.delete(type);
  }

  #told(types: readonly number[]): readonly Buffer[] {
    return types.flatMap((type) => this.#servers.get(type) ?? []).filter((server) => !server.equals(UNSPECIFIED));
  }

  #judgeAddress(asked: Buffer): Verdict {
    const { peerAddress } = this.wanted();
    if (peerAddress) return asked.equals(peerAddress) ? 'ack' : { nak: peerAddress };
    // A peer that asks us for an address gets none: we have none to give, and it can do without.
    return asked.equals(UNSPECIFIED) ? 'reject' : 'ack';
  }
}
