import { describe, expect, it } from 'vitest';
import { parseProblems } from '../../src/hubspot/problems.ts';
import { valueMessage } from '../../src/hubspot/value-messages.ts';

/** The refusal of one property, as the write rules of 2026-09 word it. */
function refused(code: string, message: string, property?: string) {
  const context = property === undefined ? {} : { context: { propertyName: [property] } };
  const body = { message: 'The property values provided are invalid', errors: [{ code, message, ...context }] };
  return parseProblems(400, { status: 'error', category: 'VALIDATION_ERROR', ...body });
}

describe('a property that an admin requires', () => {
  const CONDITIONAL = 'MISSING_CONDITIONAL_REQUIRED_PROPERTY';

  it('is named with the property that decides', () => {
    const text = 'closed_lost_reason is required because of a conditional property rule based on [dealstage]';
    expect(refused(CONDITIONAL, text, 'closed_lost_reason')).toEqual([
      {
        kind: 'invalid',
        property: 'closed_lost_reason',
        code: CONDITIONAL,
        message: 'HubSpot requires a value for `closed_lost_reason` while `dealstage` has this value.',
        options: undefined,
        requiredBy: { kind: 'condition', decidingProperty: 'dealstage' },
      },
    ]);
  });

  it.each([
    ['is missing', 'fax is required'],
    ['is no name', 'fax is required because of [../etc]'],
    ['is a name that none can have', 'fax is required because of [Deal <b>Stage</b>]'],
    ['does not end the text', 'fax is required because of [dealstage], said the admin'],
    ['is a list', 'fax is required because of [dealstage, amount]'],
  ])('is named alone when the property that decides %s', (_case, text) => {
    expect(valueMessage({ property: 'fax', code: CONDITIONAL, text })).toBe(
      'HubSpot requires a value for `fax` because of the value of another property.',
    );
  });

  it.each([
    ['context', 'fax', 'A value for fax must be provided'],
    ['text', undefined, 'A value for fax must be provided'],
  ])('in the create form is named by the %s', (_place, property, text) => {
    expect(refused('MISSING_REQUIRED_PROPERTY', text, property)).toMatchObject([
      { property: 'fax', code: 'MISSING_REQUIRED_PROPERTY', message: 'HubSpot requires a value for `fax`.' },
    ]);
  });

  it('keeps a name that no property can have out of the sentence', () => {
    const text = 'A value for <b>Fax</b> must be provided';
    expect(refused('MISSING_REQUIRED_PROPERTY', text, '<b>Fax</b>')).toMatchObject([
      { property: undefined, message: undefined },
    ]);
  });
});

describe('the sentence about a value', () => {
  it.each([
    ['INVALID_OPTION', 'x was not one of', 'The value of `fax` must be one of its options.'],
    ['PROPERTY_DOESNT_EXIST', 'Property "fax" …', 'The portal has no property `fax` for these records.'],
    ['READ_ONLY_VALUE', '"fax" is a calculated property', 'The property `fax` is read-only.'],
  ])('is our own for %s', (code, text, sentence) => {
    expect(valueMessage({ property: 'fax', code, text })).toBe(sentence);
  });

  it.each([
    ['INVALID_ALPHA', 'The value of `fax` may have only letters.'],
    ['INVALID_EMAIL', 'The value of `fax` must be a valid email address.'],
    ['INVALID_INTEGER', 'The value of `fax` must be a number.'],
    ['INVALID_LONG', 'The value of `fax` must be a whole number or a date-time.'],
    ['INVALID_DATE', 'The value of `fax` must be a date.'],
  ])("is HubSpot's for %s when that can be shown, else our own", (code, sentence) => {
    expect(valueMessage({ property: 'fax', code, text: 'ada was refused' })).toBe('ada was refused');
    expect(valueMessage({ property: 'fax', code, text: 'Portal 7: <b>' })).toBe(sentence);
  });

  it.each(['ANYTHING_ELSE', 'constructor', '__proto__'])('is missing for the code %s', (code) => {
    expect(valueMessage({ property: 'fax', code, text: '{"portalId": 7}' })).toBeUndefined();
  });
});
