import type { CrmObject, ObjectType } from '../../crm/objects.ts';
import type { FieldKind } from '../../crm/property.ts';
import { builder } from '../builder.ts';
import { eitherId } from '../ids/global-id.ts';
import { PROPERTY_NAME } from '../values/property-names.ts';
import { CrmObjectType } from './crm.ts';

/** The value of an optional input field. */
type Optional<T> = T | null | undefined;

/** The tests of one property. All of them must match. */
export interface Tests {
  readonly eq?: Optional<Operand>;
  readonly neq?: Optional<Operand>;
  readonly lt?: Optional<Operand>;
  readonly lte?: Optional<Operand>;
  readonly gt?: Optional<Operand>;
  readonly gte?: Optional<Operand>;
  readonly between?: Optional<readonly Operand[]>;
  readonly in?: Optional<readonly string[]>;
  readonly notIn?: Optional<readonly string[]>;
  readonly contains?: Optional<string>;
  readonly notContains?: Optional<string>;
  readonly exists?: Optional<boolean>;
}

/** A text or decimal number as text, or a date-time. */
export type Operand = string | Date;

export interface PropertyTests extends Tests {
  readonly name: string;
}

/** The value of an input such as `ContactFilter`, which also has fields for the properties of its type. */
export interface RecordFilter {
  readonly and?: Optional<readonly RecordFilter[]>;
  readonly or?: Optional<readonly RecordFilter[]>;
  readonly property?: Optional<readonly PropertyTests[]>;
  readonly associatedWith?: Optional<{ readonly objectType: ObjectType; readonly id: string }>;
}

const EQ = 'The value equals this one.';
const NEQ = 'The value differs from this one. HubSpot does not return records without a value.';
const IN = 'The value is one of these. An empty list matches no record.';
const NOT_IN =
  'The value is none of these. An empty list matches every record. HubSpot does not return records without a value.';
const CONTAINS =
  "The value contains these words, in upper or lower case. HubSpot's token match, in which `*` matches any characters (`*@acme.example`).";
const NOT_CONTAINS = 'The value does not contain all of these words. HubSpot does not return records without a value.';
const EXISTS = '`true`: the property has a value. `false`: it has none.';
const BETWEEN = 'The value is in the range of these two values, the lower one first. Both ends are in the range.';
const ALL_TESTS =
  'All tests must match. A filter without tests matches every record. The gateway refuses a test that is null or an empty text: use `exists: false` to find records without a value.';

const StringFilter = builder.inputType('StringFilter', {
  description: `Tests of a text, or of an option by HubSpot's internal value. Tests of texts ignore case, tests of options do not. ${ALL_TESTS}`,
  fields: (t) => ({
    eq: t.string({ description: EQ }),
    neq: t.string({ description: NEQ }),
    in: t.stringList({ description: IN }),
    notIn: t.stringList({ description: NOT_IN }),
    contains: t.string({ description: CONTAINS }),
    notContains: t.string({ description: NOT_CONTAINS }),
    exists: t.boolean({ description: EXISTS }),
  }),
});

const DecimalFilter = builder.inputType('DecimalFilter', {
  description: `Tests of a number. ${ALL_TESTS}`,
  fields: (t) => ({
    eq: t.field({ type: 'Decimal', description: EQ }),
    neq: t.field({ type: 'Decimal', description: NEQ }),
    lt: t.field({ type: 'Decimal', description: 'The value is less than this one.' }),
    lte: t.field({ type: 'Decimal', description: 'The value is less than or equal to this one.' }),
    gt: t.field({ type: 'Decimal', description: 'The value is greater than this one.' }),
    gte: t.field({ type: 'Decimal', description: 'The value is greater than or equal to this one.' }),
    between: t.field({ type: ['Decimal'], description: BETWEEN }),
    in: t.field({ type: ['Decimal'], description: IN }),
    exists: t.boolean({ description: EXISTS }),
  }),
});

