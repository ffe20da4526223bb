import type { ObjectTypeName } from './object-types.ts';

/** A heading under which HubSpot's pages show properties. */
export interface PropertyGroup {
  readonly name: string;
  readonly label: string;
  readonly displayOrder: number;
  readonly archived: boolean;
}

/** The groups that every portal has, by object type. */
export const PROPERTY_GROUPS: Readonly<Record<ObjectTypeName, readonly PropertyGroup[]>> = {
  contacts: groups({
    contactinformation: 'Contact information',
    sales_properties: 'Sales properties',
    deal_information: 'Deal information',
    contact_activity: 'Contact activity',
    emailinformation: 'Email information',
    analyticsinformation: 'Web analytics history',
  }),
  deals: groups({ dealinformation: 'Deal information', deal_activity: 'Deal activity' }),
  companies: groups({ companyinformation: 'Company information', companyactivity: 'Company activity' }),
};

function groups(labels: Readonly<Record<string, string>>): readonly PropertyGroup[] {
  return Object.entries(labels).map(([name, label], displayOrder) => ({ name, label, displayOrder, archived: false }));
}
