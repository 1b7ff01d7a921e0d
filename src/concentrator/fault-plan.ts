import type { Framing } from '../pppoe/framing';
import type { DiscoveryRefusal } from './access-discovery';
import { FaultInjector, type FrameOutlets } from './fault-injector';
import type { Fault } from './faults';
import type { ConcentratorSettings } from './settings';

/** Whose sessions something is done to; of none, everybody's. */
export interface FaultTarget {
  readonly sessionId?: number | undefined;
  readonly username?: string | undefined;
}

/** What a concentrator does wrong on purpose, to everybody and to the sessions of accounts. */
export class FaultPlan {
  #everybody: readonly Fault[];
  readonly #accounts = new Map<string, readonly Fault[]>();
  #discovery: FaultInjector | undefined;

  constructor(
    { faults, accounts }: ConcentratorSettings,
    private readonly framing: Framing,
    private readonly outlets: FrameOutlets,
  ) {
    for (const { username, faults: own } of accounts) if (own) this.#accounts.set(username, own);
    this.#everybody = faults;
    this.#discovery = this.#injector();
  }

  /** What is done to packets of the discovery stage; undefined for nothing. */
  get discovery(): FaultInjector | undefined {
    return this.#discovery;
  }

  /** Why every PADR is refused, if that is so. */
  get refusal(): DiscoveryRefusal | undefined {
    const refuse = this.#everybody.find((fault) => fault.name === 'refuse');
    return refuse && { detail: refuse.tag, text: refuse.text };
  }

  /** LCP begins before PADS. */
  get isLcpEarly(): boolean {
    return this.#everybody.some(({ name }) => name === 'early-lcp');
  }

  /** What is done to the sessions of a user; undefined for one who has not said who it is. */
  of(username: string | undefined): readonly Fault[] {
    const own = username === undefined ? undefined : this.#accounts.get(username);
    return [...this.#everybody, ...(own ?? [])];
  }

  /** What is planned for an account alone, or for everybody. */
  planned(username: string | undefined): readonly Fault[] {
    return username === undefined ? this.#everybody : (this.#accounts.get(username) ?? []);
  }

  /** For an account, or for everybody. What was planned for the same before is over. */
  set(faults: readonly Fault[], username: string | undefined): void {
    if (username !== undefined) {
      this.#accounts.set(username, faults);
      return;
    }
    this.#everybody = faults;
    this.#discovery = this.#injector();
  }

  #injector(): FaultInjector | undefined {
    const faults = this.#everybody.filter(({ name }) => name === 'drop' || name === 'delay');
    return faults.length > 0 ? new FaultInjector(faults, this.framing, this.outlets) : undefined;
  }
}
