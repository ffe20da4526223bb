import { builder } from '../builder.ts';
import { associationConnection, recordConnection } from '../connections.ts';
import { pageArgs } from '../pagination.ts';
import { dateTimeField, decimalField, recordFields, textField } from '../properties.ts';
import { CONTACT, DEAL, resolveList, resolveNeighbours, resolveRecord } from '../records.ts';
import { ContactRef, CrmRef, DealRef } from '../refs.ts';
import { readable } from '../scopes.ts';
import { from } from '../selection.ts';
import { ownerField } from './owner.ts';

const DealConnection = recordConnection('Deal', DealRef);
const DealContactConnection = associationConnection('DealContact', ContactRef);

builder.objectType(DealRef, {
  description: 'A sale that is going on or over. Needs `crm.objects.deals.read`.',
  interfaces: [builder.nodeInterfaceRef()],
  hubspotScopes: readable('deals'),
  fields: (t) => ({
    ...recordFields(t, 'Deal'),
    name: textField(t, 'dealname', 'Name of the deal.'),
    amount: decimalField(t, 'amount', "Value of the deal in `currency`, or in the portal's own where that is null."),
    currency: textField(t, 'deal_currency_code', 'ISO 4217 code; null where the portal uses one currency only.'),
    closeDate: dateTimeField(t, 'closedate', 'When the deal was closed, or is expected to be.'),
    dealType: textField(t, 'dealtype', "HubSpot's internal value, such as `newbusiness`."),
    description: textField(t, 'description', 'Notes about the deal.'),
    owner: ownerField(t),
    contacts: t.field({
      type: DealContactConnection,
      nullable: true,
      description: 'Contacts associated with the deal. A contact that vanished is left out.',
      hubspotScopes: readable('deals', 'contacts'),
      extensions: from({ association: 'contacts', reads: 'neighbours' }),
      args: pageArgs,
      resolve: (deal, args, _context, info) => resolveNeighbours(CONTACT, deal, args, info),
    }),
  }),
});

builder.interfaceFields(CrmRef, (t) => ({
  deal: t.field({
    type: DealRef,
    nullable: true,
    description: 'One deal. Null when the portal has none with this id.',
    permission: 'hubspot:read',
    hubspotScopes: readable('deals'),
    extensions: from({ reads: 'record' }),
    args: { id: t.arg.id({ required: true, description: 'HubSpot record id, or a global id.' }) },
    resolve: (parent, { id }, context, info) => resolveRecord(DEAL, parent, id, context, info),
  }),
  deals: t.field({
    type: DealConnection,
    nullable: true,
    description: "Deals in HubSpot's own order.",
    permission: 'hubspot:read',
    hubspotScopes: readable('deals'),
    extensions: from({ reads: 'list' }),
    args: {
      ...pageArgs,
      archived: t.arg.boolean({ defaultValue: false, description: 'Only those in the recycle bin.' }),
    },
    resolve: (parent, args, context, info) => resolveList(DEAL, parent, args, context, info),
  }),
}));
