import type { ObjectType } from '../../crm/objects.ts';
import { writeScopes } from '../../crm/scopes.ts';
import type { HubspotApi } from '../client.ts';
import { refuseFailure } from '../partial-failure.ts';
import { type AssociationType, presentType } from './association-types.ts';

/** Two records, and the direction of the association between them. */
export interface RecordPair {
  readonly from: { readonly objectType: ObjectType; readonly id: string };
  readonly to: { readonly objectType: ObjectType; readonly id: string };
}

/** `PUT …/associations/default/…` associates two records without a label, and keeps existing labels. @throws HubspotRefusalError */
export async function associatePlainly(api: HubspotApi, pair: RecordPair): Promise<void> {
  const { from, to } = pair;
  const { body } = await api.send({
    name: `associations.${from.objectType}.${to.objectType}.create`,
    method: 'PUT',
    path: `/crm/objects/${api.version}/${from.objectType}/${from.id}/associations/default/${to.objectType}/${to.id}`,
    scopes: writeScopes(from.objectType, to.objectType),
  });
  refuseFailure(body);
}

/**
 * `PUT …/associations/…` replaces all labels of an association with these.
 * https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records/guide
 * @throws HubspotRefusalError
 */
export async function replaceAssociationTypes(
  api: HubspotApi,
  pair: RecordPair,
  types: readonly AssociationType[],
): Promise<void> {
  const { from, to } = pair;
  const { body } = await api.send({
    name: `associations.${from.objectType}.${to.objectType}.label`,
    method: 'PUT',
    path: associationPath(api, pair),
    body: types.map(presentType),
    scopes: writeScopes(from.objectType, to.objectType),
  });
  refuseFailure(body);
}

/** `DELETE …/associations/…` removes an association with all its labels. It succeeds if there is none. */
export async function removeAssociation(api: HubspotApi, pair: RecordPair): Promise<void> {
  const { from, to } = pair;
  const { body } = await api.send({
    name: `associations.${from.objectType}.${to.objectType}.archive`,
    method: 'DELETE',
    path: associationPath(api, pair),
    scopes: writeScopes(from.objectType, to.objectType),
  });
  refuseFailure(body);
}

/**
 * `POST /crm/associations/{version}/{from}/{to}/batch/labels/archive` removes labels and keeps the association.
 * @throws HubspotRefusalError
 */
export async function removeAssociationTypes(
  api: HubspotApi,
  { from, to }: RecordPair,
  types: readonly AssociationType[],
): Promise<void> {
  const { body } = await api.send({
    name: `associations.${from.objectType}.${to.objectType}.unlabel`,
    method: 'POST',
    path: `/crm/associations/${api.version}/${from.objectType}/${to.objectType}/batch/labels/archive`,
    body: { inputs: [{ from: { id: from.id }, to: { id: to.id }, types: types.map(presentType) }] },
    scopes: writeScopes(from.objectType, to.objectType),
    budget: 'associations',
  });
  refuseFailure(body);
}

function associationPath({ version }: HubspotApi, { from, to }: RecordPair): string {
  return `/crm/objects/${version}/${from.objectType}/${from.id}/associations/${to.objectType}/${to.id}`;
}
