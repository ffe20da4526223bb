import { dealPipeline } from '../pipelines.ts';
import { CALCULATED, defineObject, OPEN_OPTIONS, OWNER, options, READ_ONLY } from './define.ts';

export const DEALS = defineObject({
  name: 'deals',
  singular: 'deal',
  typeId: '0-3',
  firstId: 300_001,
  defaults: ['amount', 'closedate', 'dealname', 'dealstage', 'pipeline'],
  required: [['dealname'], ['dealstage']],
  searchable: ['dealname', 'pipeline', 'dealstage', 'description', 'dealtype'],
  pipelines: {
    pipeline: 'pipeline',
    stage: 'dealstage',
    // HubSpot's default pipeline has the epoch as its creation time.
    standard: dealPipeline({ id: 'default', label: 'Sales Pipeline', displayOrder: 0, createdAt: 0 }, [
      ['appointmentscheduled', 'Appointment Scheduled', 0.2],
      ['qualifiedtobuy', 'Qualified To Buy', 0.4],
      ['presentationscheduled', 'Presentation Scheduled', 0.6],
      ['decisionmakerboughtin', 'Decision Maker Bought-In', 0.8],
      ['contractsent', 'Contract Sent', 0.9],
      ['closedwon', 'Closed Won', 1],
      ['closedlost', 'Closed Lost', 0],
    ]),
  },
  associations: [
    ['contacts', null, 3, 4],
    ['deals', null, 451, 451],
  ],
  groups: { dealinformation: 'Deal information', deal_activity: 'Deal activity' },
  properties: {
    dealinformation: [
      ['amount', 'Amount', 'number', 'number'],
      ['amount_in_home_currency', 'Amount in company currency', 'number', 'calculation_equation', READ_ONLY],
      ['closed_lost_reason', 'Closed Lost Reason', 'string', 'textarea'],
      ['closedate', 'Close Date', 'datetime', 'date'],
      [
        'deal_currency_code',
        'Currency',
        'enumeration',
        'select',
        { options: options({ EUR: 'Euro', GBP: 'British Pound', USD: 'US Dollar' }) },
      ],
      ['dealname', 'Deal Name', 'string', 'text'],
      ['dealstage', 'Deal Stage', 'enumeration', 'radio', { externalOptions: true }],
      [
        'dealtype',
        'Deal Type',
        'enumeration',
        'radio',
        { ...OPEN_OPTIONS, options: options({ newbusiness: 'New Business', existingbusiness: 'Existing Business' }) },
      ],
      ['description', 'Deal Description', 'string', 'textarea'],
      ['hs_deal_stage_probability', 'Deal Probability', 'number', 'number', READ_ONLY],
      ['hs_is_closed', 'Is Deal Closed?', 'bool', 'calculation_equation', READ_ONLY],
      ['hs_is_closed_won', 'Is Closed Won', 'bool', 'calculation_equation', READ_ONLY],
      ['hs_next_step', 'Next step', 'string', 'text'],
      ['hs_object_id', 'Record ID', 'number', 'number', CALCULATED],
      [
        'hs_priority',
        'Priority',
        'enumeration',
        'select',
        { ...OPEN_OPTIONS, options: options({ low: 'Low', medium: 'Medium', high: 'High' }) },
      ],
      ['hubspot_owner_assigneddate', 'Owner assigned date', 'datetime', 'date', READ_ONLY],
      ['hubspot_owner_id', 'Deal owner', 'enumeration', 'select', OWNER],
      ['num_associated_contacts', 'Number of Associated Contacts', 'number', 'number', READ_ONLY],
      ['pipeline', 'Pipeline', 'enumeration', 'select', { externalOptions: true }],
    ],
    deal_activity: [
      ['notes_last_contacted', 'Last Contacted', 'datetime', 'date', READ_ONLY],
      ['notes_last_updated', 'Last Activity Date', 'datetime', 'date', READ_ONLY],
    ],
  },
});
