import type { CrmObject, ObjectType } from '../../crm/objects.ts';
import type { FieldKind } from '../../crm/property.ts';
import { builder } from '../builder.ts';
import { eitherId } from '../ids/global-id.ts';
import { PROPERTY_NAME } from '../values/property-names.ts';
import { CrmObjectType } from './crm.ts';

/** What GraphQL hands over for an optional input. */
type Given<T> = T | null | undefined;

/** The tests of one property: whichever are given must all hold. */
export interface Tests {
  readonly eq?: Given<Operand>;
  readonly neq?: Given<Operand>;
  readonly lt?: Given<Operand>;
  readonly lte?: Given<Operand>;
  readonly gt?: Given<Operand>;
  readonly gte?: Given<Operand>;
  readonly between?: Given<readonly Operand[]>;
  readonly in?: Given<readonly string[]>;
  readonly notIn?: Given<readonly string[]>;
  readonly contains?: Given<string>;
  readonly notContains?: Given<string>;
  readonly exists?: Given<boolean>;
}

/** Texts and numbers as they are written, moments as dates. */
export type Operand = string | Date;

export interface PropertyTests extends Tests {
  readonly name: string;
}

/** `ContactFilter` and its like, as GraphQL hands it over: the fields of the type beside these. */
export interface RecordFilter {
  readonly and?: Given<readonly RecordFilter[]>;
  readonly or?: Given<readonly RecordFilter[]>;
  readonly property?: Given<readonly PropertyTests[]>;
  readonly associatedWith?: Given<{ readonly objectType: ObjectType; readonly id: string }>;
}

const EQ = 'Has this value.';
const NEQ = 'Has another value. As at HubSpot, records without any value are left out.';
const IN = 'Has one of these values; an empty list finds nothing.';
const NOT_IN =
  'Has another value than these; an empty list excludes nothing. As at HubSpot, records without any value are left out.';
const CONTAINS =
  "Contains these words, in upper or lower case: HubSpot's token match, in which `*` stands for any characters (`*@acme.example`).";
const NOT_CONTAINS = 'Does not contain all of these words. As at HubSpot, records without any value are left out.';
const EXISTS = '`true`: has any value. `false`: has none.';
const BETWEEN = 'In the range of two values, the lower one first; both ends belong to it.';
const GIVEN =
  'All tests that are given must hold; with none given, every record fits. A test that is null or an empty text is refused: `exists: false` finds records without a value.';

const StringFilter = builder.inputType('StringFilter', {
  description: `Tests of a text, or of an option by HubSpot's internal value. Texts compare in upper or lower case alike, options exactly. ${GIVEN}`,
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
  description: `Tests of a number. ${GIVEN}`,
  fields: (t) => ({
    eq: t.field({ type: 'Decimal', description: EQ }),
    neq: t.field({ type: 'Decimal', description: NEQ }),
    lt: t.field({ type: 'Decimal', description: 'Is less.' }),
    lte: t.field({ type: 'Decimal', description: 'Is less or equal.' }),
    gt: t.field({ type: 'Decimal', description: 'Is greater.' }),
    gte: t.field({ type: 'Decimal', description: 'Is greater or equal.' }),
    between: t.field({ type: ['Decimal'], description: BETWEEN }),
    in: t.field({ type: ['Decimal'], description: IN }),
    exists: t.boolean({ description: EXISTS }),
  }),
});

const DateTimeFilter = builder.inputType('DateTimeFilter', {
  description: `Tests of a moment, to the millisecond. ${GIVEN}`,
  fields: (t) => ({
    eq: t.field({ type: 'DateTime', description: EQ }),
    neq: t.field({ type: 'DateTime', description: NEQ }),
    lt: t.field({ type: 'DateTime', description: 'Is earlier.' }),
    lte: t.field({ type: 'DateTime', description: 'Is earlier or equal.' }),
    gt: t.field({ type: 'DateTime', description: 'Is later.' }),
    gte: t.field({ type: 'DateTime', description: 'Is later or equal.' }),
    between: t.field({ type: ['DateTime'], description: BETWEEN }),
    exists: t.boolean({ description: EXISTS }),
  }),
});

const PropertyFilter = builder.inputType('PropertyFilter', {
  description: `Tests of any property, custom ones included. Values are HubSpot's own: numbers in digits, \`true\` or \`false\`, internal values of options, moments in epoch milliseconds or ISO 8601. ${GIVEN}`,
  fields: (t) => ({
    name: t.string({ required: true, description: PROPERTY_NAME }),
    eq: t.string({ description: EQ }),
    neq: t.string({ description: NEQ }),
    in: t.stringList({ description: IN }),
    notIn: t.stringList({ description: NOT_IN }),
    lt: t.string({ description: 'Is less, or earlier.' }),
    lte: t.string({ description: 'Is less or equal, or not later.' }),
    gt: t.string({ description: 'Is greater, or later.' }),
    gte: t.string({ description: 'Is greater or equal, or not earlier.' }),
    between: t.stringList({ description: BETWEEN }),
    contains: t.string({ description: CONTAINS }),
    notContains: t.string({ description: NOT_CONTAINS }),
    exists: t.boolean({ description: EXISTS }),
  }),
});

const AssociationFilter = builder.inputType('AssociationFilter', {
  description:
    'Association with one record, whatever its labels. The portal must have granted the read scope of that type, too.',
  fields: (t) => ({
    objectType: t.field({ type: CrmObjectType, required: true, description: 'Type of the associated record.' }),
    id: t.id({ required: true, description: eitherId() }),
  }),
});

const TESTS = {
  string: { type: StringFilter, holds: 'By a text' },
  enumeration: { type: StringFilter, holds: 'By the internal value of an option' },
  owner: { type: StringFilter, holds: "By the owner's id, HubSpot's own or the global one" },
  pipeline: { type: StringFilter, holds: "By the pipeline's id, HubSpot's own or the global one" },
  stage: {
    type: StringFilter,
    holds: "By the stage's id: HubSpot's own, in whatever pipeline, or the global one, which names its pipeline",
  },
  number: { type: DecimalFilter, holds: 'By a number' },
  datetime: { type: DateTimeFilter, holds: 'By a moment' },
} as const satisfies Readonly<Record<FieldKind, { type: object; holds: string }>>;

/** `ContactFilter` and its like. */
export function filterInput({ typename, filters }: CrmObject) {
  const ref = builder.inputRef<RecordFilter>(`${typename}Filter`);
  ref.implement({
    description:
      'What records must be like: everything that is given must hold. Multiplied out to alternatives of conditions, HubSpot takes at most 5 alternatives, 6 conditions in each and 18 in all.',
    fields: (t) => ({
      ...Object.fromEntries(
        Object.entries(filters).map(([field, { name, kind }]) => [
          field,
          t.field({ type: TESTS[kind].type, description: `${TESTS[kind].holds}. Property \`${name}\`.` }),
        ]),
      ),
      associatedWith: t.field({
        type: AssociationFilter,
        description:
          'Associated with this record. The portal must have granted the read scope of its type, too. An id that was merged into another record finds nothing: give the `hubspotId` that the record has now.',
      }),
      property: t.field({
        type: [PropertyFilter],
        description: 'By any other property, custom ones included; all of these must hold.',
      }),
      and: t.field({ type: [ref], description: 'All of these filters hold; an empty list always does.' }),
      or: t.field({ type: [ref], description: 'At least one of these filters holds; an empty list never does.' }),
    }),
  });
  return ref;
}
