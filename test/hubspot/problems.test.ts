import { describe, expect, it } from 'vitest';
import { parseProblems } from '../../src/hubspot/problems.ts';

interface Fault {
  readonly name: string;
  readonly error: string;
  readonly message: string;
}

/** As HubSpot writes it: faults as JSON inside the message, and once more as a list. */
function invalidValues(...faults: readonly Fault[]) {
  const prose = faults.map((fault) => ({
    isValid: false,
    ...fault,
    localizedErrorMessage: fault.message,
    portalId: 7,
  }));
  return {
    status: 'error',
    message: `Property values were not valid: ${JSON.stringify(prose)}`,
    correlationId: '019cd9fe-0000-7000-8000-000000000000',
    errors: faults.map(({ name, error, message }) => ({ message, code: error, context: { propertyName: [name] } })),
    category: 'VALIDATION_ERROR',
  };
}

const EMAIL = { name: 'email', error: 'INVALID_EMAIL', message: 'Email address ada is invalid' };
const UNKNOWN = { name: 'shoe_size', error: 'PROPERTY_DOESNT_EXIST', message: 'Property "shoe_size" does not exist' };
const nothing = { property: undefined, code: undefined, message: undefined, options: undefined };
const email = { ...nothing, kind: 'invalid', property: 'email', code: EMAIL.error, message: EMAIL.message };
const unknown = {
  ...nothing,
  kind: 'invalid',
  property: 'shoe_size',
  code: UNKNOWN.error,
  message: 'The portal has no property `shoe_size` for these records.',
};

describe('values that are not valid', () => {
  it('are told once each, though HubSpot tells them twice', () => {
    expect(parseProblems(400, invalidValues(EMAIL, UNKNOWN))).toEqual([email, unknown]);
  });

  it('are found in the message alone, and in the list alone', () => {
    const { errors, message, ...rest } = invalidValues(EMAIL, UNKNOWN);
    expect(parseProblems(400, { ...rest, message })).toEqual([email, unknown]);
    expect(parseProblems(400, { ...rest, message: 'Property values were not valid', errors })).toEqual([
      email,
      unknown,
    ]);
    expect(parseProblems(400, { ...rest, message, errors: errors.slice(0, 1) })).toEqual([email, unknown]);
  });

  it('keep several faults of one property apart', () => {
    const other = { ...EMAIL, error: 'INVALID_ALPHA', message: 'No digits, please' };
    expect(parseProblems(400, invalidValues(EMAIL, other))).toEqual([
      email,
      { ...email, code: 'INVALID_ALPHA', message: 'No digits, please' },
    ]);
  });

  it('are required properties, whichever way they are listed', () => {
    const message = 'Error creating DEAL. Some required properties were not set.';
    const errors = [
      { message: 'Property "dealname" is required.', code: 'REQUIRED', context: { propertyName: ['dealname'] } },
    ];
    const required = { ...nothing, kind: 'invalid', property: 'dealname' };
    expect(parseProblems(400, { message, context: { properties: ['dealname'] } })).toEqual([
      { ...required, message: 'HubSpot requires a value for `dealname`.' },
    ]);
    expect(parseProblems(400, { message, context: { properties: ['dealname'] }, errors })).toEqual([
      { ...required, code: 'REQUIRED', message: 'Property "dealname" is required.' },
    ]);
  });

  it('name the field of the request where they name no property', () => {
    expect(parseProblems(400, { errors: [{ message: 'Too long', in: 'dealname', code: 'TOO_LONG' }] })).toEqual([
      { ...nothing, kind: 'invalid', property: 'dealname', code: 'TOO_LONG', message: 'Too long' },
    ]);
  });

  it.each([
    ['short', 'reports was not one of the allowed options: [PRODUCT_ISSUE, 5,000 - 10,000]'],
    [
      'long',
      'Big was not one of the allowed options: [label: "Product \\"issue\\""\nvalue: "PRODUCT_ISSUE"\ndisplay_order: 0\nhidden: false\n, label: "5-10"\nvalue: "5,000 - 10,000"\ndisplay_order: 1\n]',
    ],
  ])('have the options of an enumeration, in the %s form of the message', (_form, message) => {
    expect(parseProblems(400, invalidValues({ name: 'size', error: 'INVALID_OPTION', message }))).toEqual([
      {
        ...nothing,
        kind: 'invalid',
        property: 'size',
        code: 'INVALID_OPTION',
        message: 'The value of `size` must be one of its options.',
        options: ['PRODUCT_ISSUE', '5,000 - 10,000'],
      },
    ]);
  });

  it.each([
    ['of a portal', 'Portal 1234567 does not allow this'],
    ['that is JSON', 'Invalid: {"portalId": 1}'],
    ['with markup', 'Invalid: <script>'],
    ['with an address', 'See https://secret.example/why'],
    ['of several lines', 'Invalid:\nsecret'],
    ['that is long', 'x'.repeat(301)],
  ])('keep a message to themselves %s', (_case, message) => {
    const fault = { ...EMAIL, error: 'INVALID_SHAPE', message };
    expect(parseProblems(400, invalidValues(fault))).toEqual([{ ...email, code: fault.error, message: undefined }]);
  });

  it('are a few dozen at most', () => {
    const faults = Array.from({ length: 1_000 }, (_, index) => ({ ...EMAIL, name: `p${index}` }));
    expect(parseProblems(400, invalidValues(...faults))).toHaveLength(50);
  });
});

