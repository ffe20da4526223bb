import { describe, expect, it } from 'vitest';
import { certainProblems } from '../../../src/hubspot/crm/refused-inputs.ts';

const INPUT = {
  traceId: '7',
  properties: { email: 'x', city: 'York', shoe: '43' },
  associations: [{ toType: 'deals' as const, toId: '301' }],
};
const listed = (...faults: readonly object[]) => ({
  message: `Property values were not valid: ${JSON.stringify(faults)}`,
});
const invalid = (property: string, code: string) => ({ kind: 'invalid', property, code });

describe('the problems of a refused batch that certainly concern an input', () => {
  it('name a value that it has', () => {
    const body = listed(
      { name: 'email', error: 'INVALID_EMAIL', message: 'x is invalid', propertyValue: 'x' },
      { name: 'email', error: 'INVALID_EMAIL', message: 'secret is invalid', propertyValue: 'secret' },
      { name: 'city', error: 'INVALID_OPTION', message: 'Rome', propertyValue: 'Rome' },
    );
    expect(certainProblems(body, INPUT)).toMatchObject([
      { ...invalid('email', 'INVALID_EMAIL'), message: 'x is invalid' },
    ]);
  });

  it('name a property that nobody may write', () => {
    const fault = { name: 'shoe', error: 'PROPERTY_DOESNT_EXIST', message: 'Property "shoe" does not exist' };
    expect(certainProblems(listed(fault), INPUT)).toMatchObject([invalid('shoe', 'PROPERTY_DOESNT_EXIST')]);
    const error = { message: 'x', code: 'READ_ONLY_VALUE', context: { propertyName: ['city'] } };
    expect(certainProblems({ errors: [error] }, INPUT)).toMatchObject([invalid('city', 'READ_ONLY_VALUE')]);
  });

  it('name its trace id', () => {
    const context = { objectWriteTraceId: ['7'], propertyName: ['fax'] };
    const errors = [{ message: 'x', code: 'INVALID_LONG', context }];
    expect(certainProblems({ errors }, INPUT)).toMatchObject([invalid('fax', 'INVALID_LONG')]);
    expect(certainProblems({ errors }, { ...INPUT, traceId: '70' })).toEqual([]);
  });

  it('name a record that it is associated with', () => {
    const body = (entry: string) => ({ context: { INVALID_OBJECT_IDS: [entry] } });
    expect(certainProblems(body('DEAL=301 is not valid'), INPUT)).toEqual([
      { kind: 'absent', id: '301', type: 'DEAL' },
    ]);
    expect(certainProblems(body('DEAL=3010 is not valid'), INPUT)).toEqual([]);
    expect(certainProblems(body('COMPANY=301 is not valid'), INPUT)).toEqual([]);
  });

  it.each([
    { message: 'Contact already exists. Existing ID: 301', category: 'CONFLICT' },
    { errors: [{ message: 'x', code: 'INVALID_EMAIL', context: { propertyName: ['email'] } }] },
    { errors: [{ message: 'x', code: 'MISSING_REQUIRED_PROPERTY', context: { propertyName: ['dealname'] } }] },
    { message: 'Property values were not valid: [{"name":"__proto__","error":"READ_ONLY_VALUE"}]' },
    undefined,
    'x',
    { errors: 'x', context: 'x', message: 7 },
  ])('are none in %j', (body) => {
    expect(certainProblems(body, INPUT)).toEqual([]);
  });
});
