import { normalizedMessage } from '../../assumptions.ts';
import type { Portal } from '../../portal.ts';
import { Refusal } from '../../refusal.ts';
import { factsOf, type ObjectTypeName } from '../object-types.ts';
import type { StoredRecord } from '../records/record-store.ts';
import type { WriteTarget } from '../records/write-target.ts';
import { checkRules } from './validation-rules.ts';
import { checkValue, oneOf, type ValueContext } from './value-checks.ts';
import type { Verdict } from './verdict.ts';

/** An invalid property of a write. */
export interface PropertyFault {
  readonly name: string;
  readonly error: string;
  readonly message: string;
  /** Absent when the property itself is invalid. */
  readonly value?: string;
}

/** A value that HubSpot changed, in the answer to a write of version 2026-09. */
export interface WriteWarning {
  readonly category: 'PROPERTY_VALUE_NORMALIZED';
  readonly context: {
    readonly propertyName: string;
    readonly rawValue: string;
    /** In epoch milliseconds. */
    readonly normalizedValue: string;
  };
  readonly message: string;
}

export interface CheckedValues {
  /** In their stored form. An empty value clears the property. */
  readonly values: Readonly<Record<string, string>>;
  readonly warnings: readonly WriteWarning[];
  readonly faults: readonly PropertyFault[];
}

/** Validates all values of a write. `record` is the updated record. */
export function checkValues(
  { portal, type: { name: type }, strict }: WriteTarget,
  given: Readonly<Record<string, string>>,
  record?: StoredRecord,
): CheckedValues {
  const values: Record<string, string> = {};
  const warnings: WriteWarning[] = [];
  const faults: PropertyFault[] = [];
  for (const [name, value] of Object.entries(given)) {
    const definition = portal.definition(type, name);
    if (!definition) {
      faults.push({ name, error: 'PROPERTY_DOESNT_EXIST', message: `Property "${name}" does not exist` });
      continue;
    }
    const current = record?.properties.get(name);
    const verdict = verdictOn(value, { portal, type, definition, normalizes: strict, current });
    if ('error' in verdict) {
      faults.push({ name, value, ...verdict });
      continue;
    }
    values[name] = verdict.value;
    if (verdict.normalizedTo !== undefined) warnings.push(normalized(name, value, verdict.normalizedTo));
  }
  const stage = stageFault(portal, type, { ...Object.fromEntries(record?.properties ?? []), ...values }, values);
  return { values, warnings, faults: stage ? [...faults, stage] : faults };
}

function normalized(propertyName: string, rawValue: string, to: number): WriteWarning {
  const context = { propertyName, rawValue, normalizedValue: String(to) };
  return { category: 'PROPERTY_VALUE_NORMALIZED', context, message: normalizedMessage(propertyName) };
}

/** HubSpot's error for invalid values. It has all of them as text in the message, and as a list. */
export function faultyValues(portal: Portal, faults: readonly PropertyFault[]): Refusal {
  const listed = faults.map(({ name, error, message, value }) => ({
    isValid: false,
    message,
    error,
    name,
    localizedErrorMessage: message,
    ...(value !== undefined && { propertyValue: value }),
    portalId: portal.hubId,
  }));
  return new Refusal(400, {
    message: `Property values were not valid: ${JSON.stringify(listed)}`,
    errors: faults.map(({ name, error, message }) => ({ message, code: error, context: { propertyName: [name] } })),
    category: 'VALIDATION_ERROR',
  });
}

function verdictOn(value: string, context: ValueContext): Verdict {
  const { name, calculated, modificationMetadata } = context.definition;
  if (modificationMetadata.readOnlyValue) {
    const kind = calculated ? 'calculated' : 'read only';
    return { error: 'READ_ONLY_VALUE', message: `"${name}" is a ${kind} property; its value cannot be set.` };
  }
  if (value === '') return { value };
  const verdict = checkValue(value, context);
  if ('error' in verdict) return verdict;
  const { portal, type } = context;
  const broken = checkRules(verdict.value, portal.validations[type].get(name) ?? [], portal.clock.now());
  return 'error' in broken ? broken : verdict;
}

/** A stage must belong to the record's pipeline after the write. */
function stageFault(
  portal: Portal,
  type: ObjectTypeName,
  after: Readonly<Record<string, string>>,
  written: Readonly<Record<string, string>>,
): PropertyFault | undefined {
  const { pipelines: names } = factsOf(type);
  if (!names || (written[names.stage] === undefined && written[names.pipeline] === undefined)) return undefined;
  const pipelineId = after[names.pipeline] ?? names.standard.id;
  const pipeline = portal.pipelines[type].find(({ id }) => id === pipelineId);
  const value = after[names.stage] ?? '';
  if (!pipeline || value === '') return undefined;
  const verdict = oneOf(
    value,
    pipeline.stages.map(({ id }) => id),
  );
  return 'error' in verdict ? { name: names.stage, value, ...verdict } : undefined;
}
