import type { ObjectType } from '../../crm/objects.ts';
import { readScopes } from '../../crm/scopes.ts';
import { GatewayError } from '../../errors.ts';
import { type BatchFailures, parseBatchFailures } from '../batch-failures.ts';
import type { HubspotApi } from '../client.ts';
import { field, resultsOf } from '../json.ts';
import { nextCursor } from './objects.ts';

/** HubSpot's cap on the inputs of an association batch read. */
export const MAX_ASSOCIATION_INPUTS = 1_000;

/** The id of an associated record and the labels of the association, without the type that has no label. */
export interface Association {
  readonly id: string;
  readonly labels: readonly string[];
}

export interface AssociationPage {
  readonly associations: readonly Association[];
  /** HubSpot's cursor of this record's next page. */
  readonly next: string | undefined;
}

export interface AssociationReadInput {
  readonly id: string;
  readonly after?: string | undefined;
}

/** With the failures of records that are not in `pages`. */
export interface AssociationBatch extends BatchFailures {
  /** By record id. Records without associations are absent, as in HubSpot's results. */
  readonly pages: ReadonlyMap<string, AssociationPage>;
}

/**
 * `POST /crm/associations/{version}/{from}/{to}/batch/read`: one page of associated records for each of up to 1,000 records,
 * which must be distinct, because the answer identifies them only by the record's id.
 */
export async function batchReadAssociations(
  api: HubspotApi,
  from: ObjectType,
  to: ObjectType,
  inputs: readonly AssociationReadInput[],
): Promise<AssociationBatch> {
  const { body } = await api.send({
    name: `associations.${from}.${to}.batchRead`,
    method: 'POST',
    path: `/crm/associations/${api.version}/${from}/${to}/batch/read`,
    body: { inputs: inputs.map(({ id, after }) => (after === undefined ? { id } : { id, after })) },
    scopes: readScopes(from, to),
    budget: 'associations',
    idempotent: true,
  });
  const results = resultsOf(body);
  if (!results) throw invalidResponse();
  return { pages: new Map(results.map(parseResult)), ...parseBatchFailures(body) };
}

function parseResult(result: unknown): [string, AssociationPage] {
  const to = field(result, 'to');
  if (!Array.isArray(to)) throw invalidResponse();
  return [
    identifier(field(field(result, 'from'), 'id')),
    { associations: to.map(parseAssociation), next: nextCursor(result) },
  ];
}

function parseAssociation(associated: unknown): Association {
  const types = field(associated, 'associationTypes');
  const labels = Array.isArray(types) ? types.map((type) => field(type, 'label')) : [];
  return {
    id: identifier(field(associated, 'toObjectId')),
    labels: labels.filter((label) => typeof label === 'string'),
  };
}

/** HubSpot's documentation says string, but its samples and answers contain numbers. Both are accepted. */
function identifier(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  throw invalidResponse();
}

function invalidResponse(): GatewayError {
  return new GatewayError('HUBSPOT_BAD_RESPONSE', 'HubSpot answered something that is not a list of associations.', {});
}
