import { plainTypeId } from '../../crm/associations.ts';
import type { ObjectType } from '../../crm/objects.ts';
import { readScopes } from '../../crm/scopes.ts';
import { GatewayError } from '../../errors.ts';
import type { HubspotApi } from '../client.ts';
import { field, identifier, resultsOf } from '../json.ts';
import { nextCursor } from './objects.ts';

/** A type of associations from one object type to another. Each direction has its own types. */
export interface AssociationType {
  /** `HUBSPOT_DEFINED`, `USER_DEFINED`, `INTEGRATOR_DEFINED`, `WORK`. */
  readonly category: string;
  readonly typeId: number;
  /** Such as `Decision maker`; `null` for the association without a label. */
  readonly label: string | null;
}

/** The association without a label. */
export function plainType(from: ObjectType, to: ObjectType): AssociationType {
  return { category: 'HUBSPOT_DEFINED', typeId: plainTypeId(from, to), label: null };
}

/** The type in the format of requests. */
export function presentType({ category, typeId }: AssociationType) {
  return { associationCategory: category, associationTypeId: typeId };
}

/** `GET /crm/associations/{version}/{from}/{to}/labels`: HubSpot's own types and those that the portal defined. */
export async function listAssociationTypes(
  api: HubspotApi,
  from: ObjectType,
  to: ObjectType,
): Promise<readonly AssociationType[]> {
  const { body } = await api.send({
    name: `associations.${from}.${to}.labels`,
    method: 'GET',
    path: `/crm/associations/${api.version}/${from}/${to}/labels`,
    scopes: readScopes(from, to),
    budget: 'associations',
  });
  const results = resultsOf(body);
  if (!results) throw invalidResponse();
  return results.map(parseType);
}

export interface AssociationTypesPage {
  /** The types of the association to each associated record, by its id. */
  readonly types: ReadonlyMap<string, readonly AssociationType[]>;
  /** HubSpot's cursor of the next page; `undefined` on the last. */
  readonly next: string | undefined;
}

/** HubSpot's cap on one page of a record's associations. */
const PAGE = 500;

/** `GET /crm/objects/{version}/{from}/{id}/associations/{to}`: the associated records of one record, with all types. */
export async function listAssociations(
  api: HubspotApi,
  { from, id, to }: { from: ObjectType; id: string; to: ObjectType },
  after: string | undefined,
): Promise<AssociationTypesPage> {
  const query = new URLSearchParams({ limit: String(PAGE), ...(after !== undefined && { after }) });
  const { body } = await api.send({
    name: `associations.${from}.${to}.list`,
    method: 'GET',
    path: `/crm/objects/${api.version}/${from}/${id}/associations/${to}?${query}`,
    scopes: readScopes(from, to),
  });
  const results = resultsOf(body);
  if (!results) throw invalidResponse();
  return { types: new Map(results.map(parseAssociation)), next: nextCursor(body) };
}

/** Invalid types must not be skipped, since adding a label replaces all types with those that were read. */
function parseAssociation(associated: unknown): [string, readonly AssociationType[]] {
  const [id, types] = [identifier(field(associated, 'toObjectId')), field(associated, 'associationTypes')];
  if (id === null || !Array.isArray(types)) throw invalidResponse();
  return [id, types.map(parseType)];
}

function parseType(type: unknown): AssociationType {
  const [category, typeId, label] = ['category', 'typeId', 'label'].map((name) => field(type, name));
  if (typeof category !== 'string' || typeof typeId !== 'number') throw invalidResponse();
  return { category, typeId, label: typeof label === 'string' ? label : null };
}

function invalidResponse(): GatewayError {
  return new GatewayError('HUBSPOT_BAD_RESPONSE', 'HubSpot answered something that is not a list of associations.', {});
}
