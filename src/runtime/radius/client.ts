import type { Clock } from '../clock';
import type { OpenDatagrams } from './datagrams';
import { checkRequest, type RadiusReply, type RadiusRequest } from './packet';
import { type Patience, RadiusPeer } from './peer';
import type { RadiusServer, RadiusSettings } from './settings';

/**
 * What an operator should know of the servers.
 *
 * - `server-dead`: it does not answer, and is passed over for a while.
 * - `server-alive`: it answers again.
 * - `record-lost`: no server has taken an accounting record.
 */
export interface RadiusReport {
  readonly code: 'server-dead' | 'server-alive' | 'record-lost';
  readonly text: string;
}

interface Candidate {
  readonly peer: RadiusPeer;
  /** It did not answer, and is passed over until then. */
  deadUntil: number | undefined;
}

/** Servers in order of fail-over: the first that lives is asked, then the next. */
export class RadiusClient {
  readonly #candidates: readonly Candidate[];

  constructor(
    servers: readonly RadiusServer[],
    private readonly settings: RadiusSettings,
    private readonly clock: Clock,
    open: OpenDatagrams,
    private readonly report: (report: RadiusReport) => void,
  ) {
    this.#candidates = servers.map((server) => ({
      peer: new RadiusPeer(server, clock, open),
      deadUntil: undefined,
    }));
  }

  /**
   * Asks until a server has answered. `settle` gets undefined when none does.
   * @throws RangeError for a request that does not fit into a packet.
   */
  ask(
    request: () => RadiusRequest,
    settle: (reply: RadiusReply | undefined) => void,
    patience: Patience = this.settings,
  ): void {
    checkRequest(request());
    const now = this.clock.now();
    const living = this.#candidates.filter(({ deadUntil }) => deadUntil === undefined || deadUntil <= now);
    // When all are dead, each of them is worth another question: there is nobody else.
    this.#next(living.length > 0 ? living : this.#candidates, { request, settle, patience });
  }

  /** Nobody is told anything more. */
  close(): void {
    for (const { peer } of this.#candidates) peer.close();
  }

  #next([candidate, ...others]: readonly Candidate[], question: Question): void {
    if (!candidate) return question.settle(undefined);
    candidate.peer.ask(question.request(), question.patience, (outcome) => {
      if ('silence' in outcome) {
        this.#died(candidate, outcome.silence);
        return this.#next(others, question);
      }
      this.#answered(candidate);
      question.settle(outcome);
    });
  }

  #died(candidate: Candidate, why: string): void {
    const isNews = candidate.deadUntil === undefined;
    candidate.deadUntil = this.clock.now() + this.settings.deadTime;
    if (isNews) this.report({ code: 'server-dead', text: `RADIUS server ${candidate.peer.name}: ${why}` });
  }

  #answered(candidate: Candidate): void {
    if (candidate.deadUntil === undefined) return;
    candidate.deadUntil = undefined;
    this.report({ code: 'server-alive', text: `RADIUS server ${candidate.peer.name} answers again` });
  }
}

interface Question {
  /** Made anew for each server: an accounting record says how old it is. */
  readonly request: () => RadiusRequest;
  readonly settle: (reply: RadiusReply | undefined) => void;
  readonly patience: Patience;
}
