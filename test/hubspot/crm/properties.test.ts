import { describe, expect, it } from 'vitest';
import { listProperties } from '../../../src/hubspot/crm/properties.ts';
import { FakeApi } from '../../helpers/fake-api.ts';

const read = (answer: unknown) => listProperties(new FakeApi(() => answer), 'contacts', 'non_sensitive');

const LEAD_STATUS = {
  name: 'hs_lead_status',
  label: 'Lead Status',
  type: 'enumeration',
  fieldType: 'radio',
  description: "The contact's sales status.",
  groupName: 'sales_properties',
  options: [
    { label: 'New', value: 'NEW', description: '', displayOrder: 0, hidden: false },
    { label: 'Open', value: 'OPEN', description: '', displayOrder: 1, hidden: false },
  ],
  displayOrder: -1,
  calculated: false,
  externalOptions: false,
  hasUniqueValue: true,
  hidden: true,
  formField: true,
  modificationMetadata: { archivable: true, readOnlyDefinition: true, readOnlyValue: true },
};

describe('listProperties', () => {
  it.each([
    ['non_sensitive', '/crm/properties/2026-09/deals'],
    ['sensitive', '/crm/properties/2026-09/deals?dataSensitivity=sensitive'],
    ['highly_sensitive', '/crm/properties/2026-09/deals?dataSensitivity=highly_sensitive'],
  ] as const)('asks for the %s ones, which needs no scope of their own', async (sensitivity, path) => {
    const api = new FakeApi(() => ({ results: [LEAD_STATUS] }));
    const [property] = await listProperties(api, 'deals', sensitivity);
    expect(property?.sensitivity).toBe(sensitivity);
    expect(api.calls).toEqual([
      {
        name: 'properties.deals.list',
        method: 'GET',
        path,
        scopes: [['crm.objects.deals.read'], ['crm.schemas.deals.read'], ['crm.objects.deals.write']],
      },
    ]);
  });

  it('keeps what readers need of a definition', async () => {
    expect(await read({ results: [LEAD_STATUS] })).toEqual([
      {
        name: 'hs_lead_status',
        label: 'Lead Status',
        type: 'enumeration',
        fieldType: 'radio',
        description: "The contact's sales status.",
        groupName: 'sales_properties',
        options: [
          { value: 'NEW', label: 'New' },
          { value: 'OPEN', label: 'Open' },
        ],
        readOnly: true,
        hidden: true,
        unique: true,
        sensitivity: 'non_sensitive',
      },
    ]);
  });

  it('does without what HubSpot left out', async () => {
    expect(await read({ results: [{ name: 'a', type: 'number', options: [{ value: 1 }, {}] }] })).toEqual([
      {
        name: 'a',
        label: 'a',
        type: 'number',
        fieldType: '',
        description: null,
        groupName: null,
        options: [
          { value: '1', label: '1' },
          { value: '', label: '' },
        ],
        readOnly: false,
        hidden: false,
        unique: false,
        sensitivity: 'non_sensitive',
      },
    ]);
  });

  it.each([null, {}, { results: {} }, { results: [null] }, { results: [{ name: 'a' }] }, { results: [{ type: 'b' }] }])(
    'refuses %j',
    async (answer) => {
      await expect(read(answer)).rejects.toMatchObject({ code: 'HUBSPOT_BAD_RESPONSE' });
    },
  );
});
