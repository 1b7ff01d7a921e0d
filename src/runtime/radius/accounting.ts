import type { Subscriber } from '../../concentrator/line';
import type { Clock } from '../clock';
import { type AccountingFacts, accountingRequest, type NasIdentity, type TerminateCause } from './attributes';
import type { RadiusClient, RadiusReport } from './client';
import type { Patience } from './peer';
import type { RadiusSettings } from './settings';
import type { SessionTerms } from './verdict';

/** A session that is accounted for, until its Stop was taken. */
interface Account {
  subscriber: Subscriber;
  terms: SessionTerms;
  authentic: AccountingFacts['authentic'];
  /** When it came up. */
  readonly since: number;
  /** What no server has taken yet, in order; the first is under way while `isAsking`. */
  readonly records: Entry[];
  isAsking: boolean;
  cancelRetry: () => void;
  cancelInterim: () => void;
}

interface Entry {
  readonly facts: AccountingFacts;
  /** When it was so. */
  readonly at: number;
}

export interface AccountingOutlets {
  /** The session as it is now; undefined when it is gone. */
  subscriber(sessionId: number): Subscriber | undefined;
  report(report: RadiusReport): void;
}

/** Between attempts at a record that no server took, in ms. */
const RETRY_PAUSE = 30_000;
/** How old a record may become, in ms. */
const KEPT = 3_600_000;
/** How long records may take that are left when everything ends, in ms. */
const CLOSE_TIME = 2_000;
/** How servers are asked then. */
const HURRY: Patience = { timeout: 300, tries: 2 };

/** Tells servers when sessions begin, how they get on, and when they end (RFC 2866). The records of one stay in order. */
export class Accounting {
  readonly #accounts = new Map<string, Account>();
  #closing: (() => void) | undefined;

  constructor(
    private readonly client: RadiusClient,
    private readonly nas: NasIdentity,
    private readonly settings: RadiusSettings,
    private readonly clock: Clock,
    private readonly outlets: AccountingOutlets,
  ) {}

  start(subscriber: Subscriber, terms: SessionTerms, authentic: AccountingFacts['authentic']): void {
    const now = this.clock.now();
    const account: Account = {
      subscriber,
      terms,
      authentic,
      since: now,
      records: [],
      isAsking: false,
      cancelRetry: () => {},
      cancelInterim: () => {},
    };
    this.#accounts.set(subscriber.key, account);
    this.#record(account, { kind: 'Start' });
    this.#awaitInterim(account);
  }

  /** It has authenticated itself again, and a server has said something else about it. */
  renew(key: string, terms: SessionTerms, authentic: AccountingFacts['authentic']): void {
    const account = this.#accounts.get(key);
    if (!account) return;
    Object.assign(account, { terms, authentic });
    this.#awaitInterim(account);
  }

  stop(subscriber: Subscriber, cause: TerminateCause): void {
    const account = this.#accounts.get(subscriber.key);
    if (!account) return;
    account.cancelInterim();
    account.subscriber = subscriber;
    this.#record(account, { kind: 'Stop', cause });
  }

  /** Resolves when every record was taken, or after 2 s: what is left then is reported as lost. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.clock.wake(this.clock.now() + CLOSE_TIME, () => this.#giveUp());
      this.#closing = () => {
        cancel();
        resolve();
      };
      for (const account of [...this.#accounts.values()]) {
        account.cancelInterim();
        account.cancelRetry();
        this.#next(account);
      }
      this.#lookForEnd();
    });
  }

  #record(account: Account, what: Pick<AccountingFacts, 'kind' | 'cause'>): void {
    const { subscriber, terms, authentic, since, records, isAsking } = account;
    const at = this.clock.now();
    const facts = { ...what, subscriber, authentic, classes: terms.classes, duration: at - since };
    // An interim update that still waits tells less than what follows it.
    if (records.length > (isAsking ? 1 : 0) && records.at(-1)?.facts.kind === 'Interim-Update') records.pop();
    records.push({ facts, at });
    if (records.length === 1) this.#next(account);
  }

  #awaitInterim(account: Account): void {
    account.cancelInterim();
    const interval = account.terms.interimInterval ?? this.settings.interimInterval;
    if (interval === 0) return;
    account.cancelInterim = this.clock.wake(this.clock.now() + interval, () => {
      const current = this.outlets.subscriber(account.subscriber.sessionId);
      if (current?.key === account.subscriber.key) {
        account.subscriber = current;
        this.#record(account, { kind: 'Interim-Update' });
      }
      this.#awaitInterim(account);
    });
  }

  #next(account: Account): void {
    if (account.isAsking) return;
    const [entry] = account.records;
    if (!entry) return this.#lookForEnd();
    const { facts, at } = entry;
    account.isAsking = true;
    try {
      this.client.ask(
        () => accountingRequest(this.nas, facts, this.clock.now() - at),
        (reply) => {
          account.isAsking = false;
          if (reply) return this.#taken(account, facts);
          if (this.#closing || this.clock.now() - at >= KEPT) return this.#lose(account, 'No RADIUS server answers');
          account.cancelRetry = this.clock.wake(this.clock.now() + RETRY_PAUSE, () => this.#next(account));
        },
        this.#closing ? HURRY : this.settings,
      );
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      account.isAsking = false;
      this.#lose(account, error.message);
    }
  }

  #taken(account: Account, { kind }: AccountingFacts): void {
    account.records.shift();
    if (kind === 'Stop') this.#accounts.delete(account.subscriber.key);
    this.#next(account);
  }

  #lose(account: Account, why: string): void {
    const facts = account.records[0]?.facts;
    if (!facts) return;
    const { username, mac } = facts.subscriber;
    const whose = `the RADIUS accounting record ${facts.kind} of ${username ?? mac}`;
    this.outlets.report({ code: 'record-lost', text: `${whose} is lost: ${why}` });
    this.#taken(account, facts);
  }

  #lookForEnd(): void {
    if ([...this.#accounts.values()].every(({ records }) => records.length === 0)) this.#closing?.();
  }

  #giveUp(): void {
    for (const account of this.#accounts.values()) {
      account.isAsking = true;
      while (account.records.length > 0) this.#lose(account, 'There was no time left');
    }
    this.#closing?.();
  }
}
