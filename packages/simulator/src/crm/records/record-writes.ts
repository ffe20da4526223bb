import type { Portal } from '../../portal.ts';
import { requireEditAssociations, requireRecords, requireTypes } from '../associations/association-checks.ts';
import type { RecordRef } from '../associations/association-store.ts';
import type { AssociationType } from '../associations/association-types.ts';
import type { ObjectTypeFacts } from '../object-types.ts';
import { computedOnUpdate } from '../properties/computed-properties.ts';
import { checkValues, faultyValues, type PropertyFault, type WriteWarning } from '../properties/property-validation.ts';
import { requireProperties } from '../properties/required-properties.ts';
import { requireEdit } from './record-rights.ts';
import type { StoredRecord } from './record-store.ts';
import { presentValues } from './record-view.ts';
import { requireFree } from './unique-values.ts';
import type { CreateInput } from './write-input.ts';
import type { WriteTarget } from './write-target.ts';

type Values = Readonly<Record<string, string>>;

/** A record in the answer to a write. */
export type WrittenRecord = ReturnType<typeof presentValues> & {
  readonly new?: boolean;
  /** The values that HubSpot changed. Absent when there are none. */
  readonly warnings?: readonly WriteWarning[];
};

/** A prepared write: its invalid values, its further checks, and its execution. */
export interface PlannedWrite {
  readonly faults: readonly PropertyFault[];
  /** Throws HubSpot's error. `claimed` has the unique values of earlier writes of the batch. */
  check(claimed: Set<string>): void;
  commit(): WrittenRecord;
}

/** Performs all writes or none. Throws HubSpot's error for all invalid values, or for the first refused write. */
export function commitAll(portal: Portal, writes: readonly PlannedWrite[]): WrittenRecord[] {
  const faults = writes.flatMap((write) => write.faults);
  if (faults.length > 0) throw faultyValues(portal, faults);
  const claimed = new Set<string>();
  for (const write of writes) write.check(claimed);
  return writes.map((write) => write.commit());
}

export function planCreate(
  target: WriteTarget,
  { properties, associations }: Omit<CreateInput, 'objectWriteTraceId'>,
): PlannedWrite {
  const { portal, type, strict } = target;
  const { values: checked, warnings, faults } = checkValues(target, withPipeline(type, properties));
  const values = Object.fromEntries(Object.entries(checked).filter(([, value]) => value !== ''));
  const connections = () =>
    (associations ?? []).map(({ to, types }) => ({ id: to.id, types: requireTypes(portal, types, type.name) }));
  return {
    faults,
    check(claimed) {
      if (strict && associations?.length) requireEditAssociations(portal);
      const write = { isNew: true, values, after: values };
      requireProperties(type.name, write, strict ? portal.requirements[type.name] : []);
      requireFree(portal, type, values, undefined, claimed);
      for (const { id, types } of connections()) requireRecords(portal, ...types.map(({ to }) => ({ type: to, id })));
    },
    commit() {
      const record = portal.create(type.name, values);
      for (const { id, types } of connections()) connect(portal, { type: type.name, id: record.id }, id, types);
      return warned(presentValues(portal, type, record, sorted(Object.fromEntries(record.properties))), warnings);
    },
  };
}

export function planUpdate(target: WriteTarget, record: StoredRecord, properties: Values): PlannedWrite {
  const { portal, type, strict } = target;
  const { values: checked, warnings, faults } = checkValues(target, properties, record);
  const values = forwardOnly(portal, type, record, checked);
  return {
    faults,
    check(claimed) {
      requireEdit(portal, record);
      const after = { ...Object.fromEntries(record.properties), ...values };
      const write = { isNew: false, values, after };
      requireProperties(type.name, write, strict ? portal.requirements[type.name] : []);
      requireFree(portal, type, values, record, claimed);
    },
    commit() {
      portal.update(type.name, record, values);
      const names = [...Object.keys(properties), ...Object.keys(computedOnUpdate(type.name, values)), ...type.always];
      const shown = names.map((name) => [name, record.properties.get(name) ?? '']);
      return warned(presentValues(portal, type, record, sorted(Object.fromEntries(shown))), warnings);
    },
  };
}

function warned(record: WrittenRecord, warnings: readonly WriteWarning[]): WrittenRecord {
  return { ...record, ...(warnings.length > 0 && { warnings }) };
}

/** Records without a pipeline are in the default pipeline. */
function withPipeline({ pipelines }: ObjectTypeFacts, properties: Values): Values {
  if (!pipelines || properties[pipelines.pipeline]) return properties;
  return { ...properties, [pipelines.pipeline]: pipelines.standard.id };
}

/**
 * HubSpot silently ignores a lifecycle stage before the current one. Clients must clear the property first.
 * https://developers.hubspot.com/docs/guides/api/crm/objects/contacts
 */
function forwardOnly(portal: Portal, { name }: ObjectTypeFacts, record: StoredRecord, values: Values): Values {
  const stages = portal.definition(name, 'lifecyclestage')?.options.map(({ value }) => value) ?? [];
  const { lifecyclestage = '', ...others } = values;
  const current = record.properties.get('lifecyclestage') ?? '';
  return lifecyclestage !== '' && stages.indexOf(lifecyclestage) < stages.indexOf(current) ? others : values;
}

/** Associates a new record. The association types decide the type of the other record. */
function connect(portal: Portal, from: RecordRef, id: string, types: readonly AssociationType[]): void {
  for (const [to, labels] of Map.groupBy(types, (type) => type.to))
    portal.associations.label(from, { type: to, id }, labels);
}

function sorted(properties: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1)));
}
