import { CALCULATED, defineObject, OPEN_OPTIONS, OWNER, options, READ_ONLY } from './define.ts';
import { INDUSTRY_OPTIONS } from './industries.ts';
import { LIFECYCLE_STAGE_OPTIONS } from './lifecycle-stages.ts';

export const COMPANIES = defineObject({
  name: 'companies',
  singular: 'company',
  typeId: '0-2',
  firstId: 200_001,
  defaults: ['domain', 'name'],
  required: [['name', 'domain']],
  searchable: ['website', 'phone', 'name', 'domain'],
  associations: [
    ['contacts', 'Primary', 2, 1],
    ['contacts', null, 280, 279],
    ['deals', 'Primary', 6, 5],
    ['deals', null, 342, 341],
    ['companies', null, 450, 450],
    ['companies', 'Child Company', 13, 14, 'Parent Company'],
  ],
  groups: { companyinformation: 'Company information', companyactivity: 'Company activity' },
  properties: {
    companyinformation: [
      ['address', 'Street Address', 'string', 'text'],
      ['annualrevenue', 'Annual Revenue', 'number', 'number'],
      ['city', 'City', 'string', 'text'],
      ['country', 'Country/Region', 'string', 'text'],
      ['description', 'Description', 'string', 'textarea'],
      ['domain', 'Company Domain Name', 'string', 'text'],
      ['founded_year', 'Year Founded', 'string', 'text'],
      ['hs_object_id', 'Record ID', 'number', 'number', CALCULATED],
      ['hubspot_owner_id', 'Company owner', 'enumeration', 'select', OWNER],
      ['industry', 'Industry', 'enumeration', 'select', { ...OPEN_OPTIONS, options: INDUSTRY_OPTIONS }],
      ['is_public', 'Is Public', 'bool', 'booleancheckbox'],
      ['lifecyclestage', 'Lifecycle Stage', 'enumeration', 'radio', { options: LIFECYCLE_STAGE_OPTIONS }],
      ['name', 'Company name', 'string', 'text'],
      ['num_associated_contacts', 'Number of Associated Contacts', 'number', 'number', READ_ONLY],
      ['num_associated_deals', 'Number of Associated Deals', 'number', 'number', READ_ONLY],
      ['numberofemployees', 'Number of Employees', 'number', 'number'],
      ['phone', 'Phone Number', 'string', 'phonenumber'],
      ['state', 'State/Region', 'string', 'text'],
      [
        'type',
        'Type',
        'enumeration',
        'radio',
        {
          ...OPEN_OPTIONS,
          options: options({
            PROSPECT: 'Prospect',
            PARTNER: 'Partner',
            RESELLER: 'Reseller',
            VENDOR: 'Vendor',
            OTHER: 'Other',
          }),
        },
      ],
      ['website', 'Website URL', 'string', 'text'],
      ['zip', 'Postal Code', 'string', 'text'],
    ],
    companyactivity: [
      ['notes_last_contacted', 'Last Contacted', 'datetime', 'date', READ_ONLY],
      ['notes_last_updated', 'Last Activity Date', 'datetime', 'date', READ_ONLY],
    ],
  },
});
