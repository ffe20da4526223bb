/** A call of the gateway that the simulated HubSpot has received. */
export interface HubSpotCall {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body?: { readonly inputs?: readonly unknown[] } | string;
  readonly status: number;
}

interface Calls {
  readonly calls: readonly HubSpotCall[];
  /** The number of all calls that HubSpot has received. */
  readonly received: number;
}

/** The calls after the first `count` ones; none without `count`. */
export async function callsAfter(count?: number): Promise<Calls> {
  const response = await fetch(`/_simulator/requests?after=${count ?? 999_999_999_999}`);
  const received = Number(response.headers.get('x-simulator-requests') ?? 0);
  return { calls: (await response.json()) as HubSpotCall[], received };
}

/** How many records a call reads or writes at once; 1 for a call without a batch. */
export function recordsOf({ body }: HubSpotCall): number {
  return typeof body === 'object' && body.inputs ? Math.max(1, body.inputs.length) : 1;
}

async function control(method: string, path: string, body?: object): Promise<void> {
  const init = { method, ...(body && { body: JSON.stringify(body) }) };
  const response = await fetch(`/_simulator/${path}`, init);
  if (!response.ok) throw new Error(`The simulator answered HTTP ${response.status}.`);
}

export const uninstall = (hubId: string) => control('POST', `portals/${hubId}/uninstall`);

export const removeScopes = (hubId: string, scopes: readonly string[]) =>
  control('POST', `portals/${hubId}/scopes/remove`, { scopes });

export const exhaustLimit = (hubId: string) => control('POST', `portals/${hubId}/limits/use-up`);

export const takeHubSpotAway = () =>
  control('POST', 'faults', { match: ' /(crm|oauth)/', fault: { kind: 'answer', status: 503 } });

export const bringHubSpotBack = () => control('DELETE', 'faults');

export const changeDeal = (hubId: string, id: string, properties: Readonly<Record<string, string>>) =>
  control('PATCH', `portals/${hubId}/records/deals/${id}`, { properties });
