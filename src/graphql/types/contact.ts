import { builder } from '../builder.ts';
import { emailAddress } from '../email-address.ts';
import { dateTimeField, textField } from '../properties.ts';
import { neighboursField, recordField, recordsField } from '../record-fields.ts';
import { COMPANY, CONTACT, DEAL } from '../record-types.ts';
import { ContactRef, CrmRecordRef, CrmRef } from '../refs.ts';
import { connectorOf, readable } from '../scopes.ts';
import { from, selectionOf } from '../selection.ts';

builder.objectType(ContactRef, {
  description: 'A person in the CRM. Needs `crm.objects.contacts.read`.',
  interfaces: [builder.nodeInterfaceRef(), CrmRecordRef],
  hubspotScopes: readable('contacts'),
  fields: (t) => ({
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
    deals: neighboursField(t, CONTACT, DEAL),
    companies: neighboursField(t, CONTACT, COMPANY),
  }),
});

builder.interfaceFields(CrmRef, (t) => ({
  contact: recordField(t, CONTACT),
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
      const address = emailAddress(email);
      const connector = await connectorOf(parent, context);
      return connector.record('contacts', address, selectionOf(info, 'Contact', connector.granted), 'email');
    },
  }),
  contacts: recordsField(t, CONTACT),
}));
