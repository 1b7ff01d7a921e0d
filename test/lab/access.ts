// Our access concentrator in a real Node-RED in a lab, as its operator sees it.
import type { Reason, SubscriberStatus } from '../../src/index';
import type { Lab } from './lab';
import { type FlowNode, injector, NodeRed, type Report, reporter } from './node-red';

export interface AccessOptions {
  /** What it shares with RADIUS servers. */
  radiusSecret?: string;
  /** Properties of the `pppoe-concentrator` node, over the lab's own. */
  node?: Record<string, unknown>;
  /** `test` with the password `secret` unless given. */
  accounts?: readonly { readonly username: string; readonly password: string; readonly address?: string }[];
}

interface SubscriberDown {
  readonly subscriber: SubscriberStatus;
  readonly reason: Reason;
}

interface Refusal {
  readonly mac: string;
  readonly username: string | undefined;
  readonly reason: Reason;
}

const NODE = {
  name: 'lab',
  acName: 'NodeRedAC',
  services: 'isp,fibre',
  authentication: 'ms-chap-v2,chap-md5,pap',
  address: '10.64.0.1',
  poolStart: '10.64.0.2',
  dns: '192.0.2.53,192.0.2.54',
};

function flows(device: string, node: Record<string, unknown>): FlowNode[] {
  return [
    { id: 'tab', type: 'tab', label: 'lab' },
    { id: 'ac', type: 'pppoe-concentrator', interface: device, ...NODE, ...node },
    { id: 'probe', type: 'lab-concentrator', z: 'tab', x: 100, y: 100, concentrator: 'ac', wires: [['events']] },
    reporter('events'),
    injector('to-probe', 'probe'),
  ];
}

/** Starts it on an interface of the lab; resolves when it serves. */
export async function startAccess(lab: Lab, device: string, options: AccessOptions = {}): Promise<Access> {
  const { node = {}, radiusSecret = '', accounts = [{ username: 'test', password: 'secret' }] } = options;
  const credentials = { ac: { accounts: JSON.stringify(accounts), radiusSecret } };
  return new Access(await NodeRed.start(lab, flows(device, node), credentials));
}

export class Access {
  /** Use startAccess. */
  constructor(readonly nodeRed: NodeRed) {}

  /** Where the events of now end: `since` for what is to come. */
  get mark(): number {
    return this.nodeRed.mark;
  }

  /** The first session that came up since then; of that account, when it is told. */
  async up(since: number, username?: string): Promise<SubscriberStatus> {
    const fits = ({ payload, subscriber }: Report) =>
      payload === 'up' && (username === undefined || (subscriber as SubscriberStatus).username === username);
    const { subscriber } = await this.nodeRed.next('events', fits, since);
    return subscriber as SubscriberStatus;
  }

  /** The first session of which something changed since then while it was up. */
  async changed(since: number): Promise<SubscriberStatus> {
    const { subscriber } = await this.nodeRed.next('events', ({ payload }) => payload === 'changed', since);
    return subscriber as SubscriberStatus;
  }

  /** The first session that ended since then. */
  async down(since: number): Promise<SubscriberDown> {
    const report: Report = await this.nodeRed.next('events', ({ payload }) => payload === 'down', since);
    return { subscriber: report['subscriber'] as SubscriberStatus, reason: report['reason'] as Reason };
  }

  /** The first host that got no session since then. */
  async refused(since: number): Promise<Refusal> {
    const { refusal } = await this.nodeRed.next('events', ({ payload }) => payload === 'refused', since);
    return refusal as Refusal;
  }

  /** How many came up since then. */
  ups(since: number): number {
    return this.nodeRed.reports('events', since).filter(({ payload }) => payload === 'up').length;
  }

  /** The sessions of now. */
  async subscribers(): Promise<readonly SubscriberStatus[]> {
    const since = this.mark;
    this.nodeRed.send('to-probe', { payload: 'list' });
    const { subscribers } = await this.nodeRed.next('events', ({ payload }) => payload === 'subscribers', since);
    return subscribers as readonly SubscriberStatus[];
  }

  /** Ends one session in order. */
  disconnect(sessionId: number): void {
    this.nodeRed.send('to-probe', { payload: 'disconnect', sessionId });
  }
}
