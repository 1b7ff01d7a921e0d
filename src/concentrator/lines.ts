import { PppoeError } from '../errors';
import type { MacAddress } from '../wire/mac-address';
import { Deadlines } from './deadlines';
import type { Line } from './line';

/** IP packets by the id of the session that is to get them. */
export type PacketsBySession = ReadonlyMap<number, readonly Buffer[]>;

/** The sessions of a concentrator, found by id, by host, and by who is due next, however many there are. */
export class Lines {
  readonly #byId = new Map<number, Line>();
  readonly #byHost = new Map<string, Set<Line>>();
  readonly #deadlines = new Deadlines<Line>();

  get size(): number {
    return this.#byId.size;
  }

  get deadline(): number | undefined {
    return this.#deadlines.next;
  }

  /** All of them, as they are now: lines may come and go while it is walked. */
  get all(): readonly Line[] {
    return [...this.#byId.values()];
  }

  get(id: number): Line | undefined {
    return this.#byId.get(id);
  }

  of(host: MacAddress): ReadonlySet<Line> {
    return this.#byHost.get(keyOf(host)) ?? NONE;
  }

  add(line: Line): void {
    this.#byId.set(line.id, line);
    const lines = this.#byHost.get(keyOf(line.host));
    if (lines) lines.add(line);
    else this.#byHost.set(keyOf(line.host), new Set([line]));
  }

  /** False for one that is gone already. */
  remove(line: Line): boolean {
    if (this.#byId.get(line.id) !== line) return false;
    this.#byId.delete(line.id);
    this.#deadlines.forget(line);
    const lines = this.#byHost.get(keyOf(line.host));
    lines?.delete(line);
    if (lines?.size === 0) this.#byHost.delete(keyOf(line.host));
    return true;
  }

  /** To be called after whatever a line has done. */
  touch(line: Line): void {
    if (this.#byId.get(line.id) === line) this.#deadlines.touch(line);
  }

  /**
   * Sends IP packets, all or none of them.
   * @throws PppoeError `not-up`, `too-long`, `malformed`.
   */
  send(batches: PacketsBySession): void {
    const checked = [...batches].map(([id, packets]) => {
      const line = this.#byId.get(id);
      if (!line) throw new PppoeError('not-up', `There is no session ${id}`);
      line.checkPackets(packets);
      return { line, packets };
    });
    for (const { line, packets } of checked) for (const packet of packets) line.sendPacket(packet);
  }

  takeDue(now: number): readonly Line[] {
    return this.#deadlines.take(now);
  }
}

const NONE: ReadonlySet<Line> = new Set();

function keyOf(host: MacAddress): string {
  return host.toString('latin1');
}
