import { validationError } from '../../answers.ts';
import { sensitiveScopes } from '../../assumptions.ts';
import type { Portal } from '../../portal.ts';
import { associationPage } from '../associations/association-page.ts';
import { type ObjectTypeFacts, objectType, readScopes } from '../object-types.ts';
import type { DataSensitivity } from '../properties/property-definitions.ts';
import { type Session, scopeFailure } from '../session.ts';
import type { StoredRecord } from './record-store.ts';

const MAX_INLINE_ASSOCIATIONS = 100;

/** The parts of records that a request selects. */
export interface RecordView {
  /** Names of properties. Empty for the type's default properties. */
  readonly properties: readonly string[];
  readonly associations: readonly ObjectTypeFacts[];
  readonly archived: boolean;
}

/** A list in the query is separated by commas, or is a repeated parameter, as in HubSpot's SDK. */
export function parseView(type: ObjectTypeFacts, query: Readonly<Record<string, string[]>>): RecordView | Response {
  const associations = commaList(query.associations).map((name) => objectType(name));
  if (associations.includes(undefined))
    return validationError(`There is no association from ${type.name} to that type.`);
  return {
    properties: commaList(query.properties),
    associations: associations.filter((facts) => facts !== undefined),
    archived: query.archived?.[0] === 'true',
  };
}

/** HubSpot's error when the token cannot read all parts of a view. */
export function viewFailure(session: Session, type: ObjectTypeFacts, view: RecordView): Response | undefined {
  return (
    scopeFailure(session, readScopes(type, ...view.associations)) ??
    sensitiveFailure(session, type, view.properties, 'read')
  );
}

/**
 * HubSpot's error when the token cannot read or write a sensitive property in `names`. Definitions need no such scope.
 * https://developers.hubspot.com/docs/guides/api/crm/sensitive-data
 */
export function sensitiveFailure(
  session: Session,
  type: ObjectTypeFacts,
  names: readonly string[],
  access: 'read' | 'write',
): Response | undefined {
  const sensitivities = new Set(names.map((name) => session.portal.definition(type.name, name)?.dataSensitivity));
  return [...sensitivities]
    .map((sensitivity = 'non_sensitive') => sensitivityFailure(session, type, sensitivity, access))
    .find((refused) => refused !== undefined);
}

/** HubSpot's error when the token cannot read or write values of this sensitivity. */
export function sensitivityFailure(
  session: Session,
  type: ObjectTypeFacts,
  sensitivity: DataSensitivity,
  access: 'read' | 'write',
): Response | undefined {
  if (sensitivity === 'non_sensitive') return undefined;
  return scopeFailure(
    session,
    sensitiveScopes(type.name, sensitivity, access).map((scope) => [scope]),
  );
}

/** A record in HubSpot's answer. */
export function presentRecord(portal: Portal, type: ObjectTypeFacts, record: StoredRecord, view: RecordView) {
  return present(portal, type, record, view, shownNames(portal, type, view.properties));
}

/** Records in HubSpot's answer. */
export function presentRecords(
  portal: Portal,
  type: ObjectTypeFacts,
  records: readonly StoredRecord[],
  view: RecordView,
) {
  const names = shownNames(portal, type, view.properties);
  return records.map((record) => present(portal, type, record, view, names));
}

function present(
  portal: Portal,
  type: ObjectTypeFacts,
  record: StoredRecord,
  view: RecordView,
  names: readonly string[],
) {
  const associations = view.associations.flatMap((to) => {
    const from = { type: type.name, id: record.id };
    const { page, paging } = associationPage(portal, from, to.name, { limit: MAX_INLINE_ASSOCIATIONS });
    const results = page.flatMap(([id, types]) =>
      types.length > 1 && types.some(({ label }) => label === 'Primary')
        ? [
            { id, type: `${type.singular}_to_${to.singular}` },
            { id, type: `${type.singular}_to_${to.singular}_unlabeled` },
          ]
        : [{ id, type: `${type.singular}_to_${to.singular}` }],
    );
    return results.length > 0 ? [[to.name, { results, paging }] as const] : [];
  });
  return {
    ...presentValues(portal, type, record, presentProperties(record, names)),
    ...(associations.length > 0 && { associations: Object.fromEntries(associations) }),
  };
}

/** A record with these property values in HubSpot's answer. */
export function presentValues(
  { hubId, account }: Portal,
  { typeId }: ObjectTypeFacts,
  record: StoredRecord,
  properties: Readonly<Record<string, string | null>>,
) {
  return {
    id: record.id,
    properties,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    archived: record.archivedAt !== undefined,
    ...(record.archivedAt !== undefined && { archivedAt: record.archivedAt }),
    url: `https://${account.uiDomain}/contacts/${hubId}/record/${typeId}/${record.id}`,
  };
}

/**
 * The requested and the default properties in alphabetical order, without properties that the portal does not define.
 */
function shownNames(portal: Portal, type: ObjectTypeFacts, requested: readonly string[]): readonly string[] {
  const wanted = new Set([...(requested.length > 0 ? requested : type.defaults), ...type.always]);
  return [...wanted].filter((name) => portal.definition(type.name, name)).sort();
}

/** `null` for an empty property. */
function presentProperties(record: StoredRecord, names: readonly string[]): Record<string, string | null> {
  const properties: Record<string, string | null> = {};
  for (const name of names) properties[name] = record.properties.get(name) ?? null;
  return properties;
}

function commaList(values: readonly string[] = []): string[] {
  return values.flatMap((value) => value.split(',')).filter((word) => word !== '');
}
