import { COMPANY } from '../../crm/company.ts';
import { CONTACT } from '../../crm/contact.ts';
import { DEAL } from '../../crm/deal.ts';
import { readScopes } from '../../crm/scopes.ts';
import { builder } from '../builder.ts';
import { dateTimeField, decimalField, textField } from '../properties.ts';
import { neighboursField, recordField, recordsField } from '../record-fields.ts';
import { CrmRecordRef, CrmRef, DealRef } from '../refs.ts';
import { pipelineField, stageField } from './pipeline.ts';

builder.objectType(DealRef, {
  description:
    "A sale that is going on, won or lost: HubSpot object `deals`. Fields are HubSpot's own properties, which every portal has.",
  interfaces: [builder.nodeInterfaceRef(), CrmRecordRef],
  hubspotScopes: readScopes('deals'),
  fields: (t) => ({
    name: textField(t, 'dealname', 'Name of the deal.'),
    amount: decimalField(
      t,
      'amount',
      "Value of the deal, in units of `currency`, or of the portal's own currency where that is null.",
    ),
    currency: textField(
      t,
      'deal_currency_code',
      'Currency of `amount` as ISO 4217 code, such as `EUR`. Portals with one currency leave it empty.',
    ),
    closeDate: dateTimeField(t, 'closedate', 'When the deal was closed, or is expected to be.'),
    dealType: textField(
      t,
      'dealtype',
      "Kind of sale: HubSpot's internal value, such as `newbusiness`, or the portal's own.",
    ),
    description: textField(t, 'description', 'Notes about the deal.'),
    stage: stageField(t),
    pipeline: pipelineField(t),
    contacts: neighboursField(t, DEAL, CONTACT),
    companies: neighboursField(t, DEAL, COMPANY),
  }),
});

builder.interfaceFields(CrmRef, (t) => ({ deal: recordField(t, DEAL), deals: recordsField(t, DEAL) }));
