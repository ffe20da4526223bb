import { Pool } from 'undici';

// What the contenders share towards HubSpot, so that the difference between them is what stands in front of it: undici's
// pool, the quickest of Node's clients.

export interface HubspotObject {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null>>;
  readonly associations?: Readonly<Record<string, { readonly results: readonly { readonly id: string }[] }>>;
}

const CONTACTS_PATH = '/crm/objects/2026-09/contacts';
const CONTACT_PROPERTIES = ['email', 'firstname', 'lastname'];
const DEAL_PROPERTIES = ['dealname', 'amount'];
const authorization = `Bearer ${process.env.HUBSPOT_ACCESS_TOKEN}`;

const pool = new Pool(process.env.HUBSPOT_API_URL ?? '', { connections: 64 });

/** One page of contacts, each with the ids of its deals. */
export async function listContacts(limit: number): Promise<readonly HubspotObject[]> {
  return results(await requestPage(limit));
}

/** In HubSpot's order, without those that do not exist. */
export async function batchRead(type: 'contacts' | 'deals', ids: readonly string[]): Promise<readonly HubspotObject[]> {
  return results(await requestBatch(type, ids));
}

/** The answer's bytes as they come. */
export function requestPage(limit: number) {
  const query = new URLSearchParams({
    limit: String(limit),
    properties: CONTACT_PROPERTIES.join(','),
    associations: 'deals',
  });
  return pool.request({ method: 'GET', path: `${CONTACTS_PATH}?${query}`, headers: { authorization } });
}

/** The answer's bytes as they come. */
export function requestBatch(type: 'contacts' | 'deals', ids: readonly string[]) {
  const properties = type === 'contacts' ? CONTACT_PROPERTIES : DEAL_PROPERTIES;
  return pool.request({
    method: 'POST',
    path: `/crm/objects/2026-09/${type}/batch/read`,
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ inputs: ids.map((id) => ({ id })), properties }),
  });
}

async function results({ statusCode, body }: Awaited<ReturnType<Pool['request']>>): Promise<readonly HubspotObject[]> {
  const answer = (await body.json()) as { results: readonly HubspotObject[] };
  if (statusCode >= 300) throw new Error(`HubSpot answered ${statusCode}`);
  return answer.results;
}

/** One after the other, `null` for what HubSpot left out: the shape that a DataLoader asks for. */
export function inOrder(ids: readonly string[], found: readonly HubspotObject[]): (HubspotObject | null)[] {
  const byId = new Map(found.map((record) => [record.id, record]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** The ids of a contact's first deals. */
export function dealIds({ associations }: HubspotObject, first: number): string[] {
  return [...new Set(associations?.deals?.results.map(({ id }) => id))].slice(0, first);
}
