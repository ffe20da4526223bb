import { type CrmObject, crmObject, type ObjectType } from '../../crm/objects.ts';
import { GatewayError } from '../../errors.ts';
import { recordIdIn } from '../ids/global-id.ts';
import type { WriteInput } from '../ids/require-installation.ts';
import { type GivenId, givenId } from '../ids/target-portal.ts';
import type { CreateInput, UpdateInput, UpsertInput } from '../types/write-inputs.ts';
import { propertyNames } from '../values/property-names.ts';
import {
  givenValues,
  type InputPath,
  type PropertyChanges,
  propertyChanges,
  type ValuesInput,
  valueWithin,
} from './property-changes.ts';

// Each reads an input as the portal `hubId` has it, and throws BAD_USER_INPUT for what no portal could take.

/** The number of no portal: to it, every global id is of another one. */
export const NO_PORTAL = 0;

/** Where the id stands of the record that a mutation is about. */
export const RECORD: InputPath = ['input', 'id'];

/** What an input says to write, and where ids stand that name nothing of the portal. */
interface ReadInput {
  readonly written: PropertyChanges;
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
  const written = propertyChanges(type, input, hubId);
  const associatedRecords = (input.associations ?? []).map(({ objectType, id, label }) => ({
    objectType,
    id: recordIdIn(crmObject(objectType).typename, hubId, id, 'associations'),
    label: label ?? undefined,
  }));
  const absent = associatedRecords.flatMap(({ id }, index) => (id === undefined ? [associationPath(index, 'id')] : []));
  return { written, associatedRecords, absent: [...written.absent, ...absent] };
}

export function associationPath(index: number, field: 'id' | 'label'): InputPath {
  return ['input', 'associations', String(index), field];
}

export function readUpdate(type: CrmObject, input: UpdateInput, hubId: number): ReadInput & RecordId {
  const id = recordIdIn(type.typename, hubId, input.id);
  const written = propertyChanges(type, input, hubId);
  if (written.paths.size === 0 && written.absent.length === 0)
    throw new GatewayError('BAD_USER_INPUT', 'There is nothing to write.', { argument: 'input' });
  return { id, written, absent: id === undefined ? [RECORD] : written.absent };
}

/** `undefined` for a record of another portal or type. */
interface RecordId {
  readonly id: string | undefined;
}

export function readUpsert(type: CrmObject, input: UpsertInput, hubId: number): ReadInput & UniqueValue {
  const [idProperty = ''] = propertyNames('idProperty', input.idProperty ?? type.uniqueProperty ?? '');
  const idValue = valueWithin('idValue', input.idValue);
  if (idValue.trim() === '')
    throw new GatewayError('BAD_USER_INPUT', 'idValue must not be empty.', { argument: 'idValue' });
  const written = propertyChanges(type, input, hubId);
  return { idProperty, idValue, written, absent: written.absent };
}

interface UniqueValue {
  readonly idProperty: string;
  readonly idValue: string;
}

/** The ids of an input that writes values, of the record itself first. */
export function givenIds(
  type: CrmObject,
  input: WriteInput & ValuesInput & Pick<CreateInput, 'associations'> & { readonly id?: string },
): readonly GivenId[] {
  return [
    ...(input.id === undefined ? [] : [givenId('id', input.id)]),
    ...givenValues(type, input),
    ...(input.associations ?? []).map(({ id }) => givenId('associations', id)),
  ];
}
