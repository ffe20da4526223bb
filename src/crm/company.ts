import { defineObject } from './define-object.ts';
import { enumeration, number, string } from './property.ts';

export const COMPANY = defineObject({
  objectType: 'companies',
  typeId: '0-2',
  singular: 'company',
  typename: 'Company',
  description: 'An organisation in the CRM',
  records: 'Organisations',
  searched: 'name, domain, website and telephone number',
  properties: {
    name: string('name', 'Name of the company.'),
    domain: string('domain', "Domain name of the company's website, such as `oak.example`."),
    website: string('website', "URL of the company's website."),
    phone: string('phone', 'Telephone number in any format.'),
    industry: enumeration(
      'industry',
      "Industry, as HubSpot's internal value, such as `COMPUTER_SOFTWARE`, or a value of the portal.",
    ),
    city: string('city', 'City.'),
    state: string('state', 'State or region.'),
    country: string('country', 'Country or region.'),
    numberOfEmployees: number('numberofemployees', 'Number of employees.'),
    annualRevenue: number('annualrevenue', "Annual revenue in the portal's currency."),
  },
  associations: { contacts: [280, 279], deals: [342, 341], companies: [450, 450] },
});
