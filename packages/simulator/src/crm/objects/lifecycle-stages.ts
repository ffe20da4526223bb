import { options } from './define.ts';

/** HubSpot's default lifecycle stages of contacts and companies. */
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
