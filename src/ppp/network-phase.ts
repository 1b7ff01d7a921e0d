import type { Reason } from '../errors';
import { type Automaton, earliest } from './automaton';
import type { State } from './automaton-table';
import { FINISH_REASONS, type Finish, type NetworkProtocol } from './control-protocol';

/** What the automaton of a network protocol tells. */
export interface NetworkSignals {
  layerUp(now: number): void;
  layerDown(now: number): void;
  layerFinished(why: Finish, now: number): void;
}

export interface NetworkPhaseOutlets {
  automaton(policy: NetworkProtocol, signals: NetworkSignals): Automaton;
  progress(text: string): void;
  /** A network protocol came up, or went down. */
  changed(protocol: NetworkProtocol, up: boolean, now: number): void;
  /** Packets may flow: what there is to wait for has come up, or something else has and it did not follow in time. */
  ready(now: number): void;
  /** None is up, and none can come up any more. */
  failed(reason: Reason, now: number): void;
}

interface Network {
  readonly policy: NetworkProtocol;
  readonly automaton: Automaton;
  up: boolean;
  /** Until when it may negotiate. */
  deadline: number | undefined;
  /** Why it will not come up, unless the peer begins anew. */
  failure: Reason | undefined;
}

/**
 * The network protocols of a connection, side by side (RFC 1661 §3.6): each comes up, fails and goes down by itself, and what
 * becomes of one is nothing to the others. Only when none is left the connection has failed.
 *
 * They are in the order of their importance: one that comes up before a more important one waits a moment for it, if that is
 * still negotiated, before the connection is called open. IPV6CP needs one round trip and IPCP two: a session that is up has
 * its IPv4 address, wherever there is one. IPv4 waits for nothing.
 */
export class NetworkPhase {
  readonly #networks: readonly Network[];
  #begun = false;
  /** Until when one that is up waits for a more important one. */
  #waitUntil: number | undefined;

