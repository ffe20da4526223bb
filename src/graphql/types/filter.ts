import type { ObjectType } from '../../hubspot/objects.ts';
import { builder } from '../builder.ts';
import type { FilterFields, FilterKind } from '../filter-fields.ts';
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

const EQ = 'Equal.';
const NEQ = 'Another value. Like HubSpot, this leaves out records without any value.';
const IN = 'One of these; an empty list finds nothing.';
const NOT_IN = 'None of these; an empty list excludes nothing. Records without any value are left out.';
const CONTAINS =
  "Holds these words, in any case: HubSpot's token match, in which `*` stands for any characters (`*@acme.example`).";
const NOT_CONTAINS = 'Holds not all of these words. Records without any value are left out.';
const EXISTS = 'True: has any value. False: has none.';
const BETWEEN = 'Two values, the lower one first; both belong to the range.';
const GIVEN =
  'All tests that are given must hold; with none given, every record fits. A test that is null or empty text is refused: `exists` finds records without a value.';

const StringFilter = builder.inputType('StringFilter', {
  description: `Tests of a text, or of an option by HubSpot's internal value. Texts compare in any case, options in theirs. ${GIVEN}`,
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
    lt: t.field({ type: 'Decimal', description: 'Less.' }),
    lte: t.field({ type: 'Decimal', description: 'Less or equal.' }),
    gt: t.field({ type: 'Decimal', description: 'Greater.' }),
    gte: t.field({ type: 'Decimal', description: 'Greater or equal.' }),
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
    lt: t.field({ type: 'DateTime', description: 'Earlier.' }),
    lte: t.field({ type: 'DateTime', description: 'Earlier or equal.' }),
    gt: t.field({ type: 'DateTime', description: 'Later.' }),
    gte: t.field({ type: 'DateTime', description: 'Later or equal.' }),
    between: t.field({ type: ['DateTime'], description: BETWEEN }),
    exists: t.boolean({ description: EXISTS }),
  }),
});

const PropertyFilter = builder.inputType('PropertyFilter', {
  description: `Tests of any property, custom ones included. Values are HubSpot's own: numbers in digits, \`true\` or \`false\`, internal values of options, moments in epoch milliseconds or ISO 8601. ${GIVEN}`,
  fields: (t) => ({
    name: t.string({ required: true, description: "HubSpot's internal name: lower case, digits and underscores." }),
    eq: t.string({ description: EQ }),
    neq: t.string({ description: NEQ }),
    in: t.stringList({ description: IN }),
    notIn: t.stringList({ description: NOT_IN }),
    lt: t.string({ description: 'Less, or earlier.' }),
    lte: t.string({ description: 'Less or equal, or not later.' }),
    gt: t.string({ description: 'Greater, or later.' }),
    gte: t.string({ description: 'Greater or equal, or not earlier.' }),
    between: t.stringList({ description: BETWEEN }),
    contains: t.string({ description: CONTAINS }),
    notContains: t.string({ description: NOT_CONTAINS }),
    exists: t.boolean({ description: EXISTS }),
  }),
});

const AssociationFilter = builder.inputType('AssociationFilter', {
  description: 'Association with one record, whatever its labels. Needs the read scope of that type, too.',
  fields: (t) => ({
    objectType: t.field({ type: CrmObjectType, required: true, description: 'Type of the associated record.' }),
    id: t.id({ required: true, description: 'Its HubSpot record id or global id.' }),
  }),
});

const INPUTS = {
  text: StringFilter,
  option: StringFilter,
  owner: StringFilter,
  number: DecimalFilter,
  moment: DateTimeFilter,
} as const satisfies Readonly<Record<FilterKind, object>>;

const HOLDS: Readonly<Record<FilterKind, string>> = {
  text: 'Text',
  option: 'Internal value of an option',
  owner: "Owner's id, HubSpot's own or the global one",
  number: 'Number',
  moment: 'Moment',
};

/** `ContactFilter` and its like. */
export function filterInput(name: string, fields: FilterFields) {
  const ref = builder.inputRef<RecordFilter>(name);
  ref.implement({
    description:
      'What records must be like. Everything given in one of these must hold. At most 5 alternatives of 6 conditions each, 18 in all, once `and` and `or` are multiplied out.',
    fields: (t) => ({
      ...Object.fromEntries(
        Object.entries(fields).map(([field, { property, kind }]) => [
          field,
          t.field({ type: INPUTS[kind], description: `${HOLDS[kind]}. Property \`${property}\`.` }),
        ]),
      ),
      associatedWith: t.field({ type: AssociationFilter, description: 'Associated with this record.' }),
      property: t.field({ type: [PropertyFilter], description: 'Further properties, all of which must fit.' }),
      and: t.field({ type: [ref], description: 'All of these; an empty list always holds.' }),
      or: t.field({ type: [ref], description: 'Any of these; an empty list never holds.' }),
    }),
  });
  return ref;
}
