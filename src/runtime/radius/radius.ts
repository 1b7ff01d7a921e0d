import type { Admission } from '../../concentrator/admission';
import type { AdmissionRequest } from '../../concentrator/events';
import type { Subscriber } from '../../concentrator/line';
import type { Reason } from '../../errors';
import type { Evidence } from '../../ppp/authentication';
import type { Clock } from '../clock';
import { Accounting } from './accounting';
import { accessRequest, type NasIdentity, terminateCause } from './attributes';
import { RadiusClient, type RadiusReport } from './client';
import type { OpenDatagrams } from './datagrams';
import type { RadiusSettings } from './settings';
import { readVerdict, type SessionTerms, UNANSWERED } from './verdict';

/** The access concentrator, as RADIUS needs it. */
export interface RadiusHost {
  evidence(request: AdmissionRequest): Evidence | undefined;
  /** False when it is too late. */
  admit(request: AdmissionRequest, admission: Admission): boolean;
  subscriber(sessionId: number): Subscriber | undefined;
  disconnect(sessionId: number, reason: Reason): void;
  report(report: RadiusReport): void;
}

interface Session {
  readonly terms: SessionTerms;
  cancelTimeout: () => void;
  isTimedOut: boolean;
}

const TIMED_OUT: Reason = { code: 'closed', text: 'The time that the RADIUS server allows is over' };
const NO_TERMS: SessionTerms = { classes: [] };

/** RADIUS at an access concentrator: its servers decide about logins and are told about sessions. */
export class Radius {
  readonly #login: RadiusClient;
  readonly #accountingClient: RadiusClient;
  readonly #accounting: Accounting | undefined;
  /** By the session's key: let in, and not up yet. */
  readonly #accepted = new Map<string, { readonly sessionId: number; readonly terms: SessionTerms }>();
  /** By the session's key, while it is up. */
  readonly #sessions = new Map<string, Session>();
  #isClosing = false;

  constructor(
    private readonly settings: RadiusSettings,
    private readonly nas: NasIdentity,
    private readonly host: RadiusHost,
    private readonly clock: Clock,
    open: OpenDatagrams,
  ) {
    const report = (what: RadiusReport) => host.report(what);
    this.#login = new RadiusClient(settings.authentication, settings, clock, open, report);
    this.#accountingClient = new RadiusClient(settings.accounting, settings, clock, open, report);
    if (settings.accounting.length > 0) {
      this.#accounting = new Accounting(this.#accountingClient, nas, settings, clock, {
        subscriber: (sessionId) => host.subscriber(sessionId),
        report,
      });
    }
  }

  /** Whether its servers decide about logins. */
  get decides(): boolean {
    return this.settings.authentication.length > 0;
  }

  /** Has the servers decide about a login. */
  decide(request: AdmissionRequest): void {
    const evidence = this.host.evidence(request);
    if (!evidence) return;
    const { subscriber, username, protocol } = request;
    try {
      const access = accessRequest(this.nas, subscriber, username, evidence);
      this.#login.ask(
        () => access,
        (reply) => {
          const { admission, terms } = reply
            ? readVerdict(reply, protocol)
            : { admission: UNANSWERED, terms: NO_TERMS };
          this.#admit(request, admission, terms);
        },
      );
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.host.admit(request, { accepted: false, text: `RADIUS cannot be asked: ${error.message}` });
    }
  }

  up(subscriber: Subscriber): void {
    const { key } = subscriber;
    const terms = this.#accepted.get(key)?.terms;
    this.#accepted.delete(key);
    this.#begin(subscriber, terms ?? NO_TERMS);
    this.#accounting?.start(subscriber, terms ?? NO_TERMS, terms ? 'RADIUS' : 'Local');
  }

  down(subscriber: Subscriber, reason: Reason): void {
    const session = this.#sessions.get(subscriber.key);
    this.#sessions.delete(subscriber.key);
    this.#accepted.delete(subscriber.key);
    session?.cancelTimeout();
    const isReboot = this.#isClosing && reason.code === 'closed';
    const cause = session?.isTimedOut ? 'Session-Timeout' : isReboot ? 'Admin-Reboot' : terminateCause(reason);
    this.#accounting?.stop(subscriber, cause);
  }

  /** A session ended before it was up. */
  refused(): void {
    for (const [key, { sessionId }] of this.#accepted) {
      if (this.host.subscriber(sessionId)?.key !== key) this.#accepted.delete(key);
    }
  }

  /** The sessions are about to be ended. */
  closing(): void {
    this.#isClosing = true;
  }

  /** Resolves when all that is left to tell was told, 2 s later at most. */
  async close(): Promise<void> {
    this.#login.close();
    await this.#accounting?.close();
    this.#accountingClient.close();
    for (const { cancelTimeout } of this.#sessions.values()) cancelTimeout();
  }

  #admit(request: AdmissionRequest, admission: Admission, terms: SessionTerms): void {
    const { sessionId, key } = request.subscriber;
    // Before the session can be up, which is told while it is admitted.
    if (admission.accepted) this.#accepted.set(key, { sessionId, terms });
    if (!this.host.admit(request, admission)) this.#accepted.delete(key);
    const current = this.host.subscriber(sessionId);
    if (!admission.accepted || current?.key !== key || current.since === undefined) return;
    // It was up, and had to say who it is once more.
    this.#accepted.delete(key);
    this.#begin(current, terms);
    this.#accounting?.renew(key, terms, 'RADIUS');
  }

  #begin({ key, sessionId }: Subscriber, terms: SessionTerms): void {
    this.#sessions.get(key)?.cancelTimeout();
    const session: Session = { terms, cancelTimeout: () => {}, isTimedOut: false };
    this.#sessions.set(key, session);
    const { sessionTimeout } = terms;
    if (sessionTimeout === undefined) return;
    session.cancelTimeout = this.#wakeAt(this.clock.now() + sessionTimeout, () => {
      session.isTimedOut = true;
      this.host.disconnect(sessionId, TIMED_OUT);
    });
  }

  /** As `Clock.wake`, also for times that are further away than the platform's timers know. */
  #wakeAt(at: number, call: () => void): () => void {
    let cancel = () => {};
    const wait = () => {
      cancel = this.clock.wake(at, () => (this.clock.now() < at ? wait() : call()));
    };
    wait();
    return () => cancel();
  }
}