  /**
   * @param timeout the longest that each may negotiate, in ms.
   * @param patience how long one that is up waits for a more important one, in ms.
   */
  constructor(
    policies: readonly NetworkProtocol[],
    private readonly timeout: number,
    private readonly patience: number,
    private readonly outlets: NetworkPhaseOutlets,
  ) {
    this.#networks = policies.map((policy) => {
      const automaton = outlets.automaton(policy, {
        layerUp: (now) => this.#up(network, now),
        layerDown: (now) => this.#down(network, now),
        layerFinished: (why, now) => this.#finished(network, why, now),
      });
      const network: Network = { policy, automaton, up: false, deadline: undefined, failure: undefined };
      return network;
    });
  }

  /** All their names, for people. */
  get names(): string {
    return this.#networks.map(({ policy }) => policy.name).join(' and ');
  }

  /** True when packets of at least one network protocol may flow. */
  get isAnyUp(): boolean {
    return this.#networks.some(({ up }) => up);
  }

  get deadline(): number | undefined {
    const deadlines = this.#networks.flatMap(({ automaton, deadline }) => [automaton.deadline, deadline]);
    return earliest(this.#waitUntil, ...deadlines);
  }

  /** The state of a network protocol's automaton; undefined for one that is not negotiated here. */
  stateOf(protocol: number): State | undefined {
    return this.#find(protocol)?.automaton.state;
  }

  isUp(name: NetworkProtocol['name']): boolean {
    return this.#networks.some(({ policy, up }) => up && policy.name === name);
  }

  begin(now: number): void {
    this.#begun = true;
    for (const network of this.#networks) {
      this.outlets.progress(`Starting ${network.policy.name}`);
      network.failure = undefined;
      network.deadline = now + this.timeout;
      network.automaton.open(now);
      network.automaton.up(now);
    }
  }

  /** LCP is no longer open: nothing is sent any more. */
  end(now: number): void {
    this.#begun = false;
    this.#waitUntil = undefined;
    for (const network of this.#networks) {
      network.deadline = undefined;
      network.automaton.down(now);
    }
  }

  /**
   * Takes a packet, if it is of a protocol that there is here.
   * @throws MalformedPacket, with nothing changed.
   */
  receive(protocol: number, information: Buffer, now: number): boolean {
    const network = this.#find(protocol);
    network?.automaton.receive(information, now);
    return network !== undefined;
  }

  /** The peer's Protocol-Reject named this protocol. */
  protocolRejected(protocol: number, now: number): void {
    this.#find(protocol)?.automaton.protocolRejected(now);
  }

  due(now: number): void {
    if (this.#waitUntil !== undefined && now >= this.#waitUntil) this.#ready(now);
    for (const network of this.#networks) {
      network.automaton.due(now);
      if (network.deadline !== undefined && now >= network.deadline) this.#timedOut(network, now);
    }
  }

  #find(protocol: number): Network | undefined {
    return this.#networks.find(({ policy }) => policy.protocol === protocol);
  }

  #up(network: Network, now: number): void {
    const { name, problem, agreement } = network.policy;
    network.deadline = undefined;
    if (problem !== undefined) return this.#giveUp(network, { code: 'negotiation-failed', text: problem }, now);
    network.up = true;
    network.failure = undefined;
    this.outlets.progress(`${name} is open: ${agreement}`);
    this.outlets.changed(network.policy, true, now);
    const isAwaiting = this.#networks.slice(0, this.#networks.indexOf(network)).some(isAwaited);
    if (isAwaiting) this.#waitUntil ??= now + this.patience;
    else this.#ready(now);
  }

  #ready(now: number): void {
    this.#waitUntil = undefined;
    this.outlets.ready(now);
  }

  #down(network: Network, now: number): void {
    if (!network.up) return;
    network.up = false;
    if (this.#begun) {
      this.outlets.progress(`${network.policy.name} is down`);
      network.deadline = now + this.timeout;
    }
    if (!this.isAnyUp) this.#waitUntil = undefined;
    this.outlets.changed(network.policy, false, now);
  }

  #timedOut(network: Network, now: number): void {
    const text = `${network.policy.name} did not come to an end within ${this.timeout / 1_000} s`;
    this.#giveUp(network, { code: 'no-reply', text }, now);
  }

  /** Closes one that has not been reported as up; if none is left, that is the connection's end already. */
  #giveUp(network: Network, failure: Reason, now: number): void {
    network.failure = failure;
    network.deadline = undefined;
    this.#failed(network, failure, now);
    network.automaton.close(now);
  }

  #finished(network: Network, why: Finish, now: number): void {
    network.deadline = undefined;
    if (!this.#begun || network.failure) return;
    const { code, text } = FINISH_REASONS[why];
    network.failure = {
      code: code === 'closed' ? 'negotiation-failed' : code,
      text: `${network.policy.name}: ${text}`,
    };
    this.#failed(network, network.failure, now);
  }

  #failed(network: Network, failure: Reason, now: number): void {
    if (this.#networks.some((other) => other !== network && isPossible(other))) {
      this.outlets.progress(failure.text);
      if (this.#waitUntil !== undefined && !this.#networks.some(isAwaited)) this.#ready(now);
      return;
    }
    const failures = this.#networks.flatMap((one) => one.failure ?? []);
    // The last tells most, unless the peer merely refused it: then what became of another does.
    const all = [failure, ...failures];
    const { code } = all.find((one) => one.code !== 'negotiation-failed') ?? failure;
    this.outlets.failed({ code, text: failures.map(({ text }) => text).join('; ') }, now);
  }
}

/** True for one that is up or may yet come up: also after a failure, when the peer begins anew. */
function isPossible({ up, failure, automaton: { state } }: Network): boolean {
  return up || failure === undefined || state === 'Req-Sent' || state === 'Ack-Rcvd' || state === 'Ack-Sent';
}

/** True for one that has not failed, and is not up yet. */
function isAwaited({ up, failure }: Network): boolean {
  return !up && failure === undefined;
}
