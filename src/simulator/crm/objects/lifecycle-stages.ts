import { options } from './define.ts';

/** Contacts and companies share HubSpot's default stages. */
export const LIFECYCLE_STAGE_OPTIONS = options({
  subscriber: 'Subscriber',
  lead: 'Lead',
  marketingqualifiedlead: 'Marketing Qualified Lead',
  salesqualifiedlead: 'Sales Qualified Lead',
  opportunity: 'Opportunity',
  customer: 'Customer',
  evangelist: 'Evangelist',
  other: 'Other',
});
