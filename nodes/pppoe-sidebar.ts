import type { NodeAPI } from 'node-red';
import { traceFile } from '../src/index';
import type { ExportedFile, SessionList } from './editor/sidebar/data';
import { detailsOf, summaryOf } from './shared/session-records';
import { runningSessions } from './shared/sessions';

/**
 * The plugin behind the sidebar. It answers when a sidebar that is shown asks, some times in a second, and does nothing
 * otherwise: the engine neither knows nor waits. Who may read (`pppoe.read`) sees sessions, never their secrets.
 */
export = (RED: NodeAPI): void => {
  const allowed = RED.auth.needsPermission('pppoe.read');
  const now = () => new Date().toISOString();

  RED.httpAdmin.get('/pppoe/sessions', allowed, (_request, response) => {
    response.json({ now: now(), sessions: runningSessions().map(summaryOf) } satisfies SessionList);
  });

  RED.httpAdmin.get('/pppoe/sessions/:id', allowed, ({ params, query }, response) => {
    const node = runningSessions().find(({ id }) => id === params['id']);
    const known = { epoch: String(query['epoch'] ?? ''), serial: Number(query['after']) || 0 };
    const details = node && detailsOf(node, known, now());
    if (details) response.json(details);
    else response.sendStatus(404);
  });

  RED.httpAdmin.get('/pppoe/sessions/:id/:format', allowed, ({ params }, response) => {
    const session = runningSessions().find(({ id }) => id === params['id'])?.session;
    const file = (octets: Buffer): ExportedFile => ({ base64: octets.toString('base64') });
    if (!session) response.sendStatus(404);
    else if (params['format'] === 'mermaid') response.json(file(Buffer.from(session.describe().sequence)));
    else if (params['format'] === 'pcapng') response.json(file(traceFile(session.trace, session.status)));
    else response.sendStatus(404);
  });
};
