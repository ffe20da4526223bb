import type { NewAssociatedRecord } from '../../connector/writes/association-labels.ts';
import type { NewRecord } from '../../connector/writes/batch-writes.ts';
import { type CrmObject, crmObject, type ObjectType } from '../../crm/objects.ts';
import { GatewayError } from '../../errors.ts';
import type { PropertyValues, UpsertTarget } from '../../hubspot/crm/record-writes.ts';
import { recordIdIn } from '../ids/global-id.ts';
import type { WriteInput } from '../ids/require-installation.ts';
import { type ArgumentId, argumentId } from '../ids/target-portal.ts';
import type { CreateInput, UpdateInput, UpsertInput } from '../types/write-inputs.ts';
import { propertyNames } from '../values/property-names.ts';
import {
  type InputPath,
  type PropertyChanges,
  propertyChanges,
  type ValuesInput,
  valueIds,
  valueWithin,
} from './property-changes.ts';

// Each function reads an input for the portal `hubId`, and throws BAD_USER_INPUT for values that are invalid in every
// portal.

/** A number that no portal has. Every global id belongs to another portal. */
export const NO_PORTAL = 0;

/** The path of the id of a mutation's record. */
export const RECORD: InputPath = ['input', 'id'];

/** A mutation's property changes, and the paths of ids that are not in the portal. */
export interface ReadInput {
  readonly changes: PropertyChanges;
  readonly absent: readonly InputPath[];
}

export interface CreateRead extends ReadInput {
  readonly associatedRecords: readonly {
    readonly objectType: ObjectType;
    readonly id: string | undefined;
    readonly label: string | undefined;
  }[];
}

export function readCreate(type: CrmObject, input: CreateInput, hubId: number): CreateRead {
  const changes = propertyChanges(type, input, hubId);
  const associatedRecords = (input.associations ?? []).map(({ objectType, id, label }) => ({
    objectType,
    id: recordIdIn(crmObject(objectType).typename, hubId, id, 'associations'),
    label: label ?? undefined,
  }));
  const absent = associatedRecords.flatMap(({ id }, index) => (id === undefined ? [associationPath(index, 'id')] : []));
  return { changes, associatedRecords, absent: [...changes.absent, ...absent] };
}

/** A read input as the connector takes it. */
export function newRecord({ changes, associatedRecords }: CreateRead): NewRecord {
  return { properties: withoutEmpty(changes.values), associatedRecords: associatedRecords.filter(isPresent) };
}

function isPresent(associated: { readonly id: string | undefined }): associated is NewAssociatedRecord {
  return associated.id !== undefined;
}

/** An empty value clears a property, and a new record has no property to clear. */
function withoutEmpty(values: PropertyValues): PropertyValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
}

export function associationPath(index: number, field: 'id' | 'label'): InputPath {
  return ['input', 'associations', String(index), field];
}

export function readUpdate(type: CrmObject, input: UpdateInput, hubId: number): UpdateRead {
  const id = recordIdIn(type.typename, hubId, input.id);
  const changes = propertyChanges(type, input, hubId);
  if (changes.paths.size === 0 && changes.absent.length === 0)
    throw new GatewayError('BAD_USER_INPUT', 'There is nothing to write.', { argument: 'input' });
  return { id, changes, absent: id === undefined ? [RECORD] : changes.absent };
}

export interface UpdateRead extends ReadInput {
  /** `undefined` for the global id of another portal or type. */
  readonly id: string | undefined;
}

export function readUpsert(type: CrmObject, input: UpsertInput, hubId: number): UpsertRead {
  const [idProperty = ''] = propertyNames('idProperty', input.idProperty ?? type.uniqueProperty ?? '');
  const idValue = valueWithin('idValue', input.idValue);
  if (idValue.trim() === '')
    throw new GatewayError('BAD_USER_INPUT', 'idValue must not be empty.', { argument: 'idValue' });
  const changes = propertyChanges(type, input, hubId);
  return { idProperty, idValue, changes, absent: changes.absent };
}

export interface UpsertRead extends ReadInput, UpsertTarget {}

/** All ids of a mutation's input, the id of its record first. */
export function inputIds(
  type: CrmObject,
  input: WriteInput & ValuesInput & Pick<CreateInput, 'associations'> & { readonly id?: string },
): readonly ArgumentId[] {
  return [
    ...(input.id === undefined ? [] : [argumentId('id', input.id)]),
    ...valueIds(type, input),
    ...(input.associations ?? []).map(({ id }) => argumentId('associations', id)),
  ];
}
