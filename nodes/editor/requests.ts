/** What the nodes' endpoints tell the dialogs: see nodes/shared/admin.ts. */

/** An Ethernet interface of the machine that Node-RED runs on. */
export interface HostInterface {
  readonly name: string;
  readonly mac: string;
  /** Octets. */
  readonly mtu: number;
  readonly up: boolean;
  readonly carrier: boolean;
}

export interface RawSocketAccess {
  readonly allowed: boolean;
  /** What gives the right, for people, several lines. */
  readonly remedy?: string;
}

/** An access concentrator that answered a scan. */
export interface Offer {
  readonly acMac: string;
  readonly acName?: string;
  readonly serviceNames: readonly string[];
  /** In ms. */
  readonly responseTime: number;
  /** Why it would not serve us. */
  readonly error?: string;
}

/** Throws what `failureOf` puts into words. */
export async function hostInterfaces(): Promise<readonly HostInterface[]> {
  const { interfaces }: { interfaces: readonly HostInterface[] } = await $.getJSON('pppoe/interfaces');
  return interfaces;
}

export async function rawSocketAccess(): Promise<RawSocketAccess> {
  return await $.getJSON('pppoe/access');
}

/** @param fields of a session's dialog, as they are written. */
export async function scanned(fields: Readonly<Record<string, string>>): Promise<readonly Offer[]> {
  const data = JSON.stringify(fields);
  const { offers }: { offers: readonly Offer[] } = await $.ajax({
    method: 'POST',
    url: 'pppoe/scan',
    data,
    contentType: 'application/json',
  });
  return offers;
}

/** What an endpoint says of its failure, or else what HTTP says. */
export function failureOf(thrown: unknown): string {
  const { responseJSON, status, statusText } = thrown as Partial<JQuery.jqXHR>;
  return responseJSON?.error?.message ?? `${status ?? ''} ${statusText ?? String(thrown)}`.trim();
}
