import type { RecordTypename } from './record-types.ts';

/** How the value of a field is given: an `owner` by an owner's id, an `id` by HubSpot's id of whatever it is. */
export type ValueKind = 'text' | 'decimal' | 'moment' | 'id' | 'owner';

/** A field that inputs have and the property that it writes. */
export interface WritableField {
  readonly property: string;
  readonly kind: ValueKind;
  readonly description: string;
}

const text = (property: string, description: string) => ({ property, kind: 'text', description }) as const;
const decimal = (property: string, description: string) => ({ property, kind: 'decimal', description }) as const;

const OWNER = {
  ownerId: {
    property: 'hubspot_owner_id',
    kind: 'owner',
    description: 'Whose record it is: an owner id, or a global id.',
  },
} as const;

/** What can be written of records by a field of its own, named as the field that reads it. */
export const WRITABLE_FIELDS: Readonly<Record<RecordTypename, Readonly<Record<string, WritableField>>>> = {
  Contact: {
    email: text('email', 'Primary e-mail address, unique in the portal.'),
    firstName: text('firstname', 'Given name.'),
    lastName: text('lastname', 'Family name.'),
    phone: text('phone', 'Telephone number.'),
    mobilePhone: text('mobilephone', 'Mobile number.'),
    jobTitle: text('jobtitle', 'Job title.'),
    companyName: text('company', 'Company as the contact writes it; associates no company.'),
    website: text('website', "The contact's website."),
    lifecycleStage: text(
      'lifecyclestage',
      "HubSpot's internal value. Stages move forward: to go back, clear it in a mutation before.",
    ),
    leadStatus: text('hs_lead_status', "HubSpot's internal value."),
    address: text('address', 'Street address.'),
    city: text('city', 'City.'),
    state: text('state', 'State or region.'),
    zip: text('zip', 'Postal code.'),
    country: text('country', 'Country or region.'),
    ...OWNER,
  },
  Deal: {
    name: text('dealname', 'Name of the deal.'),
    amount: decimal('amount', 'Value of the deal.'),
    currency: text('deal_currency_code', 'ISO 4217 code, in portals with several currencies.'),
    closeDate: {
      property: 'closedate',
      kind: 'moment',
      description: 'When the deal was closed, or is expected to be.',
    },
    dealType: text('dealtype', "HubSpot's internal value, such as `newbusiness`."),
    description: text('description', 'Notes about the deal.'),
    stageId: { property: 'dealstage', kind: 'id', description: 'Id of a stage of its pipeline.' },
    pipelineId: {
      property: 'pipeline',
      kind: 'id',
      description: "Id of the pipeline; the portal's default for a new deal.",
    },
    ...OWNER,
  },
  Company: {
    name: text('name', 'Name of the company.'),
    domain: text('domain', 'Domain of its website.'),
    website: text('website', 'Its website.'),
    phone: text('phone', 'Telephone number.'),
    industry: text('industry', "HubSpot's internal value, such as `COMPUTER_SOFTWARE`."),
    city: text('city', 'City.'),
    state: text('state', 'State or region.'),
    country: text('country', 'Country or region.'),
    numberOfEmployees: decimal('numberofemployees', 'How many people work there.'),
    annualRevenue: decimal('annualrevenue', "Revenue of a year in the portal's own currency."),
    ...OWNER,
  },
};
