/** Packets that go to a flow in one turn of the event loop: more would let the flow's other messages wait. */
const PACE = 32;

/** Somebody who takes packets, a few at a time. */
export type PacketConsumer<Packet = Buffer> = (packets: readonly Packet[]) => void;

/**
 * The bounded queue between a session or an access concentrator, which does not wait, and flows, which have no back-pressure.
 *
 * While nobody has claimed the packets they are counted as `unclaimed` and not kept. A claim that is lifted for a moment,
 * as during a deploy, lets them wait. What does not fit is dropped and counted.
 */
export class PacketQueue<Packet = Buffer> {
  readonly #consumers = new Set<PacketConsumer<Packet>>();
  #kept = false;
  #waiting: Packet[] = [];
  #scheduled = false;
  #dropped = 0;
  #unclaimed = 0;

  /** @param limit how many packets may wait. */
  constructor(readonly limit: number) {}

  get length(): number {
    return this.#waiting.length;
  }

  get dropped(): number {
    return this.#dropped;
  }

  get unclaimed(): number {
    return this.#unclaimed;
  }

  push(packets: readonly Packet[]): void {
    if (this.#consumers.size === 0 && !this.#kept) {
      this.#unclaimed += packets.length;
      return;
    }
    const room = this.limit - this.#waiting.length;
    for (const packet of packets.slice(0, room)) this.#waiting.push(packet);
    this.#dropped += Math.max(0, packets.length - room);
    this.#schedule();
  }

  /** Takes packets from now on, those that wait first. */
  claim(consumer: PacketConsumer<Packet>): void {
    this.#consumers.add(consumer);
    this.#kept = false;
    this.#schedule();
  }

  /** @param keep lets packets wait for a consumer that comes soon. */
  release(consumer: PacketConsumer<Packet>, keep: boolean): void {
    this.#consumers.delete(consumer);
    if (this.#consumers.size > 0) return;
    this.#kept = keep;
    if (!keep) this.clear();
  }

  /** Takes up to `count` packets out by hand. */
  take(count: number): readonly Packet[] {
    return this.#waiting.splice(0, count);
  }

  clear(): void {
    this.#waiting = [];
  }

  #schedule(): void {
    if (this.#scheduled || this.#consumers.size === 0 || this.#waiting.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#consumers.size === 0) return;
      const packets = this.take(PACE);
      try {
        // A copy: a consumer that lets go and claims again while it is called must not get the same packets twice.
        for (const consume of [...this.#consumers]) consume(packets);
      } finally {
        this.#schedule();
      }
    });
  }
}
