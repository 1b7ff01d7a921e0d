// A concentrator with a subscriber node and two sessions, of anna and of ben.
import { type Credentials, change, type Flow, helper, type Inbox, labFlow, PASSWORD, sessionIn, up } from './world';

export const SUBSCRIBER = {
  id: 'subscriber',
  type: 'pppoe-subscriber',
  z: 'tab',
  concentrator: 'ac',
  output: 'events',
  wires: [['events'], ['logins'], ['outcomes']],
};

export const NODES: Flow = [
  SUBSCRIBER,
  ...['events', 'logins', 'outcomes', 'errors', 'completed', 'statuses'].map((id) => ({
    id,
    type: 'helper',
    z: 'tab',
  })),
  { id: 'catch', type: 'catch', z: 'tab', wires: [['errors']] },
  { id: 'complete', type: 'complete', z: 'tab', scope: ['subscriber'], wires: [['completed']] },
  { id: 'status', type: 'status', z: 'tab', scope: ['subscriber'], wires: [['statuses']] },
];

/** Two sessions, of anna and of ben, that do not connect by themselves. */
export function twoSessions(ac: Record<string, unknown> = {}, nodes: Flow = NODES): { flow: Flow; creds: Credentials } {
  const { flow, segment } = labFlow(nodes, { autoconnect: false });
  const other = { id: 'other', type: 'pppoe-session', name: 'ben', interface: segment, autoconnect: false };
  const accounts = ['anna', 'ben'].map((username) => ({ username, password: PASSWORD }));
  const creds = {
    session: { username: 'anna', password: PASSWORD },
    other: { username: 'ben', password: PASSWORD },
    ac: { accounts: JSON.stringify(accounts) },
  };
  return { flow: change([...flow, other], 'ac', ac), creds };
}

export async function connect(id: 'session' | 'other' = 'session'): Promise<void> {
  sessionIn(id).session?.connect();
  await up(id);
}

export function tell(message: Record<string, unknown>, id = 'subscriber'): void {
  helper.getNode(id)?.receive(message as never);
}

export async function codeOf(errors: Inbox): Promise<string | undefined> {
  const { error } = await errors.next();
  return (error as { code?: string }).code;
}
