import type { CrmObject } from '../../crm/objects.ts';
import type { Property } from '../../crm/property.ts';
import { GatewayError } from '../../errors.ts';
import type { PropertyValues } from '../../hubspot/crm/record-writes.ts';
import { recordIdIn } from '../ids/global-id.ts';
import { parsePipelineGlobalId, pipelineReference } from '../ids/pipeline-ids.ts';
import { type ArgumentId, argumentId } from '../ids/target-portal.ts';
import { toPlainDecimal } from '../values/plain-decimal.ts';
import { propertyNames } from '../values/property-names.ts';

/** The fields of an input that are property values. */
export interface ValuesInput {
  readonly properties?:
    | readonly { readonly name: string; readonly value?: string | null | undefined }[]
    | null
    | undefined;
  readonly [field: string]: unknown;
}

/** The path of an input field in the arguments, such as `['input', 'properties', '0']`. */
export type InputPath = readonly string[];

/** The property changes of an input. */
export interface PropertyChanges {
  /** In HubSpot's format: an empty text clears the property. */
  readonly values: PropertyValues;
  /** The path of each property. */
  readonly paths: ReadonlyMap<string, InputPath>;
  /** The paths of ids that are not in this portal. */
  readonly absent: readonly InputPath[];
}

/**
 * The longest value of a property in UTF-16 code units: https://developers.hubspot.com/docs/guides/api/crm/properties
 */
const MAX_VALUE = 65_536;

/**
 * Checks the length of a property's value.
 * @throws GatewayError BAD_USER_INPUT for a value that is too long for any property
 */
export function valueWithin(argument: string, value: string): string {
  if (value.length <= MAX_VALUE) return value;
  throw new GatewayError('BAD_USER_INPUT', `${argument} may hold ${MAX_VALUE} characters at most.`, { argument });
}

/**
 * Reads the property changes of an input for the portal `hubId`.
 * @throws GatewayError BAD_USER_INPUT for an invalid or duplicate property name, an invalid id, or a value that is too
 * long
 */
export function propertyChanges({ inputs }: CrmObject, input: ValuesInput, hubId: number): PropertyChanges {
  // A Map, because a property can have the name __proto__.
  const values = new Map<string, string>();
  const paths = new Map<string, InputPath>();
  const absent: InputPath[] = [];
  /** A stage's global id contains its pipeline. */
  let stage: { readonly name: string; readonly pipeline: string; readonly pipelineId: string } | undefined;
  const write = (property: string, value: string, path: InputPath): void => {
    if (values.has(property)) throw badProperties(`The property ${property} is given twice.`);
    values.set(property, value);
    paths.set(property, path);
  };

  for (const [name, field] of Object.entries(inputs)) {
    const inputValue = input[name];
    if (inputValue === undefined) continue;
    const value = wireValue(name, field, inputValue, hubId);
    const { pipeline } = field;
    const pipelineId = pipeline === undefined ? undefined : parsePipelineGlobalId(String(inputValue))?.pipelineId;
    if (pipeline && pipelineId) stage = { name, pipeline, pipelineId };
    if (value === undefined) absent.push(['input', name]);
    else write(field.name, valueWithin(name, value), ['input', name]);
  }
  const properties = input.properties ?? [];
  propertyNames(
    'properties',
    properties.map(({ name }) => name),
  );
  for (const [index, { name, value }] of properties.entries()) {
    if (value === undefined) throw badProperties(`The property ${name} has no value: null clears it.`);
    write(name, valueWithin('properties', value ?? ''), ['input', 'properties', String(index)]);
  }
  if (stage) {
    const pipelineId = values.get(stage.pipeline);
    if (pipelineId === undefined) write(stage.pipeline, stage.pipelineId, ['input', stage.name]);
    else if (pipelineId !== stage.pipelineId) throw stageOfOtherPipeline(stage.name);
  }
  return { values: Object.fromEntries(values), paths, absent };
}

/** The ids in the property values. */
export function valueIds({ inputs }: CrmObject, input: ValuesInput): readonly ArgumentId[] {
  return Object.entries(inputs).flatMap(([name, { kind }]) => {
    if (input[name] == null) return [];
    const id = String(input[name]);
    if (kind === 'owner') return [argumentId(name, id)];
    if (kind !== 'stage' && kind !== 'pipeline') return [];
    return [{ argument: name, hubId: pipelineReference(kind, id, name)?.hubId }];
  });
}

/** The input field of `property`, whether or not it has a value; `null` when the input has no field for it. */
export function pathOf({ inputs }: CrmObject, { paths }: PropertyChanges, property: string): InputPath | null {
  const path = paths.get(property);
  if (path) return path;
  const field = Object.entries(inputs).find(([, { name }]) => name === property);
  return field ? ['input', field[0]] : null;
}

/** The value in HubSpot's format; `undefined` for an id of another portal. */
function wireValue(name: string, { kind }: Property, input: unknown, hubId: number): string | undefined {
  if (input === null) return '';
  if (kind === 'owner') return recordIdIn('Owner', hubId, String(input), name);
  if (kind === 'stage' || kind === 'pipeline') {
    const reference = pipelineReference(kind, String(input), name);
    if (!reference) return String(input);
    return reference.hubId === String(hubId) ? (reference.stageId ?? reference.pipelineId) : undefined;
  }
  if (kind === 'number') return toPlainDecimal(String(input));
  // HubSpot also takes ISO 8601, but warns about it from version 2026-09 on.
  return String(input instanceof Date ? input.getTime() : input);
}

function stageOfOtherPipeline(argument: string): GatewayError {
  const message = `${argument} is a stage of another pipeline than the one that is given beside it.`;
  return new GatewayError('BAD_USER_INPUT', message, { argument });
}

function badProperties(message: string): GatewayError {
  return new GatewayError('BAD_USER_INPUT', message, { argument: 'properties' });
}
