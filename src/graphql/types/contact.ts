import { COMPANY } from '../../crm/company.ts';
import { CONTACT } from '../../crm/contact.ts';
import { DEAL } from '../../crm/deal.ts';
import { readScopes } from '../../crm/scopes.ts';
import { builder } from '../builder.ts';
import { emailAddress } from '../email-address.ts';
import { dateTimeField, textField } from '../properties.ts';
import { neighboursField, recordField, recordsField } from '../record-fields.ts';
import { ContactRef, CrmRecordRef, CrmRef } from '../refs.ts';
import { connectorOf } from '../scopes.ts';
import { from, selectionOf } from '../selection.ts';

builder.objectType(ContactRef, {
  description:
    "A person in the CRM: HubSpot object `contacts`. Fields are HubSpot's own properties, which every portal has.",
  interfaces: [builder.nodeInterfaceRef(), CrmRecordRef],
  hubspotScopes: readScopes('contacts'),
  fields: (t) => ({
    email: textField(t, 'email', 'Primary e-mail address in lower case, unique in the portal.'),
    firstName: textField(t, 'firstname', 'Given name.'),
    lastName: textField(t, 'lastname', 'Family name.'),
    phone: textField(t, 'phone', 'Telephone number as somebody wrote it.'),
    mobilePhone: textField(t, 'mobilephone', 'Mobile telephone number as somebody wrote it.'),
    jobTitle: textField(t, 'jobtitle', 'Job title.'),
    companyName: textField(
      t,
      'company',
      'Name of the company as a text of the contact: `companies` has the company records.',
    ),
    website: textField(t, 'website', 'Website of the contact.'),
    lifecycleStage: textField(
      t,
      'lifecyclestage',
      "How far the contact is from a stranger to a customer: HubSpot's internal value, such as `lead`, or the portal's own.",
    ),
    leadStatus: textField(
      t,
      'hs_lead_status',
      "What sales has to do with a lead: HubSpot's internal value, such as `OPEN_DEAL`, or the portal's own.",
    ),
    address: textField(t, 'address', 'Street and house number.'),
    city: textField(t, 'city', 'City.'),
    state: textField(t, 'state', 'State or region.'),
    zip: textField(t, 'zip', 'Postal code.'),
    country: textField(t, 'country', 'Country or region.'),
    lastContactedAt: dateTimeField(
      t,
      'notes_last_contacted',
      'When somebody of the portal last called, met or wrote to the contact, as HubSpot notes it.',
    ),
    deals: neighboursField(t, CONTACT, DEAL),
    companies: neighboursField(t, CONTACT, COMPANY),
  }),
});

builder.interfaceFields(CrmRef, (t) => ({
  contact: recordField(t, CONTACT),
  contactByEmail: t.field({
    type: ContactRef,
    nullable: true,
    description:
      'The contact whose e-mail address this is: the primary one, which `email` shows, or one of the others that a merge or ' +
      'a person gave it. Null when the portal has none.',
    permission: 'hubspot:read',
    hubspotScopes: readScopes('contacts'),
    extensions: from({ reads: 'record' }),
    given: {
      ids: ({ email }) => {
        emailAddress(email);
        return [];
      },
    },
    args: {
      email: t.arg.string({ required: true, description: 'The address, in upper or lower case.' }),
    },
    async resolve(parent, { email }, context, info) {
      const address = emailAddress(email);
      const connector = await connectorOf(parent, context);
      return connector.record('contacts', address, selectionOf(info, 'Contact', connector.granted), 'email');
    },
  }),
  contacts: recordsField(t, CONTACT),
}));
