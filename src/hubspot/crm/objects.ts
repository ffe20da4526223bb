import type { ObjectType } from '../../crm/objects.ts';
import { readScopes } from '../../crm/scopes.ts';
import { GatewayError, isGatewayError } from '../../errors.ts';
import { ABSENT, type BatchFailures, NO_FAILURES, parseBatchFailures } from '../batch-failures.ts';
import type { HubspotApi, HubspotCall } from '../client.ts';
import { field, resultsOf } from '../json.ts';

/**
 * HubSpot answers 414 to a longer URL. It publishes no limit; users report 8,000 characters, and others 16,000.
 * https://github.com/dlt-hub/verified-sources/pull/311, https://github.com/PostHog/posthog/pull/31617
 */
export const MAX_URL_CHARACTERS = 6_000;

/** HubSpot's cap on `limit` of a list and on the inputs of a batch read. */
export const MAX_PAGE = 100;
export const MAX_BATCH = 100;

/** One CRM object as HubSpot returns it; every property value is a string, `null` when empty. */
export interface HubspotRecord {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null | undefined>>;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly archived: boolean;
  /** The URL of the record in HubSpot's user interface. */
  readonly url?: string;
  /** Only in the answers of list and get, for the requested types. */
  readonly associations?: Readonly<Record<string, InlineAssociations | undefined>>;
}

/** The associations in a record: at most 100, with `paging` when there are more. An id occurs once for each association type. */
export interface InlineAssociations {
  readonly results: readonly { readonly id: string; readonly type: string }[];
  readonly paging?: unknown;
}

export interface RecordPage {
  readonly records: readonly HubspotRecord[];
  /** HubSpot's cursor of the next page; `undefined` on the last. */
  readonly next: string | undefined;
}

export interface ListOptions {
  /** 1 to 100. */
  readonly limit: number;
  readonly after?: string | undefined;
  readonly properties: readonly string[];
  readonly associations?: readonly ObjectType[];
  readonly archived?: boolean | undefined;
}

/** `GET /crm/objects/{version}/{objectType}`. Inline associations need the read scope of the associated records, too. */
export async function listRecords(api: HubspotApi, objectType: ObjectType, options: ListOptions): Promise<RecordPage> {
  const { associations = [] } = options;
  const { body } = await api.send({
    name: `${objectType}.list`,
    method: 'GET',
    path: listPath(api, objectType, options),
    scopes: readScopes(objectType, ...associations),
  });
  return parseRecordPage(body);
}

/** The path of `listRecords`. Each property makes it longer. */
export function listPath(
  { version }: Pick<HubspotApi, 'version'>,
  objectType: ObjectType,
  { limit, after, properties, associations = [], archived = false }: ListOptions,
): string {
  const query = new URLSearchParams({ limit: String(limit) });
  if (after !== undefined) query.set('after', after);
  if (properties.length > 0) query.set('properties', properties.join(','));
  if (associations.length > 0) query.set('associations', associations.join(','));
  if (archived) query.set('archived', 'true');
  return `/crm/objects/${version}/${objectType}?${query}`;
}

export interface RecordOptions {
  /** The unique property whose value identifies the record; the record id when absent. */
  readonly idProperty?: string | undefined;
  readonly properties: readonly string[];
  readonly associations: readonly ObjectType[];
}

/**
 * `GET /crm/objects/{version}/{objectType}/{id}`. Inline associations need the read scope of the associated records, too. An id
 * that was merged into another record answers with that one.
 */
export async function getRecord(
  api: HubspotApi,
  objectType: ObjectType,
  id: string,
  options: RecordOptions,
): Promise<HubspotRecord> {
  const { body } = await api.send({
    name: `${objectType}.get`,
    method: 'GET',
    path: recordPath(api, objectType, id, options),
    scopes: readScopes(objectType, ...options.associations),
  });
  return parseRecord(body);
}

/** The path of `getRecord`. Each property makes it longer. */
export function recordPath(
  { version }: Pick<HubspotApi, 'version'>,
  objectType: ObjectType,
  id: string,
  { idProperty, properties, associations }: RecordOptions,
): string {
  const query = new URLSearchParams();
  if (idProperty !== undefined) query.set('idProperty', idProperty);
  if (properties.length > 0) query.set('properties', properties.join(','));
  if (associations.length > 0) query.set('associations', associations.join(','));
  return `/crm/objects/${version}/${objectType}/${encodeURIComponent(id)}?${query}`;
}

