import type { ValueKind } from '../connector/condition.ts';
import type { ObjectType } from '../crm/objects.ts';

/** What a field holds, which decides how it is compared: those that name something else go by its id. */
export type FilterKind = 'text' | 'option' | 'number' | 'moment' | 'owner' | 'pipeline' | 'stage';

/** How HubSpot compares what such a field holds: ids are options of its properties. */
export function comparedAs(kind: FilterKind): ValueKind {
  return kind === 'owner' || kind === 'pipeline' || kind === 'stage' ? 'option' : kind;
}

/** By the name of the field in GraphQL. */
export type FilterFields = Readonly<Record<string, { readonly property: string; readonly kind: FilterKind }>>;

const text = (property: string) => ({ property, kind: 'text' }) as const;
const option = (property: string) => ({ property, kind: 'option' }) as const;
const number = (property: string) => ({ property, kind: 'number' }) as const;
const moment = (property: string) => ({ property, kind: 'moment' }) as const;

const OWNER = { ownerId: { property: 'hubspot_owner_id', kind: 'owner' }, createdAt: moment('createdate') } as const;

/** What records can be found and ordered by. The types are HubSpot's: a test compares them with its definitions. */
export const FILTER_FIELDS = {
  contacts: {
    email: text('email'),
    firstName: text('firstname'),
    lastName: text('lastname'),
    phone: text('phone'),
    mobilePhone: text('mobilephone'),
    jobTitle: text('jobtitle'),
    companyName: text('company'),
    website: text('website'),
    lifecycleStage: option('lifecyclestage'),
    leadStatus: option('hs_lead_status'),
    address: text('address'),
    city: text('city'),
    state: text('state'),
    zip: text('zip'),
    country: text('country'),
    lastContactedAt: moment('notes_last_contacted'),
    ...OWNER,
    updatedAt: moment('lastmodifieddate'),
  },
  deals: {
    name: text('dealname'),
    amount: number('amount'),
    currency: option('deal_currency_code'),
    closeDate: moment('closedate'),
    dealType: option('dealtype'),
    description: text('description'),
    stageId: { property: 'dealstage', kind: 'stage' },
    pipelineId: { property: 'pipeline', kind: 'pipeline' },
    ...OWNER,
    updatedAt: moment('hs_lastmodifieddate'),
  },
  companies: {
    name: text('name'),
    domain: text('domain'),
    website: text('website'),
    phone: text('phone'),
    industry: option('industry'),
    city: text('city'),
    state: text('state'),
    country: text('country'),
    numberOfEmployees: number('numberofemployees'),
    annualRevenue: number('annualrevenue'),
    ...OWNER,
    updatedAt: moment('hs_lastmodifieddate'),
  },
} as const satisfies Readonly<Record<ObjectType, FilterFields>>;
