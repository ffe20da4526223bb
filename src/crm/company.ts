import { defineObject } from './define-object.ts';
import { enumeration, number, string } from './property.ts';

export const COMPANY = defineObject({
  objectType: 'companies',
  singular: 'company',
  typename: 'Company',
  description: 'An organisation in the CRM',
  records: 'Organisations',
  searched: 'name, domain, website and telephone number',
  properties: {
    name: string('name', 'Name of the company.'),
    domain: string('domain', 'Domain name of its website, such as `oak.example`.'),
    website: string('website', 'Address of its website.'),
    phone: string('phone', 'Telephone number, as people write it.'),
    industry: enumeration(
      'industry',
      "Line of business: HubSpot's internal value, such as `COMPUTER_SOFTWARE`, or the portal's own.",
    ),
    city: string('city', 'City.'),
    state: string('state', 'State or region.'),
    country: string('country', 'Country or region.'),
    numberOfEmployees: number('numberofemployees', 'Number of people who work there.'),
    annualRevenue: number('annualrevenue', "Revenue of a year, in units of the portal's own currency."),
  },
  associations: { contacts: [280, 279], deals: [342, 341], companies: [450, 450] },
});
