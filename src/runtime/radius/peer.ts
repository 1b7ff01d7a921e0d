import type { Clock } from '../clock';
import type { Datagrams, OpenDatagrams } from './datagrams';
import { encodeRequest, type RadiusReply, type RadiusRequest, type SentRequest, verifyReply } from './packet';
import type { RadiusServer } from './settings';

/** How long and how often a server is asked. */
export interface Patience {
  /** For each transmission, in ms. */
  readonly timeout: number;
  readonly tries: number;
}

/** No valid reply came; why, for people. */
export interface Silence {
  readonly silence: string;
}

type Settle = (outcome: RadiusReply | Silence) => void;

interface Exchange {
  readonly sent: SentRequest;
  readonly patience: Patience;
  readonly settle: Settle;
  left: number;
  cancel: () => void;
  /** What was wrong with a reply that came. */
  discarded?: string;
}

interface Waiting {
  readonly request: RadiusRequest;
  readonly patience: Patience;
  readonly settle: Settle;
}

const IDENTIFIERS = 256;

/** One server: its socket, and what it is being asked. */
export class RadiusPeer {
  #datagrams: Datagrams | undefined;
  #identifier: number;
  readonly #exchanges = new Map<number, Exchange>();
  /** What there is no identifier for at the moment. */
  #waiting: Waiting[] = [];

  constructor(
    private readonly server: RadiusServer,
    private readonly clock: Clock,
    private readonly open: OpenDatagrams,
  ) {
    this.#identifier = clock.random(1)[0] ?? 0;
  }

  /** Its address and port, for people. */
  get name(): string {
    const { host, port } = this.server;
    return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  }

  /** Sends a request until it is answered, or for so long. `settle` is called once, not before `ask` has returned. */
  ask(request: RadiusRequest, patience: Patience, settle: Settle): void {
    if (this.#exchanges.size === IDENTIFIERS) {
      this.#waiting.push({ request, patience, settle });
      return;
    }
    while (this.#exchanges.has(this.#identifier)) this.#identifier = (this.#identifier + 1) % IDENTIFIERS;
    const identifier = this.#identifier;
    const sent = encodeRequest(request, this.server.secret, identifier, this.clock.random(16));
    this.#identifier = (identifier + 1) % IDENTIFIERS;
    const exchange: Exchange = { sent, patience, settle, left: patience.tries, cancel: () => {} };
    this.#exchanges.set(identifier, exchange);
    this.#transmit(exchange);
  }

  /** Nobody is told anything more. */
  close(): void {
    for (const { cancel } of this.#exchanges.values()) cancel();
    this.#exchanges.clear();
    this.#waiting = [];
    this.#hangUp();
  }

  #transmit(exchange: Exchange): void {
    exchange.left--;
    this.#datagrams ??= this.open(this.server.host, this.server.port, {
      received: (octets) => this.#received(octets),
      failed: (error) => this.#failed(error),
    });
    exchange.cancel = this.clock.wake(this.clock.now() + exchange.patience.timeout, () => {
      if (exchange.left > 0) return this.#transmit(exchange);
      const { discarded } = exchange;
      this.#settle(exchange, { silence: discarded ? `A reply was discarded: ${discarded}` : 'No reply' });
    });
    this.#datagrams.send(exchange.sent.octets);
  }

  #received(octets: Buffer): void {
    const exchange = this.#exchanges.get(octets[1] ?? -1);
    // Nobody asked, or does so any longer.
    if (!exchange) return;
    const reply = verifyReply(octets, exchange.sent, this.server.secret);
    if ('discarded' in reply) exchange.discarded = reply.discarded;
    else this.#settle(exchange, reply);
  }

  #failed(error: Error): void {
    this.#hangUp();
    const silence = `No reply: ${error.message}`;
    for (const exchange of [...this.#exchanges.values()]) this.#settle(exchange, { silence });
  }

  #hangUp(): void {
    this.#datagrams?.close();
    this.#datagrams = undefined;
  }

  #settle(exchange: Exchange, outcome: RadiusReply | Silence): void {
    exchange.cancel();
    this.#exchanges.delete(exchange.sent.identifier);
    exchange.settle(outcome);
    const next = this.#exchanges.size < IDENTIFIERS ? this.#waiting.shift() : undefined;
    if (next) this.ask(next.request, next.patience, next.settle);
  }
}
