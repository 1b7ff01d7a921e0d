import type { ExportedFile, SessionDetails, SessionList } from './data.js';

/** What went wrong when the runtime was asked. */
export type Trouble = 'forbidden' | 'gone' | 'unreachable';

export type Answer<Body> = { readonly body: Body } | { readonly trouble: Trouble };

export function askSessions(): Promise<Answer<SessionList>> {
  return ask('pppoe/sessions');
}

/** A session, and what its history has that is newer than what is known. */
export function askSession(id: string, known: { epoch: string; serial: number }): Promise<Answer<SessionDetails>> {
  const query = `epoch=${encodeURIComponent(known.epoch)}&after=${known.serial}`;
  return ask(`pppoe/sessions/${encodeURIComponent(id)}?${query}`);
}

export function askFile(id: string, format: 'mermaid' | 'pcapng'): Promise<Answer<ExportedFile>> {
  return ask(`pppoe/sessions/${encodeURIComponent(id)}/${format}`);
}

/** By jQuery: the editor has told it who is logged in. */
function ask<Body>(url: string): Promise<Answer<Body>> {
  return new Promise((resolve) => {
    $.ajax({ url, dataType: 'json', cache: false, timeout: 10_000 }).then(
      (body: Body) => resolve({ body }),
      ({ status }: { readonly status: number }) => resolve({ trouble: troubleOf(status) }),
    );
  });
}

function troubleOf(status: number): Trouble {
  if (status === 401 || status === 403) return 'forbidden';
  return status === 404 ? 'gone' : 'unreachable';
}
