import fc from 'fast-check';

export type Typename = 'Contact' | 'Deal' | 'Company';

/** A value of an input, and what comes of it at HubSpot. */
export interface Entry {
  /** Of the input; one of `properties` where there is none. */
  readonly field?: string;
  readonly property: string;
  readonly given: unknown;
  /** `null`: empty. */
  readonly stored: string | null;
  readonly fault?: 'ValidationError' | 'ConflictError';
}

export const TAKEN = 'taken@one.example';
const nullOr = (value: fc.Arbitrary<string>) => fc.option(value, { freq: 5 });

/** One entry for a property: mostly fine, now and then not. */
function entry(
  field: string | undefined,
  property: string,
  values: fc.Arbitrary<readonly [given: unknown, stored: string | null]>,
  wrong: readonly unknown[] = [],
  fault: Entry['fault'] = 'ValidationError',
): fc.Arbitrary<Entry> {
  const named = field === undefined ? { property } : { field, property };
  const good = values.map(([given, stored]): Entry => ({ ...named, given, stored }));
  if (wrong.length === 0) return good;
  const bad = fc.constantFrom(...wrong).map((given): Entry => ({ ...named, given, stored: null, fault }));
  return fc.oneof({ weight: 15, arbitrary: good }, { weight: 1, arbitrary: bad });
}

const same = (values: fc.Arbitrary<string>) =>
  nullOr(values).map((value) => [value, value === '' ? null : value] as const);
const text = same(fc.string({ unit: 'binary', maxLength: 12 }));
const digits = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.stringMatching(/^(\.\d{1,9})?$/))
  .map(([whole, fraction]) => `${whole}${fraction}`);
const decimal = fc.oneof(
  same(digits),
  fc.integer().map((number) => [number, String(number)] as const),
  fc.constantFrom(['1.5e3', '1500'], ['-.5', '-0.5'], ['+7', '7'] as const),
);
const moment = nullOr(
  fc
    .date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
).map((iso) => [iso, iso === null ? null : iso.replace('.000Z', 'Z')] as const);
const oneOf = (...values: string[]) => same(fc.constantFrom(...values));

const unknown = (property: string): fc.Arbitrary<Entry> =>
  fc.nat().map((n) => ({ property, given: String(n), stored: null, fault: 'ValidationError' }));

const ENTRIES: Readonly<Record<Typename, readonly fc.Arbitrary<Entry>[]>> = {
  Contact: [
    entry('firstName', 'firstname', text),
    entry('jobTitle', 'jobtitle', text),
    entry('city', 'city', text),
    entry('leadStatus', 'hs_lead_status', oneOf('NEW', 'OPEN', 'IN_PROGRESS'), ['new', 'NOPE']),
    entry('ownerId', 'hubspot_owner_id', fc.constantFrom(['41', '41'], ['Owner:1234567:41', '41'], [null, null]), [
      '42',
    ]),
    entry(undefined, 'fax', text),
    entry(undefined, 'shoe_size', same(digits), ['big', '1,5']),
    entry(undefined, 'is_vip', oneOf('true', 'false'), ['yes']),
    entry(undefined, 'birthday', oneOf('2000-02-29', '1999-12-31'), ['2001-02-29', '29.2.2000']),
    entry(undefined, 'likes', oneOf('tea', 'tea;coffee', 'coffee'), ['tea;beer']),
    unknown('no_such_property'),
  ],
  Deal: [
    entry('amount', 'amount', decimal),
    entry('closeDate', 'closedate', moment),
    entry('description', 'description', text),
    entry('dealType', 'dealtype', oneOf('newbusiness', 'existingbusiness'), ['nobusiness']),
    entry(undefined, 'hs_next_step', text),
    unknown('createdate_of_nobody'),
  ],
  Company: [
    entry('phone', 'phone', text),
    entry('city', 'city', text),
    entry('numberOfEmployees', 'numberofemployees', decimal),
    entry('annualRevenue', 'annualrevenue', decimal),
    entry('industry', 'industry', oneOf('COMPUTER_SOFTWARE', 'BANKING'), ['computers']),
  ],
};

/** What a new record must have, and anyone may. */
export const NAMES: Readonly<Record<Typename, fc.Arbitrary<Entry>>> = {
  Contact: entry(
    'lastName',
    'lastname',
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 9 }).map((name) => [name, name]),
  ),
  Deal: entry(
    'name',
    'dealname',
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 9 }).map((name) => [name, name]),
  ),
  Company: entry(
    'name',
    'name',
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 9 }).map((name) => [name, name]),
  ),
};

/** All properties that are written. */
export const PROPERTIES: Readonly<Record<Typename, readonly string[]>> = {
  Contact:
    'birthday,city,email,fax,firstname,hs_lead_status,hubspot_owner_id,is_vip,jobtitle,lastname,likes,shoe_size'.split(
      ',',
    ),
  Deal: 'amount,closedate,dealname,dealstage,dealtype,description,hs_next_step'.split(','),
  Company: 'annualrevenue,city,industry,name,numberofemployees,phone'.split(','),
};

let addresses = 0;
export const address = entry(
  'email',
  'email',
  fc.constant(null).map(() => {
    addresses += 1;
    return [`Person${addresses}@One.Example`, `person${addresses}@one.example`];
  }),
  ['no address'],
);
export const taken: fc.Arbitrary<Entry> = fc.constant({
  field: 'email',
  property: 'email',
  given: TAKEN,
  stored: null,
  fault: 'ConflictError',
});

export const stage = entry(
  'stageId',
  'dealstage',
  fc.constantFrom(['contractsent', 'contractsent'], ['closedwon', 'closedwon']),
  ['nowhere'],
);

/** Some of the type's entries, each of another property; those of unknown properties are rare. */
export function someOf(type: Typename): fc.Arbitrary<Entry[]> {
  const all = ENTRIES[type].map((each) => fc.tuple(each, fc.nat({ max: 19 })));
  return fc
    .tuple(...all)
    .map((drawn) => drawn.filter(([each, n]) => (each.fault ? n < 1 : n < 7)).map(([each]) => each));
}
