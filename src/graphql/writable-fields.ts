import type { RecordTypename } from '../crm/objects.ts';

/** How the value of a field is given: those that name something by its id, HubSpot's own or global. */
export type ValueKind = 'text' | 'decimal' | 'moment' | 'owner' | 'pipeline' | 'stage';

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
    description: "The owner that the record belongs to: HubSpot's own owner id, or a global id.",
  },
} as const;

/** What can be written of records by a field of its own, named as the field that reads it. */
export const WRITABLE_FIELDS: Readonly<Record<RecordTypename, Readonly<Record<string, WritableField>>>> = {
  Contact: {
    email: text('email', 'Primary e-mail address, unique in the portal.'),
    firstName: text('firstname', 'Given name.'),
    lastName: text('lastname', 'Family name.'),
    phone: text('phone', 'Telephone number.'),
    mobilePhone: text('mobilephone', 'Mobile telephone number.'),
    jobTitle: text('jobtitle', 'Job title.'),
    companyName: text('company', 'Name of the company as a text of the contact; associates no company record.'),
    website: text('website', 'Website of the contact.'),
    lifecycleStage: text(
      'lifecyclestage',
      "How far the contact is from a stranger to a customer: HubSpot's internal value, such as `lead`. Stages move forward: to go back, clear it in a mutation before.",
    ),
    leadStatus: text(
      'hs_lead_status',
      "What sales has to do with a lead: HubSpot's internal value, such as `OPEN_DEAL`.",
    ),
    address: text('address', 'Street and house number.'),
    city: text('city', 'City.'),
    state: text('state', 'State or region.'),
    zip: text('zip', 'Postal code.'),
    country: text('country', 'Country or region.'),
    ...OWNER,
  },
  Deal: {
    name: text('dealname', 'Name of the deal.'),
    amount: decimal('amount', 'Value of the deal, in units of `currency`.'),
    currency: text('deal_currency_code', 'Currency of `amount` as ISO 4217 code, in portals with several currencies.'),
    closeDate: {
      property: 'closedate',
      kind: 'moment',
      description: 'When the deal was closed, or is expected to be.',
    },
    dealType: text('dealtype', "Kind of sale: HubSpot's internal value, such as `newbusiness`."),
    description: text('description', 'Notes about the deal.'),
    stageId: {
      property: 'dealstage',
      kind: 'stage',
      description:
        "The stage: HubSpot's own id of one of the deal's pipeline, or a global id, which also puts the deal into its pipeline. A new deal needs one.",
    },
    pipelineId: {
      property: 'pipeline',
      kind: 'pipeline',
      description: "The pipeline: HubSpot's own id, or a global id. Left out for a new deal: the portal's default one.",
    },
    ...OWNER,
  },
  Company: {
    name: text('name', 'Name of the company.'),
    domain: text('domain', 'Domain name of its website, such as `oak.example`.'),
    website: text('website', 'Address of its website.'),
    phone: text('phone', 'Telephone number.'),
    industry: text('industry', "Line of business: HubSpot's internal value, such as `COMPUTER_SOFTWARE`."),
    city: text('city', 'City.'),
    state: text('state', 'State or region.'),
    country: text('country', 'Country or region.'),
    numberOfEmployees: decimal('numberofemployees', 'Number of people who work there.'),
    annualRevenue: decimal('annualrevenue', "Revenue of a year, in units of the portal's own currency."),
    ...OWNER,
  },
};
