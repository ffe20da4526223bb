import type { ObjectType } from '../../crm/objects.ts';
import { writeScopes } from '../../crm/scopes.ts';
import { GatewayError } from '../../errors.ts';
import type { HubspotApi } from '../client.ts';
import { field } from '../json.ts';
import { refuseFailure } from '../partial-failure.ts';
import { type AssociationType, presentType } from './association-types.ts';
import { type HubspotRecord, parseRecord } from './objects.ts';
import { parseWarnings, type WriteWarning } from './write-warnings.ts';

/** Values by property. They are strings, and an empty string clears the property. */
export type PropertyValues = Readonly<Record<string, string>>;

/** An association of a new record with another one. The types are those from the new record to the other. */
export interface NewAssociation {
  readonly toType: ObjectType;
  readonly toId: string;
  readonly types: readonly AssociationType[];
}

/** A written record as HubSpot answers it. */
export interface WrittenRecord {
  readonly record: HubspotRecord;
  /** `null` when HubSpot does not report it. */
  readonly isNew: boolean | null;
  /** The values that HubSpot changed before it wrote them. */
  readonly warnings: readonly WriteWarning[];
}

/**
 * `POST /crm/objects/{version}/{objectType}`. The answer has the written properties, and those that HubSpot has set.
 * @throws HubspotRefusalError
 */
export async function createRecord(
  api: HubspotApi,
  objectType: ObjectType,
  { properties, associations }: { properties: PropertyValues; associations: readonly NewAssociation[] },
): Promise<WrittenRecord> {
  const { body } = await api.send({
    name: `${objectType}.create`,
    method: 'POST',
    path: `/crm/objects/${api.version}/${objectType}`,
    body: { properties, ...presentAssociations(associations) },
    scopes: writeScopes(objectType),
  });
  return { record: parseWritten(body), isNew: true, warnings: parseWarnings(body, properties) };
}

/** The associations of a new record, in HubSpot's format. */
export function presentAssociations(associations: readonly NewAssociation[]): object {
  if (associations.length === 0) return {};
  return { associations: associations.map(({ toId, types }) => ({ to: { id: toId }, types: types.map(presentType) })) };
}

/**
 * `PATCH /crm/objects/{version}/{objectType}/{id}`. The answer has the written properties, not all of the record.
 * @throws HubspotRefusalError
 */
export async function updateRecord(
  api: HubspotApi,
  objectType: ObjectType,
  id: string,
  properties: PropertyValues,
): Promise<WrittenRecord> {
  const { body } = await api.send({
    name: `${objectType}.update`,
    method: 'PATCH',
    path: `/crm/objects/${api.version}/${objectType}/${id}`,
    body: { properties },
    scopes: writeScopes(objectType),
  });
  return { record: parseWritten(body), isNew: false, warnings: parseWarnings(body, properties) };
}

/** The record of an upsert: the one whose unique property has this value, or a new one. */
export interface UpsertTarget {
  readonly idProperty: string;
  readonly idValue: string;
}

/**
 * `POST /crm/objects/{version}/{objectType}/batch/upsert` of a single record; HubSpot has no other upsert.
 * @throws HubspotRefusalError
 */
export async function upsertRecord(
  api: HubspotApi,
  objectType: ObjectType,
  { idProperty, idValue }: UpsertTarget,
  properties: PropertyValues,
): Promise<WrittenRecord> {
  const { body } = await api.send({
    name: `${objectType}.upsert`,
    method: 'POST',
    path: `/crm/objects/${api.version}/${objectType}/batch/upsert`,
    body: { inputs: [{ idProperty, id: idValue, properties }] },
    scopes: writeScopes(objectType),
  });
  refuseFailure(body);
  const results = field(body, 'results');
  const result: unknown = Array.isArray(results) ? results[0] : undefined;
  const record = parseWritten(result);
  const isNew = field(result, 'new');
  return {
    record,
    isNew: typeof isNew === 'boolean' ? isNew : null,
    warnings: parseWarnings(result, { [idProperty]: idValue, ...properties }),
  };
}

/** `DELETE /crm/objects/{version}/{objectType}/{id}` moves a record to the recycle bin. It succeeds if there is none. */
export async function archiveRecord(api: HubspotApi, objectType: ObjectType, id: string): Promise<void> {
  const { body } = await api.send({
    name: `${objectType}.archive`,
    method: 'DELETE',
    path: `/crm/objects/${api.version}/${objectType}/${id}`,
    scopes: writeScopes(objectType),
  });
  refuseFailure(body);
}

/**
 * The record in the answer to a write.
 * @throws GatewayError HUBSPOT_BAD_RESPONSE
 */
export function parseWritten(body: unknown): HubspotRecord {
  try {
    return parseRecord(body);
  } catch (cause) {
    const message = 'HubSpot answered a write with something that is not a record. The write may have succeeded.';
    throw new GatewayError('HUBSPOT_BAD_RESPONSE', message, {}, { cause });
  }
}
