import type { Subscriber } from '../concentrator/line';
import type { Clock } from './clock';

/** A session as its access concentrator sees it, as plain data. Times are ISO 8601. */
export interface SubscriberStatus extends Omit<Subscriber, 'since'> {
  readonly since: string | undefined;
}

/** Who a packet is from. */
export type Sender = Pick<Subscriber, 'sessionId' | 'username' | 'address' | 'mac'>;

/** An IP packet of a session. */
export interface SubscriberPacket {
  readonly sender: Sender;
  readonly packet: Buffer;
}

export function subscriberStatus(subscriber: Subscriber, clock: Clock): SubscriberStatus {
  const { since, ...rest } = subscriber;
  return { ...rest, since: since === undefined ? undefined : clock.date(since) };
}

export function senderOf({ sessionId, username, address, mac }: Subscriber): Sender {
  return { sessionId, username, address, mac };
}
