import { defineObject } from './define-object.ts';
import { datetime, enumeration, string } from './property.ts';

export const CONTACT = defineObject({
  objectType: 'contacts',
  singular: 'contact',
  typename: 'Contact',
  description: 'A person in the CRM',
  records: 'People',
  searched: 'names, e-mail addresses, telephone numbers and `company`',
  properties: {
    email: string('email', 'Primary e-mail address, unique in the portal. HubSpot keeps it in lower case.', {
      unique: true,
    }),
    firstName: string('firstname', 'Given name.'),
    lastName: string('lastname', 'Family name.'),
    phone: string('phone', 'Telephone number, as people write it.'),
    mobilePhone: string('mobilephone', 'Mobile telephone number, as people write it.'),
    jobTitle: string('jobtitle', 'Job title.'),
    companyName: string('company', 'Name of the company as a text of the contact, which associates no company record.'),
    website: string('website', 'Website of the contact.'),
    lifecycleStage: enumeration(
      'lifecyclestage',
      "How far the contact is from a stranger to a customer: HubSpot's internal value, such as `lead`, or the portal's own. Stages move forward: to go back, clear it in a mutation before.",
    ),
    leadStatus: enumeration(
      'hs_lead_status',
      "What sales has to do with a lead: HubSpot's internal value, such as `OPEN_DEAL`, or the portal's own.",
    ),
    address: string('address', 'Street and house number.'),
    city: string('city', 'City.'),
    state: string('state', 'State or region.'),
    zip: string('zip', 'Postal code.'),
    country: string('country', 'Country or region.'),
    lastContactedAt: datetime(
      'notes_last_contacted',
      'When somebody of the portal last called, met or wrote to the contact, as HubSpot notes it.',
      { write: false },
    ),
  },
  updatedAt: 'lastmodifieddate',
  // Older merges stand in the second alone.
  formerIds: ['hs_merged_object_ids', 'hs_all_contact_vids'],
  associations: { contacts: [449, 449] },
});
