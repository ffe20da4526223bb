import { GatewayError } from '../../errors.ts';
import { builder } from '../builder.ts';
import { associationConnection, recordConnection } from '../connections.ts';
import { pageArgs } from '../pagination.ts';
import { dateTimeField, recordFields, textField } from '../properties.ts';
import { CONTACT, DEAL, resolveList, resolveNeighbours, resolveRecord } from '../records.ts';
import { ContactRef, CrmRef, DealRef } from '../refs.ts';
import { connectorOf, readable } from '../scopes.ts';
import { from, selectionOf } from '../selection.ts';
import { ownerField } from './owner.ts';

const ContactConnection = recordConnection('Contact', ContactRef);
const ContactDealConnection = associationConnection('ContactDeal', DealRef);

builder.objectType(ContactRef, {
  description: 'A person in the CRM. Needs `crm.objects.contacts.read`.',
  interfaces: [builder.nodeInterfaceRef()],
  hubspotScopes: readable('contacts'),
  fields: (t) => ({
    ...recordFields(t, 'Contact'),
    email: textField(t, 'email', 'Primary e-mail address, unique in the portal.'),
    firstName: textField(t, 'firstname', 'Given name.'),
    lastName: textField(t, 'lastname', 'Family name.'),
    phone: textField(t, 'phone', 'Telephone number as it was written.'),
    mobilePhone: textField(t, 'mobilephone', 'Mobile number as it was written.'),
    jobTitle: textField(t, 'jobtitle', 'Job title.'),
    companyName: textField(t, 'company', 'Company as the contact wrote it; not the associated company record.'),
    website: textField(t, 'website', "The contact's website."),
    lifecycleStage: textField(
      t,
      'lifecyclestage',
      "Stage in the marketing and sales process: HubSpot's internal value.",
    ),
    leadStatus: textField(t, 'hs_lead_status', "Stage of the sale: HubSpot's internal value."),
    address: textField(t, 'address', 'Street address.'),
    city: textField(t, 'city', 'City.'),
    state: textField(t, 'state', 'State or region.'),
    zip: textField(t, 'zip', 'Postal code.'),
    country: textField(t, 'country', 'Country or region.'),
    lastContactedAt: dateTimeField(t, 'notes_last_contacted', 'When somebody of the portal last was in touch.'),
    owner: ownerField(t),
    deals: t.field({
      type: ContactDealConnection,
      nullable: true,
      description: 'Deals associated with the contact. A deal that vanished is left out.',
      hubspotScopes: readable('contacts', 'deals'),
      extensions: from({ association: 'deals', reads: 'neighbours' }),
      args: pageArgs,
      resolve: (contact, args, _context, info) => resolveNeighbours(DEAL, contact, args, info),
    }),
  }),
});

builder.interfaceFields(CrmRef, (t) => ({
  contact: t.field({
    type: ContactRef,
    nullable: true,
    description: 'One contact. Null when the portal has none with this id.',
    permission: 'hubspot:read',
    hubspotScopes: readable('contacts'),
    extensions: from({ reads: 'record' }),
    args: { id: t.arg.id({ required: true, description: 'HubSpot record id, or a global id.' }) },
    resolve: (parent, { id }, context, info) => resolveRecord(CONTACT, parent, id, context, info),
  }),
  contactByEmail: t.field({
    type: ContactRef,
    nullable: true,
    description: 'The contact whose primary e-mail address this is. Null when there is none.',
    permission: 'hubspot:read',
    hubspotScopes: readable('contacts'),
    extensions: from({ reads: 'record' }),
    args: {
      email: t.arg.string({ required: true, description: 'In any case: HubSpot keeps addresses in lower case.' }),
    },
    async resolve(parent, { email }, context, info) {
      // RFC 5321 § 4.5.3.1: 64 octets, an @, 255 octets. What it may hold is HubSpot's to judge.
      if (email.trim() === '' || email.length > 320) {
        throw new GatewayError('BAD_USER_INPUT', 'email must be an e-mail address.', { argument: 'email' });
      }
      const connector = await connectorOf(parent, context);
      return connector.record('contacts', email, selectionOf(info, 'Contact', connector.granted).properties, 'email');
    },
  }),
  contacts: t.field({
    type: ContactConnection,
    nullable: true,
    description: "Contacts in HubSpot's own order.",
    permission: 'hubspot:read',
    hubspotScopes: readable('contacts'),
    extensions: from({ reads: 'list' }),
    args: {
      ...pageArgs,
      archived: t.arg.boolean({ defaultValue: false, description: 'Only those in the recycle bin.' }),
    },
    resolve: (parent, args, context, info) => resolveList(CONTACT, parent, args, context, info),
  }),
}));