/** The records of a batch read: by record id, or by the value of a unique property. */
export interface BatchReadOptions {
  /** 1 to 100. */
  readonly ids: readonly string[];
  /** Absent: `ids` are record ids. */
  readonly idProperty?: string | undefined;
  readonly properties: readonly string[];
  /** Reads only archived records. */
  readonly archived?: boolean | undefined;
}

/** With the failures of inputs that are not in `records`. */
export interface RecordBatch extends BatchFailures {
  /**
   * In HubSpot's order, with the current id and values. A record that was requested by a former name, such as a merged id
   * or a secondary e-mail address, does not show that name.
   */
  readonly records: readonly HubspotRecord[];
}

/**
 * `POST /crm/objects/{version}/{objectType}/batch/read`. Records that do not exist are left out: HubSpot answers 207, or
 * by some reports 404 when none exists.
 */
export async function batchReadRecords(
  api: HubspotApi,
  objectType: ObjectType,
  { ids, idProperty, properties, archived = false }: BatchReadOptions,
): Promise<RecordBatch> {
  const call: HubspotCall = {
    name: `${objectType}.batchRead`,
    method: 'POST',
    path: `/crm/objects/${api.version}/${objectType}/batch/read${archived ? '?archived=true' : ''}`,
    body: { inputs: ids.map((id) => ({ id })), properties, ...(idProperty !== undefined && { idProperty }) },
    scopes: readScopes(objectType),
    idempotent: true,
  };
  try {
    const { body } = await api.send(call);
    return { records: parseRecordPage(body).records, ...parseBatchFailures(body) };
  } catch (error) {
    if (!isGatewayError(error, 'HUBSPOT_BAD_REQUEST') || error.extensions.hubspot?.category !== ABSENT) throw error;
    return { records: [], ...NO_FAILURES };
  }
}

/**
 * Reads `{results, paging}` of a list, a search or a batch.
 * @throws GatewayError HUBSPOT_BAD_RESPONSE when it is anything else
 */
export function parseRecordPage(body: unknown): RecordPage {
  const results = resultsOf(body);
  if (!results?.every(isRecord)) {
    throw new GatewayError('HUBSPOT_BAD_RESPONSE', 'HubSpot answered something that is not a list of records.', {});
  }
  return { records: results, next: nextCursor(body) };
}

/**
 * Reads a single record.
 * @throws GatewayError HUBSPOT_BAD_RESPONSE when it is anything else
 */
export function parseRecord(body: unknown): HubspotRecord {
  if (isRecord(body)) return body;
  throw new GatewayError('HUBSPOT_BAD_RESPONSE', 'HubSpot answered something that is not a record.', {});
}

/** HubSpot's cursor in `{paging: {next: {after}}}`; `undefined` on the last page. Searches can send it as a number. */
export function nextCursor(page: unknown): string | undefined {
  const after = field(field(field(page, 'paging'), 'next'), 'after');
  return (typeof after === 'string' && after !== '') || typeof after === 'number' ? String(after) : undefined;
}

/** Whether a value of HubSpot is a record. Allocates no objects, because it checks every record of every page. */
export function isRecord(value: unknown): value is HubspotRecord {
  return (
    typeof field(value, 'id') === 'string' &&
    typeof field(value, 'createdAt') === 'string' &&
    typeof field(value, 'updatedAt') === 'string' &&
    typeof field(value, 'archived') === 'boolean' &&
    typeof (field(value, 'url') ?? '') === 'string' &&
    isMapOf(field(value, 'properties'), isPropertyValue) &&
    isMapOf(field(value, 'associations') ?? NOTHING, isAssociationList)
  );
}

const NOTHING = {};

function isPropertyValue(value: unknown): boolean {
  return value === null || typeof value === 'string';
}

function isAssociationList(value: unknown): boolean {
  const results = field(value, 'results');
  return Array.isArray(results) && results.every((associated) => typeof field(associated, 'id') === 'string');
}

function isMapOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) if (!isItem(Reflect.get(value, name))) return false;
  return true;
}
