import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SessionKey } from '../pppoe/engine';
import { formatMac, type MacAddress, parseMac } from '../wire/mac-address';

/** A session that an Access Concentrator has for us, and from where we had it. */
export interface RememberedSession extends SessionKey {
  readonly interface: string;
  /** Our own address then: a PADT from another would be ignored. */
  readonly address: MacAddress;
}

/** Where the last session is kept, so that a start after a crash can end it. */
export interface SessionMemory {
  load(): RememberedSession | undefined;
  store(session: RememberedSession | undefined): void;
}

/**
 * Keeps the last session in a small JSON file. It is gone when there is no session to be ended.
 * A file that cannot be read counts as none; one that cannot be written throws, once, the error of the file system.
 */
export function fileMemory(path: string): SessionMemory {
  return {
    load: () => {
      try {
        return parse(JSON.parse(readFileSync(path, 'utf8')));
      } catch {
        // No file is the rule; one that was cut off by a crash tells nothing.
        return undefined;
      }
    },
    store: (session) => {
      if (!session) return rmSync(path, { force: true });
      mkdirSync(dirname(path), { recursive: true });
      const { interface: name, address, peer, id } = session;
      const text = JSON.stringify({
        interface: name,
        address: formatMac(address),
        acMac: formatMac(peer),
        sessionId: id,
      });
      // Renamed into its place, so that a crash leaves the old file or the new one, whole.
      writeFileSync(`${path}.new`, text);
      renameSync(`${path}.new`, path);
    },
  };
}

function parse(stored: Record<string, unknown>): RememberedSession | undefined {
  const { interface: name, address, acMac, sessionId } = stored;
  if (typeof name !== 'string' || typeof address !== 'string' || typeof acMac !== 'string') return undefined;
  if (!Number.isInteger(sessionId) || (sessionId as number) < 1 || (sessionId as number) > 0xffff) return undefined;
  return { interface: name, address: parseMac(address), peer: parseMac(acMac), id: sessionId as number };
}
