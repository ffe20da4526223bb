import type { ObjectTypeName } from './object-types.ts';

/** As much of a property's definition as decides what a record shows. */
export interface PropertyDefinition {
  readonly name: string;
  readonly label: string;
  readonly type: 'string' | 'number' | 'bool' | 'enumeration' | 'date' | 'datetime' | 'phone_number';
  readonly fieldType: string;
}

type Row = readonly [name: string, label: string, type: PropertyDefinition['type'], fieldType: string];

const CONTACTS: readonly Row[] = [
  ['address', 'Street Address', 'string', 'text'],
  ['annualrevenue', 'Annual Revenue', 'string', 'text'],
  ['city', 'City', 'string', 'text'],
  ['company', 'Company Name', 'string', 'text'],
  ['country', 'Country/Region', 'string', 'text'],
  ['createdate', 'Create Date', 'datetime', 'date'],
  ['email', 'Email', 'string', 'text'],
  ['fax', 'Fax Number', 'string', 'text'],
  ['firstname', 'First Name', 'string', 'text'],
  ['hs_lead_status', 'Lead Status', 'enumeration', 'radio'],
  ['hs_object_id', 'Contact ID', 'number', 'number'],
  ['hubspot_owner_id', 'Contact owner', 'enumeration', 'select'],
  ['industry', 'Industry', 'string', 'text'],
  ['jobtitle', 'Job Title', 'string', 'text'],
  ['lastmodifieddate', 'Last Modified Date', 'datetime', 'date'],
  ['lastname', 'Last Name', 'string', 'text'],
  ['lifecyclestage', 'Lifecycle Stage', 'enumeration', 'radio'],
  ['mobilephone', 'Mobile Phone Number', 'string', 'text'],
  ['notes_last_contacted', 'Last Contacted', 'datetime', 'date'],
  ['notes_last_updated', 'Last Activity Date', 'datetime', 'date'],
  ['num_associated_deals', 'Number of Associated Deals', 'number', 'number'],
  ['phone', 'Phone Number', 'string', 'text'],
  ['state', 'State/Region', 'string', 'text'],
  ['website', 'Website URL', 'string', 'text'],
  ['zip', 'Postal Code', 'string', 'text'],
];

const DEALS: readonly Row[] = [
  ['amount', 'Amount', 'number', 'number'],
  ['closedate', 'Close Date', 'datetime', 'date'],
  ['createdate', 'Create Date', 'datetime', 'date'],
  ['deal_currency_code', 'Currency', 'enumeration', 'select'],
  ['dealname', 'Deal Name', 'string', 'text'],
  ['dealstage', 'Deal Stage', 'enumeration', 'radio'],
  ['dealtype', 'Deal Type', 'enumeration', 'radio'],
  ['description', 'Deal Description', 'string', 'textarea'],
  ['hs_lastmodifieddate', 'Last Modified Date', 'datetime', 'date'],
  ['hs_object_id', 'Deal ID', 'number', 'number'],
  ['hubspot_owner_id', 'Deal owner', 'enumeration', 'select'],
  ['pipeline', 'Pipeline', 'enumeration', 'select'],
];

const COMPANIES: readonly Row[] = [
  ['annualrevenue', 'Annual Revenue', 'number', 'number'],
  ['city', 'City', 'string', 'text'],
  ['country', 'Country/Region', 'string', 'text'],
  ['createdate', 'Create Date', 'datetime', 'date'],
  ['domain', 'Company Domain Name', 'string', 'text'],
  ['hs_lastmodifieddate', 'Last Modified Date', 'datetime', 'date'],
  ['hs_object_id', 'Company ID', 'number', 'number'],
  ['hubspot_owner_id', 'Company owner', 'enumeration', 'select'],
  ['industry', 'Industry', 'enumeration', 'select'],
  ['name', 'Company name', 'string', 'text'],
  ['numberofemployees', 'Number of Employees', 'number', 'number'],
  ['phone', 'Phone Number', 'string', 'phonenumber'],
  ['state', 'State/Region', 'string', 'text'],
  ['website', 'Website URL', 'string', 'text'],
];

function define(rows: readonly Row[]): readonly PropertyDefinition[] {
  return rows.map(([name, label, type, fieldType]) => ({ name, label, type, fieldType }));
}

/** The properties that every portal of the simulator has, by object type. */
export const PROPERTY_DEFINITIONS: Readonly<Record<ObjectTypeName, readonly PropertyDefinition[]>> = {
  contacts: define(CONTACTS),
  deals: define(DEALS),
  companies: define(COMPANIES),
};
