import { detailsOf, summaryOf } from '../../nodes/shared/session-records';
import { PppoeConcentrator, PppoeSession } from '../../src/index';

const SESSIONS = 100;
/** What a sidebar that is looked at asks for in a second. */
export const ASKED = { lists: 1, details: 2 };
/** By so much the engine may be slowed, as a share of the runtime's time. */
export const MOST = 0.05;

/** A hundred sessions that are up, and what the sidebar's endpoints do for them, to the text that is sent. */
export async function crowd() {
  const segment = { interface: 'virtual:bench' };
  const account = { username: 'bench', password: 'bench' };
  const concentrator = new PppoeConcentrator({ ...segment, accounts: [account] });
  const nodes = Array.from({ length: SESSIONS }, (_, index) => {
    const macAddress = Buffer.of(2, 0, 0, 0, 1, index);
    const session = new PppoeSession({ ...segment, ...account, macAddress });
    return { id: String(index), topic: `line ${index}`, session };
  });
  for (const { session } of nodes) session.connect();
  await Promise.all(nodes.map(({ session }) => session.connected(30_000)));
  const [node] = nodes;
  if (!node) throw new Error('there is no session');
  const now = new Date().toISOString();
  const { epoch } = detailsOf(node, { epoch: '', serial: 0 }, now) ?? { epoch: '' };
  const details = (known: { epoch: string; serial: number }) => JSON.stringify(detailsOf(node, known, now)).length;
  return {
    list: () => JSON.stringify(nodes.map(summaryOf)).length,
    nothingNew: () => details({ epoch, serial: node.session.newest }),
    whole: () => details({ epoch: '', serial: 0 }),
    close: async () => {
      await Promise.all(nodes.map(({ session }) => session.close(2_000)));
      await concentrator.close();
    },
  };
}
