import { COMPANY } from '../../crm/company.ts';
import { CONTACT } from '../../crm/contact.ts';
import { DEAL } from '../../crm/deal.ts';
import { readScopes } from '../../crm/scopes.ts';
import { builder } from '../builder.ts';
import { decimalField, textField } from '../properties.ts';
import { neighboursField, recordField, recordsField } from '../record-fields.ts';
import { CompanyRef, CrmRecordRef, CrmRef } from '../refs.ts';

builder.objectType(CompanyRef, {
  description:
    "An organisation in the CRM: HubSpot object `companies`. Fields are HubSpot's own properties, which every portal has.",
  interfaces: [builder.nodeInterfaceRef(), CrmRecordRef],
  hubspotScopes: readScopes('companies'),
  fields: (t) => ({
    name: textField(t, 'name', 'Name of the company.'),
    domain: textField(t, 'domain', 'Domain name of its website, such as `oak.example`.'),
    website: textField(t, 'website', 'Address of its website.'),
    phone: textField(t, 'phone', 'Telephone number as somebody wrote it.'),
    industry: textField(
      t,
      'industry',
      "Line of business: HubSpot's internal value, such as `COMPUTER_SOFTWARE`, or the portal's own.",
    ),
    city: textField(t, 'city', 'City.'),
    state: textField(t, 'state', 'State or region.'),
    country: textField(t, 'country', 'Country or region.'),
    numberOfEmployees: decimalField(t, 'numberofemployees', 'Number of people who work there.'),
    annualRevenue: decimalField(t, 'annualrevenue', "Revenue of a year, in units of the portal's own currency."),
    contacts: neighboursField(t, COMPANY, CONTACT),
    deals: neighboursField(t, COMPANY, DEAL),
  }),
});

builder.interfaceFields(CrmRef, (t) => ({ company: recordField(t, COMPANY), companies: recordsField(t, COMPANY) }));
