import type { Login, Reason, Refusal, Sender, SubscriberStatus } from '../../src/index';

/** Who a packet is from or for, as messages have it. What is not known is null. */
export interface SenderData {
  readonly account: string | null;
  readonly sessionId: number;
  readonly address: string | null;
  readonly mac: string;
}

export function senderData({ username, sessionId, address, mac }: Sender): SenderData {
  return { account: username ?? null, sessionId, address: address ?? null, mac };
}

/** A subscriber as messages have it: flat, so that it is a row of a table. What is not known is null. */
export function subscriberData(subscriber: SubscriberStatus) {
  const { username: _, vlan, serviceName, prefix, delegated, since, ...rest } = subscriber;
  return {
    ...senderData(subscriber),
    vlan: vlan.join('.'),
    service: serviceName,
    prefix: prefix ?? null,
    delegated: delegated ?? null,
    since: since ?? null,
    ...rest,
    address: rest.address ?? null,
  };
}

/** Somebody who got no session, in the same shape. */
export function refusedData({ username, mac, serviceName }: Refusal) {
  return { account: username ?? null, sessionId: null, address: null, mac, service: serviceName };
}

/** Why, as messages have it: both empty when there is nothing to tell. */
export function reasonData(reason?: Reason): {
  readonly code: string;
  readonly text: string;
  readonly detail?: string;
} {
  return reason ? { ...reason } : { code: '', text: '' };
}

/** A login that a flow is asked about, without anything secret. Its `id` comes back with the answer. */
export function loginData({ ticket, username, protocol, subscriber }: Login) {
  const { sessionId, key, mac, vlan, serviceName } = subscriber;
  return {
    id: `${sessionId}.${key}.${ticket}`,
    username,
    protocol,
    sessionId,
    mac,
    vlan: vlan.join('.'),
    service: serviceName,
  };
}
