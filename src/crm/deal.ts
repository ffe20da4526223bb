import { defineObject } from './define-object.ts';
import { datetime, enumeration, number, pipeline, stage, string } from './property.ts';

export const DEAL = defineObject({
  objectType: 'deals',
  typeId: '0-3',
  singular: 'deal',
  typename: 'Deal',
  description: 'An open, won or lost sale',
  records: 'Sales',
  searched: 'name, pipeline, stage, type and description',
  // https://developers.hubspot.com/docs/guides/api/crm/objects/deals
  required: ['dealname', 'dealstage'],
  properties: {
    name: string('dealname', 'Name of the deal.'),
    amount: number('amount', "Value of the deal in `currency`, or in the portal's currency when `currency` is null."),
    currency: enumeration(
      'deal_currency_code',
      'Currency of `amount` as ISO 4217 code, such as `EUR`. Portals with one currency leave it empty.',
    ),
    closeDate: datetime('closedate', 'The actual or expected closing date of the deal.'),
    dealType: enumeration(
      'dealtype',
      "Type of the deal, as HubSpot's internal value, such as `newbusiness`, or a value of the portal.",
    ),
    description: string('description', 'Notes about the deal.'),
    stage: stage('dealstage', 'pipeline', 'The stage of the deal in its pipeline.', {
      write:
        "The stage: HubSpot's id of a stage in the deal's pipeline, or a global id, which also sets the pipeline. Required for a new deal.",
    }),
    pipeline: pipeline('pipeline', 'The pipeline that the deal goes through.', {
      write: "The pipeline: HubSpot's id, or a global id. A new deal without it gets the portal's default pipeline.",
    }),
  },
  associations: { contacts: [3, 4], deals: [451, 451] },
});
