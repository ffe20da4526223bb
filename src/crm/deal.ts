import { defineObject } from './define-object.ts';
import { datetime, enumeration, number, pipeline, stage, string } from './property.ts';

export const DEAL = defineObject({
  objectType: 'deals',
  singular: 'deal',
  typename: 'Deal',
  description: 'A sale that is going on, won or lost',
  records: 'Sales',
  searched: 'name, pipeline, stage, type and description',
  properties: {
    name: string('dealname', 'Name of the deal.'),
    amount: number(
      'amount',
      "Value of the deal, in units of `currency`, or of the portal's own currency where that is null.",
    ),
    currency: enumeration(
      'deal_currency_code',
      'Currency of `amount` as ISO 4217 code, such as `EUR`. Portals with one currency leave it empty.',
    ),
    closeDate: datetime('closedate', 'When the deal was closed, or is expected to be.'),
    dealType: enumeration(
      'dealtype',
      "Kind of sale: HubSpot's internal value, such as `newbusiness`, or the portal's own.",
    ),
    description: string('description', 'Notes about the deal.'),
    stage: stage('dealstage', 'pipeline', 'Where the deal stands in its pipeline.', {
      write:
        "The stage: HubSpot's own id of one of the deal's pipeline, or a global id, which also puts the deal into its pipeline. A new deal needs one.",
    }),
    pipeline: pipeline('pipeline', 'The pipeline that the deal goes through.', {
      write: "The pipeline: HubSpot's own id, or a global id. Left out for a new deal: the portal's default one.",
    }),
  },
  associations: { contacts: [3, 4], deals: [451, 451] },
});
