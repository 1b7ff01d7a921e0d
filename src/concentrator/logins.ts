import type { Claim } from '../ppp/authentication';
import { type Admission, judgeByAccounts, judgeByAdmission, type Verdict } from './admission';
import type { AdmissionRequest } from './events';
import type { Lending } from './lending';
import type { Line } from './line';
import type { Account, ConcentratorSettings } from './settings';

export interface LoginOutlets {
  /** Somebody else is to decide. */
  ask(request: AdmissionRequest): void;
  /** The line has become this user's, who it was not before. */
  becameOther(line: Line, now: number): void;
  /** A session ends because the same user has another now. */
  replaced(line: Line): void;
}

/** Who may come in: decided by the accounts, or by whoever is asked; and what an admitted user gets. */
export class Logins {
  readonly #accounts: ReadonlyMap<string, Account>;
  #ticket = 0;

  constructor(
    private readonly settings: ConcentratorSettings,
    private readonly lending: Lending,
    private readonly outlets: LoginOutlets,
  ) {
    this.#accounts = new Map(settings.accounts.map((account) => [account.username, account]));
  }

  /** A host says who it is. */
  claimed(line: Line, claim: Claim, now: number): void {
    const { admission, decisionTimeout } = this.settings;
    const { username, protocol } = claim;
    if (admission === 'accounts' || (admission === 'accounts-then-ask' && this.#accounts.has(username))) {
      return this.#decide(line, username, judgeByAccounts(this.#accounts, claim), now);
    }
    const ticket = ++this.#ticket;
    line.pending = { ticket, claim, deadline: now + decisionTimeout };
    this.outlets.ask({ ticket, username, protocol, subscriber: line.describe() });
  }

  /** What was decided by whoever was asked. False when it is too late. */
  admit(line: Line | undefined, ticket: number, admission: Admission, now: number): boolean {
    if (line?.pending?.ticket !== ticket) return false;
    const { claim } = line.pending;
    this.#decide(line, claim.username, judgeByAdmission(admission, claim), now);
    return true;
  }

  /** Nobody has decided in time: nobody is let in. */
  due(line: Line, now: number): void {
    const { pending } = line;
    if (pending && now >= pending.deadline) this.#decide(line, pending.claim.username, UNDECIDED, now);
  }

  #decide(line: Line, username: string, verdict: Verdict, now: number): void {
    line.claimed = username;
    if (!verdict.accepted) return line.decide(verdict, now);
    const { address } = verdict.grant;
    // A host that authenticates itself again keeps its address; as somebody else it gets another.
    if (line.username !== username || (address && line.lease?.equals(address) === false)) this.lending.release(line);
    if (address && !line.lease && !this.#takeFixed(line, address, username)) {
      return line.decide({ accepted: false, text: 'The address is in use' }, now);
    }
    const isOther = line.username !== username;
    line.username = username;
    line.grant = verdict.grant;
    if (isOther) this.outlets.becameOther(line, now);
    line.decide(verdict, now);
  }

  /** An address that is meant for this user. Whoever has it already as the same user is replaced: its host has gone, or moved. */
  #takeFixed(line: Line, address: Buffer, username: string): boolean {
    if (this.lending.lendFixed(line, address, username)) return true;
    const holder = this.lending.holder(address);
    if (holder?.username !== username) return false;
    this.outlets.replaced(holder);
    return this.lending.lendFixed(line, address, username);
  }
}

const UNDECIDED: Verdict = { accepted: false, text: 'Nobody has decided about the login in time' };
