import {
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from 'graphql';
import type { Random } from './random.ts';

/** How often a value is of a wrong kind. */
const WRONG = 0.01;
const WRONG_VALUES = [7, -1.5, 1e40, 'x', '', '\u0000', true, [], {}, ['x'], { x: 1 }, null, 'Contact:0:0'] as const;
/** Inputs within inputs. */
const MAX_DEPTH = 3;

/** By the name of the argument or input field, where its type does not tell enough. */
const VALUES: Readonly<Record<string, readonly [unknown, ...unknown[]]>> = {
  id: ['100001', '100002', '300001', '200001', '1', 'Contact:1234567:100001', 'Deal:1234567:300002', 'Installation:1'],
  installationId: ['Installation:1', 'Installation:2'],
  first: [1, 2, 2, 3, 5, 20, 0, 101, null],
  after: [null, null, 'MQ', 'x'],
  email: ['nobody@one.example', 'x', 'ADA@one.example'],
  idProperty: ['email', 'email', 'domain', 'hs_object_id', 'No Name'],
  idValue: ['ada@one.example', 'x'],
  name: ['email', 'amount', 'createdate', 'hs_lead_status', 'lifecyclestage', 'industry', 'no_such_one', 'No Name'],
  names: ['email', 'amount', 'closedate', 'hubspot_owner_id', 'dealstage', 'city', 'no_such_one'],
  query: ['copper', 'a', ''],
  archived: [false, false, false, true],
  document: ['{ contacts { nodes { id } } }', 'query A { viewer { id } } query B { viewer { id } }', '{ x', ''],
  operationName: ['A', 'C'],
  documents: ['{ deals { nodes { id } } }', '{ x }'],
  connection: ['x'],
  label: ['Decision maker', 'Nobody'],
  labels: ['Decision maker', 'Nobody'],
  ownerId: ['1', 'Owner:1234567:1', 'x'],
  pipelineId: ['default', 'Pipeline:1234567:default'],
  stageId: ['contractsent', 'PipelineStage:1234567:contractsent', 'nowhere'],
  returnTo: ['https://app.example/settings', 'https://evil.example'],
  scopes: ['crm.objects.contacts.read', 'x'],
  optionalScopes: ['crm.objects.deals.read'],
};
const SCALARS: Readonly<Record<string, readonly [unknown, ...unknown[]]>> = {
  ID: ['1', '100001', 7],
  Int: [0, 1, 2, 2_147_483_647, -1],
  Boolean: [true, false],
  Decimal: ['1', '-2.5', 3, '1e3', '99999999999999999999.5', 'x'],
  DateTime: ['2026-01-01T00:00:00Z', '2026-02-30T00:00:00Z', '1764547200000'],
};
const TEXTS = ['', 'a', 'Ada', 'é', '\u202e', '{{x}}', "' or 1=1 --"] as const;

/** A value for an input of this type, as JSON has it; now and then one that does not fit. */
export function randomInput(type: GraphQLInputType, name: string, random: Random, depth = 0): unknown {
  if (random.chance(WRONG)) return random.pick(WRONG_VALUES);
  if (isNonNullType(type)) return randomInput(type.ofType, name, random, depth);
  if (isListType(type)) {
    const length = depth < MAX_DEPTH ? random.integer(0, 2) : 0;
    return Array.from({ length }, () => randomInput(type.ofType, name, random, depth + 1));
  }
  if (isInputObjectType(type)) {
    const share = Math.min(1, 1.5 / Object.keys(type.getFields()).length);
    const entries = Object.values(type.getFields())
      .filter((field) => isRequiredInputField(field) || (depth < MAX_DEPTH && random.chance(share)))
      .map((field) => [field.name, randomInput(field.type, field.name, random, depth + 1)]);
    return Object.fromEntries(entries);
  }
  if (isEnumType(type)) return type.getValues()[random.integer(0, type.getValues().length - 1)]?.name;
  return random.pick(VALUES[name] ?? SCALARS[type.name] ?? TEXTS);
}

/** Puts something else in place of a value inside of an input, or leaves it. */
export type Replace = (value: unknown, type: GraphQLInputType) => string | undefined;

/** The value as a document spells it. */
export function literal(value: unknown, type: GraphQLInputType, replace: Replace = () => undefined): string {
  const nullable = isNonNullType(type) ? type.ofType : type;
  const inner = (item: unknown, itemType: GraphQLInputType) =>
    replace(item, itemType) ?? literal(item, itemType, replace);
  if (Array.isArray(value)) {
    const itemType = isListType(nullable) ? nullable.ofType : nullable;
    return `[${value.map((item) => inner(item, itemType)).join(', ')}]`;
  }
  const named = getNamedType(type);
  if (typeof value === 'object' && value !== null) {
    const fields = isInputObjectType(named) ? named.getFields() : {};
    return `{ ${Object.entries(value).map(([name, item]) => `${name}: ${inner(item, fields[name]?.type ?? type)}`)} }`;
  }
  if (isEnumType(named) && typeof value === 'string' && /^[A-Z]\w*$/.test(value)) return value;
  return JSON.stringify(value);
}
