import type { Reason } from '../errors';
import type { AuthenticationProtocol } from '../wire/lcp';
import { protocolName } from '../wire/ppp';
import type {
  Authentication,
  AuthenticationOutlets,
  AuthenticationPeer,
  Authenticator,
  Claim,
  Credentials,
  Decision,
  RetrySettings,
} from './authentication';
import { AUTHENTICATION } from './authentication-protocols';
import { earliest } from './automaton';

export interface AuthenticationSettings {
  readonly credentials?: Credentials;
  /** The name under which we challenge the peer. */
  readonly name: string;
  readonly automaton: RetrySettings;
}

/** What LCP agreed on. */
export interface Agreement {
  /** How we authenticate ourselves. */
  readonly demanded: AuthenticationProtocol | undefined;
  /** How the peer authenticates itself. */
  readonly required: AuthenticationProtocol | undefined;
}

export interface AuthenticationPhaseOutlets {
  send(protocol: number, packet: Buffer): void;
  random(octets: number): Buffer;
  progress(text: string): void;
  claim(claim: Claim, now: number): void;
  /** Every part that LCP agreed on has succeeded. Again after each later challenge. */
  succeeded(now: number): void;
  failed(reason: Reason, now: number): void;
  ignored?(): void;
}

interface Part<T extends Authentication> {
  readonly protocol: AuthenticationProtocol;
  readonly authentication: T;
  done: boolean;
}

/** The Authentication phase (RFC 1661 §3.5) of one connection: our part, the peer's part, or both. */
export class AuthenticationPhase {
  #ours: Part<AuthenticationPeer> | undefined;
  #theirs: Part<Authenticator> | undefined;

  constructor(
    private readonly settings: AuthenticationSettings,
    private readonly outlets: AuthenticationPhaseOutlets,
  ) {}

  get deadline(): number | undefined {
    return earliest(this.#ours?.authentication.deadline, this.#theirs?.authentication.deadline);
  }

  /** The peer has heard who we are, and must still accept or refuse us. */
  get awaitsVerdict(): boolean {
    return this.#ours?.authentication.awaitsVerdict === true;
  }

  begin({ demanded, required }: Agreement, now: number): void {
    this.#theirs = required && this.#authenticator(required);
    this.#ours = demanded && this.#peer(demanded);
    this.#theirs?.authentication.start(now);
    this.#ours?.authentication.start(now);
  }

  /** LCP is no longer opened: nothing is repeated, a late answer is still understood. */
  suspend(): void {
    this.#ours?.authentication.suspend();
    this.#theirs?.authentication.suspend();
  }

  end(): void {
    this.#ours = undefined;
    this.#theirs = undefined;
  }

  /** @throws MalformedPacket */
  receive(protocol: number, packet: Buffer, now: number): void {
    const [theirs, ours] = [this.#theirs, this.#ours].map((each) =>
      each && AUTHENTICATION[each.protocol].carrier === protocol ? each : undefined,
    );
    const part = theirs && packet[0] === AUTHENTICATION[theirs.protocol].peerCode ? theirs : ours;
    if (part) return part.authentication.receive(packet, now);
    this.outlets.progress(`Ignored ${protocolName(protocol)}, which LCP did not agree on`);
    this.outlets.ignored?.();
  }

  decide(decision: Decision, now: number): void {
    this.#theirs?.authentication.decide(decision, now);
  }

  /** A fresh challenge to the peer; PAP knows none. */
  challenge(now: number): void {
    this.#theirs?.authentication.start(now);
  }

  due(now: number): void {
    this.#ours?.authentication.due(now);
    this.#theirs?.authentication.due(now);
  }

  #peer(protocol: AuthenticationProtocol): Part<AuthenticationPeer> {
    const credentials = this.settings.credentials ?? { username: '', password: '' };
    const outlets: AuthenticationOutlets = {
      ...this.#common(protocol),
      succeeded: (text, now) => {
        this.outlets.progress(`Authentication succeeded${text ? `: ${text}` : ''}`);
        this.#done(this.#ours, now);
      },
    };
    const authentication = AUTHENTICATION[protocol].peer({
      credentials,
      outlets,
      retry: this.settings.automaton,
      random: (octets) => this.outlets.random(octets),
      isOurs: (challenge) => this.#theirs?.authentication.isOurs(challenge) === true,
    });
    return { protocol, authentication, done: false };
  }

  #authenticator(protocol: AuthenticationProtocol): Part<Authenticator> {
    const outlets = {
      ...this.#common(protocol),
      claim: (claim: Claim, now: number) => this.outlets.claim(claim, now),
      succeeded: (_text: string, now: number) => this.#done(this.#theirs, now),
    };
    const authentication = AUTHENTICATION[protocol].authenticator?.({
      name: this.settings.name,
      outlets,
      retry: this.settings.automaton,
      random: (octets) => this.outlets.random(octets),
    });
    if (!authentication) throw new RangeError(`nobody can be asked for ${protocol} here`);
    return { protocol, authentication, done: false };
  }

  #common(protocol: AuthenticationProtocol): Omit<AuthenticationOutlets, 'succeeded'> {
    return {
      send: (packet) => this.outlets.send(AUTHENTICATION[protocol].carrier, packet),
      progress: (text) => this.outlets.progress(text),
      failed: (text, now, detail) => {
        const reason = { code: 'authentication-failed', text: text || 'Refused without a text' } as const;
        this.outlets.failed(detail ? { ...reason, detail } : reason, now);
      },
      unanswered: (now) =>
        this.outlets.failed({ code: 'no-reply', text: 'The peer does not answer the authentication' }, now),
    };
  }

  #done(part: Part<Authentication> | undefined, now: number): void {
    if (part) part.done = true;
    if (this.#ours?.done !== false && this.#theirs?.done !== false) this.outlets.succeeded(now);
  }
}