describe('a value that another record has', () => {
  it.each([
    [409, { message: 'Contact already exists. Existing ID: 12345', category: 'CONFLICT' }, 'email', '12345'],
    [409, { message: 'Contact already exists', context: { existingId: ['12345'] } }, 'email', '12345'],
    [409, { message: 'Contact already exists' }, 'email', undefined],
    [409, {}, undefined, undefined],
    [
      400,
      {
        message:
          'Cannot set PropertyValueCoordinates{portalId=44, objectTypeId=ObjectTypeId{legacyObjectType=CONTACT}, propertyName=email, value=a@b.example} on 552148386511. 552239500007 already has that value.',
        category: 'VALIDATION_ERROR',
      },
      'email',
      '552239500007',
    ],
    [
      400,
      {
        message:
          'Cannot set PropertyValueCoordinates{portalId=44, propertyName=nick, value=1. 7 already has that value.\n} on 5. 6 already has that value.',
      },
      'nick',
      '6',
    ],
  ])('is told with its holder: %i %j', (status, body, property, existingId) => {
    expect(parseProblems(status, body)).toEqual([{ kind: 'taken', property, existingId }]);
  });
});

describe('a record that is not there', () => {
  it('is the one that the call names', () => {
    expect(parseProblems(404, { message: 'resource not found' })).toEqual([
      { kind: 'absent', id: undefined, type: undefined },
    ]);
  });

  it('is one that was to be associated', () => {
    const body = {
      message: 'One or more associations are invalid',
      context: {
        INVALID_OBJECT_IDS: ['DEAL=301 is not valid', 'COMPANY=7 is not valid'],
        objectId: ['301', '7'],
        objectType: ['DEAL', 'COMPANY'],
      },
    };
    expect(parseProblems(400, body)).toEqual([
      { kind: 'absent', id: '301', type: 'DEAL' },
      { kind: 'absent', id: '7', type: 'COMPANY' },
    ]);
  });
});

describe('a refusal that cannot be understood', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'Bad request'],
    ['a number', 7],
    ['a list', [{}]],
    ['an empty object', {}],
    ['fields of wrong types', { message: 7, errors: 'none', context: [], category: {} }],
    ['a list of nothing', { errors: [null, 'x', 7, {}], context: { properties: {}, INVALID_OBJECT_IDS: [null, {}] } }],
    ['a message that breaks off', { message: 'Property values were not valid: [{"name":"email","err' }],
    ['a message with a list of nothing', { message: 'Property values were not valid: [{}, 1]' }],
    ['names that none can have', invalidValues({ name: '../email', error: 'in valid', message: '' })],
    ['keys of objects', JSON.parse('{"__proto__": {"message": 1}, "errors": [{"__proto__": 1, "constructor": 2}]}')],
  ])('is a problem all the same: %s', (_case, body) => {
    const problems = parseProblems(400, body);
    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems) expect(problem).toEqual({ ...nothing, kind: 'invalid' });
  });

  it('says what HubSpot says when that is plain', () => {
    const message = 'Unable to perform update/upsert by non-unique 0-1 property phone';
    expect(parseProblems(400, { message })).toEqual([{ ...nothing, kind: 'invalid', message }]);
  });

  it.each([402, 405, 413, 414, 415, 418, 422])('is none that another input corrects: %i', (status) => {
    expect(parseProblems(status, invalidValues(EMAIL))).toEqual([]);
  });

  it('is read to its end, though it be a megabyte that no pattern fits', () => {
    const hostile = [
      'propertyName=a '.repeat(70_000),
      '1'.repeat(1_000_000),
      `x was not one of the allowed options: [${'] '.repeat(500_000)}`,
      `x was not one of the allowed options: [${'value: "'.repeat(120_000)}]`,
      'was not one of the allowed options: ['.repeat(25_000),
      `${'was not one of the allowed options: []'.repeat(12_000)}${' '.repeat(500_000)}x`,
      `[{${'['.repeat(900_000)}`,
      `Existing ID:${' '.repeat(900_000)}`,
    ];
    for (const message of hostile) {
      expect(parseProblems(400, { message }).length).toBeGreaterThan(0);
      expect(parseProblems(409, { message }).length).toBeGreaterThan(0);
    }
  });
});

it('a property with tens of thousands of faults is read in less than a second', () => {
  const errors = Array.from({ length: 60_000 }, (_, index) => ({ in: 'email', code: `FAULT_${index}` }));
  const startedAt = performance.now();
  expect(parseProblems(400, { errors })).toHaveLength(50);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

it('what a person wrote is not taken for what HubSpot says', () => {
  const message = 'Email address 7 already has that value is invalid';
  const body = { message, errors: [{ message, code: 'INVALID_EMAIL', context: { propertyName: ['email'] } }] };
  expect(parseProblems(400, body)).toMatchObject([{ kind: 'invalid', property: 'email', code: 'INVALID_EMAIL' }]);
  const option = '[a] was not one of the allowed options: [b] was not one of the allowed options: [NEW, OPEN]';
  expect(parseProblems(400, { message: option })).toMatchObject([{ kind: 'invalid', options: ['NEW', 'OPEN'] }]);
});

it('a associated record that is missing is told once, however many labels it was to have', () => {
  const told = 'DEAL=301 is not valid';
  expect(parseProblems(400, { context: { INVALID_OBJECT_IDS: [told, told, 'DEAL=302 is not valid'] } })).toEqual([
    { kind: 'absent', id: '301', type: 'DEAL' },
    { kind: 'absent', id: '302', type: 'DEAL' },
  ]);
});
