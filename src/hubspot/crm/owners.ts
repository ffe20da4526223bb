import { OWNERS_READ } from '../../crm/scopes.ts';
import { GatewayError } from '../../errors.ts';
import type { HubspotApi } from '../client.ts';
import { field, identifier, resultsOf, text } from '../json.ts';
import { nextCursor } from './objects.ts';

/** A user or queue of the portal that records can belong to. `hubspot_owner_id` holds the `id`, never the `userId`. */
export interface Owner {
  readonly id: string;
  readonly email: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  /** HubSpot's id of the user, even if the user is no longer active; `null` for queues. */
  readonly userId: string | null;
  readonly archived: boolean;
  readonly teams: readonly { readonly id: string; readonly name: string; readonly primary: boolean }[];
}

export interface OwnerPage {
  readonly owners: readonly Owner[];
  /** HubSpot's cursor of the next page; `undefined` on the last. */
  readonly next: string | undefined;
}

/** https://developers.hubspot.com/docs/api-reference/crm-owners-v3/guide: 100 is the default; a higher maximum is not documented. */
const PAGE = 100;

/** `GET /crm/owners/{version}`: a page of the active owners, or of the archived ones. */
export async function listOwners(
  api: HubspotApi,
  { archived, after }: { archived: boolean; after?: string | undefined },
): Promise<OwnerPage> {
  const query = new URLSearchParams({ limit: String(PAGE), archived: String(archived) });
  if (after !== undefined) query.set('after', after);
  const { body } = await api.send({
    name: 'owners.list',
    method: 'GET',
    path: `/crm/owners/${api.version}?${query}`,
    scopes: OWNERS_READ,
  });
  const results = resultsOf(body);
  if (!results) throw invalidResponse();
  return { owners: results.map(parseOwner), next: nextCursor(body) };
}

function parseOwner(owner: unknown): Owner {
  const id = identifier(field(owner, 'id'));
  if (id === null) throw invalidResponse();
  const teams = field(owner, 'teams');
  return {
    id,
    email: text(field(owner, 'email')),
    firstName: text(field(owner, 'firstName')),
    lastName: text(field(owner, 'lastName')),
    userId: identifier(field(owner, 'userId')) ?? identifier(field(owner, 'userIdIncludingInactive')),
    archived: field(owner, 'archived') === true,
    teams: Array.isArray(teams) ? teams.map(parseTeam) : [],
  };
}

function parseTeam(team: unknown): Owner['teams'][number] {
  return {
    id: identifier(field(team, 'id')) ?? '',
    name: text(field(team, 'name')) ?? '',
    primary: field(team, 'primary') === true,
  };
}

function invalidResponse(): GatewayError {
  return new GatewayError('HUBSPOT_BAD_RESPONSE', 'HubSpot answered something that is not a list of owners.', {});
}