const DateTimeFilter = builder.inputType('DateTimeFilter', {
  description: `Tests of a date-time, with a precision of milliseconds. ${ALL_TESTS}`,
  fields: (t) => ({
    eq: t.field({ type: 'DateTime', description: EQ }),
    neq: t.field({ type: 'DateTime', description: NEQ }),
    lt: t.field({ type: 'DateTime', description: 'The value is earlier than this one.' }),
    lte: t.field({ type: 'DateTime', description: 'The value is earlier than or equal to this one.' }),
    gt: t.field({ type: 'DateTime', description: 'The value is later than this one.' }),
    gte: t.field({ type: 'DateTime', description: 'The value is later than or equal to this one.' }),
    between: t.field({ type: ['DateTime'], description: BETWEEN }),
    exists: t.boolean({ description: EXISTS }),
  }),
});

const PropertyFilter = builder.inputType('PropertyFilter', {
  description: `Tests of any property, custom properties included. Values have HubSpot's format: decimal numbers, \`true\` or \`false\`, internal values of options, date-times in epoch milliseconds or ISO 8601. ${ALL_TESTS}`,
  fields: (t) => ({
    name: t.string({ required: true, description: PROPERTY_NAME }),
    eq: t.string({ description: EQ }),
    neq: t.string({ description: NEQ }),
    in: t.stringList({ description: IN }),
    notIn: t.stringList({ description: NOT_IN }),
    lt: t.string({ description: 'The value is less or earlier than this one.' }),
    lte: t.string({ description: 'The value is not greater or later than this one.' }),
    gt: t.string({ description: 'The value is greater or later than this one.' }),
    gte: t.string({ description: 'The value is not less or earlier than this one.' }),
    between: t.stringList({ description: BETWEEN }),
    contains: t.string({ description: CONTAINS }),
    notContains: t.string({ description: NOT_CONTAINS }),
    exists: t.boolean({ description: EXISTS }),
  }),
});

const AssociationFilter = builder.inputType('AssociationFilter', {
  description:
    'An association with one record, with any labels. The portal must also have granted the read scope of that type.',
  fields: (t) => ({
    objectType: t.field({ type: CrmObjectType, required: true, description: 'Type of the associated record.' }),
    id: t.id({ required: true, description: eitherId() }),
  }),
});

const TESTS = {
  string: { type: StringFilter, operand: 'By a text' },
  enumeration: { type: StringFilter, operand: 'By the internal value of an option' },
  owner: { type: StringFilter, operand: "By the owner's id, either HubSpot's id or the global id" },
  pipeline: { type: StringFilter, operand: "By the pipeline's id, either HubSpot's id or the global id" },
  stage: {
    type: StringFilter,
    operand:
      "By the stage's id: HubSpot's id, which matches in every pipeline, or the global id of one pipeline's stage",
  },
  number: { type: DecimalFilter, operand: 'By a number' },
  datetime: { type: DateTimeFilter, operand: 'By a date-time' },
} as const satisfies Readonly<Record<FieldKind, { type: object; operand: string }>>;

/** The filter input of a record type, such as `ContactFilter`. */
export function filterInput({ typename, filters }: CrmObject) {
  const ref = builder.inputRef<RecordFilter>(`${typename}Filter`);
  ref.implement({
    description:
      'Conditions of a search. All conditions must match. In disjunctive normal form, HubSpot accepts at most 5 alternatives, 6 conditions in each and 18 in total.',
    fields: (t) => ({
      ...Object.fromEntries(
        Object.entries(filters).map(([field, { name, kind }]) => [
          field,
          t.field({ type: TESTS[kind].type, description: `${TESTS[kind].operand}. Property \`${name}\`.` }),
        ]),
      ),
      associatedWith: t.field({
        type: AssociationFilter,
        description:
          "Associated with this record. The portal must also have granted the read scope of the record's type. The id of a record that was merged into another matches nothing: use the current `hubspotId` of the record.",
      }),
      property: t.field({
        type: [PropertyFilter],
        description: 'By any other property, custom properties included. All of these tests must match.',
      }),
      and: t.field({ type: [ref], description: 'All of these filters match. An empty list matches every record.' }),
      or: t.field({
        type: [ref],
        description: 'At least one of these filters matches. An empty list matches no record.',
      }),
    }),
  });
  return ref;
}
