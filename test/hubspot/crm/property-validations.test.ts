import { expect, it } from 'vitest';
import { listPropertyValidations } from '../../../src/hubspot/crm/property-validations.ts';
import { FakeApi } from '../../helpers/fake-api.ts';

it('reads the rules of all properties in one call', async () => {
  const api = new FakeApi(() => ({
    results: [
      {
        propertyName: 'zip',
        propertyValidationRules: [
          { ruleType: 'ALPHANUMERIC', ruleArguments: ['NUMERIC_ONLY'], shouldApplyNormalization: true },
          { ruleType: 'EMAIL' },
          { ruleType: 'MIN_LENGTH', ruleArguments: [5] },
        ],
      },
    ],
  }));
  expect(await listPropertyValidations(api, 'deals')).toEqual([
    {
      property: 'zip',
      validations: [
        { type: 'ALPHANUMERIC', arguments: ['NUMERIC_ONLY'] },
        { type: 'EMAIL', arguments: [] },
        { type: 'MIN_LENGTH', arguments: ['5'] },
      ],
    },
  ]);
  expect(api.calls).toEqual([
    {
      name: 'propertyValidations.deals.list',
      method: 'GET',
      path: '/crm/property-validations/2026-09/0-3',
      scopes: [['crm.objects.deals.read'], ['crm.schemas.deals.read'], ['crm.objects.deals.write']],
    },
  ]);
});

it.each([
  undefined,
  {},
  { results: {} },
  { results: [null] },
  { results: [{ propertyName: 'zip' }] },
  { results: [{ propertyName: '<b>', propertyValidationRules: [] }] },
  { results: [{ propertyName: 'zip', propertyValidationRules: [{}] }] },
  { results: [{ propertyName: 'zip', propertyValidationRules: [{ ruleType: 'EMAIL', ruleArguments: 'x' }] }] },
])('says that %j is no list of rules', async (body) => {
  const reading = listPropertyValidations(new FakeApi(() => body), 'contacts');
  await expect(reading).rejects.toMatchObject({ code: 'HUBSPOT_BAD_RESPONSE' });
});
