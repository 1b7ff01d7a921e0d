import type { Option } from '../wire/control';
import { formatIpv6 } from '../wire/ip';
import { linkLocalAddress } from '../wire/ipv6';
import { INTERFACE_IDENTIFIER, IPV6CP_OPTION } from '../wire/ipv6cp';
import { PROTOCOL } from '../wire/ppp';
import type { NetworkProtocol, Verdict } from './control-protocol';
import { firstOfEach } from './judgement';

/** What one end wants of IPV6CP. */
export interface Ipv6cpSettings {
  /** Our Interface-Identifier, 8 octets and not zero; absent: drawn. The peer may give another. */
  readonly identifier?: Buffer;
}

/** The universal/local bit of the first octet: 0 in an identifier that is not made from an Ethernet address (RFC 5072 §4.1). */
const UNIVERSAL = 0x02;
const NONE = Buffer.alloc(INTERFACE_IDENTIFIER);

/** The policy of IPV6CP (RFC 5072): an Interface-Identifier for each end, and they differ. */
export class Ipv6cp implements NetworkProtocol {
  readonly name = 'IPV6CP';
  readonly protocol = PROTOCOL.ipv6cp;
  readonly lastCode = 7;

  #identifier: Buffer = NONE;
  /** Kept for all negotiations of the connection: routes and addresses of the peer name it. */
  #first: Buffer | undefined;
  #asks = true;
  #peerIdentifier: Buffer | undefined;
  /** What the peer is told to take instead of an identifier that cannot be. */
  #proposal: Buffer = NONE;

  constructor(
    private readonly settings: Ipv6cpSettings,
    private readonly random: (octets: number) => Buffer,
  ) {
    this.reset();
  }

  /** Our Interface-Identifier, 8 octets. */
  get identifier(): Buffer {
    return this.#identifier;
  }

  /** The peer's Interface-Identifier; undefined when it never told one. */
  get peerIdentifier(): Buffer | undefined {
    return this.#peerIdentifier;
  }

  get problem(): undefined {
    return undefined;
  }

  get agreement(): string {
    const peer = this.#peerIdentifier ? formatIpv6(linkLocalAddress(this.#peerIdentifier)) : 'unnamed';
    return `we are ${formatIpv6(linkLocalAddress(this.#identifier))}, the peer is ${peer}`;
  }

  reset(): void {
    this.#first ??= this.settings.identifier ?? this.#draw();
    this.#identifier = this.#first;
    this.#asks = true;
    this.#peerIdentifier = undefined;
    this.#proposal = this.#draw();
  }

  request(): readonly Option[] {
    return this.#asks ? [{ type: IPV6CP_OPTION.interfaceIdentifier, data: this.#identifier }] : [];
  }

  judge({ type, data }: Option): Verdict {
    if (type !== IPV6CP_OPTION.interfaceIdentifier || data.length !== INTERFACE_IDENTIFIER) return 'reject';
    return data.equals(NONE) || data.equals(this.#identifier) ? { nak: this.#proposal } : 'ack';
  }

  missing(present: readonly Option[]): readonly Option[] {
    if (present.some(({ type }) => type === IPV6CP_OPTION.interfaceIdentifier)) return [];
    return [{ type: IPV6CP_OPTION.interfaceIdentifier, data: this.#proposal }];
  }

  accept(options: readonly Option[]): void {
    const told = firstOfEach(options).find(({ type }) => type === IPV6CP_OPTION.interfaceIdentifier)?.data;
    this.#peerIdentifier = told && Buffer.from(told);
  }

  nak({ type, data }: Option): void {
    if (type !== IPV6CP_OPTION.interfaceIdentifier) return;
    // What cannot be ours, and what we proposed to the peer itself (a loop, RFC 5072 §4.1), is no help: another is drawn.
    const usable =
      data.length === INTERFACE_IDENTIFIER &&
      ![NONE, this.#proposal, this.#peerIdentifier].some((taken) => taken?.equals(data));
    this.#identifier = usable ? Buffer.from(data) : this.#draw();
    this.#asks = true;
  }

  reject({ type }: Option): void {
    // It holds all the same: a peer that knows no identifiers has none that it could equal.
    if (type === IPV6CP_OPTION.interfaceIdentifier) this.#asks = false;
  }

  /** An identifier that nobody here has. */
  #draw(): Buffer {
    for (;;) {
      const drawn = Buffer.from(this.random(INTERFACE_IDENTIFIER));
      drawn[0] = (drawn[0] as number) & ~UNIVERSAL;
      if (![NONE, this.#identifier, this.#peerIdentifier, this.#proposal].some((taken) => taken?.equals(drawn))) {
        return drawn;
      }
    }
  }
}
