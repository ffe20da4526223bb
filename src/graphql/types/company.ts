import { builder } from '../builder.ts';
import { decimalField, textField } from '../properties.ts';
import { neighboursField, recordField, recordsField } from '../record-fields.ts';
import { COMPANY, CONTACT, DEAL } from '../record-types.ts';
import { CompanyRef, CrmRecordRef, CrmRef } from '../refs.ts';
import { readable } from '../scopes.ts';

builder.objectType(CompanyRef, {
  description: 'An organisation in the CRM. Needs `crm.objects.companies.read`.',
  interfaces: [builder.nodeInterfaceRef(), CrmRecordRef],
  hubspotScopes: readable('companies'),
  fields: (t) => ({
    name: textField(t, 'name', 'Name of the company.'),
    domain: textField(t, 'domain', 'Domain of its website.'),
    website: textField(t, 'website', 'Its website.'),
    phone: textField(t, 'phone', 'Telephone number as it was written.'),
    industry: textField(t, 'industry', "HubSpot's internal value, such as `COMPUTER_SOFTWARE`."),
    city: textField(t, 'city', 'City.'),
    state: textField(t, 'state', 'State or region.'),
    country: textField(t, 'country', 'Country or region.'),
    numberOfEmployees: decimalField(t, 'numberofemployees', 'How many people work there.'),
    annualRevenue: decimalField(t, 'annualrevenue', "Revenue of a year in the portal's own currency."),
    contacts: neighboursField(t, COMPANY, CONTACT),
    deals: neighboursField(t, COMPANY, DEAL),
  }),
});

builder.interfaceFields(CrmRef, (t) => ({ company: recordField(t, COMPANY), companies: recordsField(t, COMPANY) }));
