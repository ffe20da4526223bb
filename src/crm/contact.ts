import { defineObject } from './define-object.ts';
import { datetime, enumeration, string } from './property.ts';

export const CONTACT = defineObject({
  objectType: 'contacts',
  typeId: '0-1',
  singular: 'contact',
  typename: 'Contact',
  description: 'A person in the CRM',
  records: 'People',
  searched: 'names, e-mail addresses, telephone numbers and `company`',
  properties: {
    email: string('email', 'Primary e-mail address, unique in the portal. HubSpot stores it in lower case.', {
      unique: true,
    }),
    firstName: string('firstname', 'Given name.'),
    lastName: string('lastname', 'Family name.'),
    phone: string('phone', 'Telephone number in any format.'),
    mobilePhone: string('mobilephone', 'Mobile telephone number in any format.'),
    jobTitle: string('jobtitle', 'Job title.'),
    companyName: string('company', 'Name of the company as text. It does not associate a company record.'),
    website: string('website', 'Website of the contact.'),
    lifecycleStage: enumeration(
      'lifecyclestage',
      "Stage between a stranger and a customer, as HubSpot's internal value, such as `lead`, or a value of the portal. HubSpot moves stages only forward. To move back, clear the property first in another mutation.",
    ),
    leadStatus: enumeration(
      'hs_lead_status',
      "Sales status of a lead, as HubSpot's internal value, such as `OPEN_DEAL`, or a value of the portal.",
    ),
    address: string('address', 'Street and house number.'),
    city: string('city', 'City.'),
    state: string('state', 'State or region.'),
    zip: string('zip', 'Postal code.'),
    country: string('country', 'Country or region.'),
    lastContactedAt: datetime(
      'notes_last_contacted',
      'The time of the last call, meeting or message with the contact that HubSpot has recorded.',
      { write: false },
    ),
  },
  updatedAt: 'lastmodifieddate',
  // Only the second property has older merges.
  formerIds: ['hs_merged_object_ids', 'hs_all_contact_vids'],
  privacyDeletion: true,
  associations: { contacts: [449, 449] },
});
