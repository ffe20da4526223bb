import { DEALS_PER_CONTACT, PAGE } from '../workloads.ts';
import { batchRead, dealIds, type HubspotObject, listContacts } from './hubspot.ts';
import { sendJson, serveJson } from './json-server.ts';

// What a good engineer writes for these two queries and no other: the calls that they need, and the answer picked out.
serveJson(async ({ operationName, variables }, response) => {
  const data = operationName === 'Q1' ? await contact(variables.id) : await contactsWithDeals();
  sendJson(response, JSON.stringify({ data }));
});

async function contact(id: string) {
  const [record] = await batchRead('contacts', [id]);
  return { contact: record ? contactFields(record) : null };
}

async function contactsWithDeals() {
  const contacts = await listContacts(PAGE);
  const ids = new Set(contacts.flatMap((record) => dealIds(record, DEALS_PER_CONTACT)));
  const deals = new Map((await batchRead('deals', [...ids])).map((deal) => [deal.id, { node: dealFields(deal) }]));
  return {
    contacts: {
      edges: contacts.map((record) => {
        const edges = dealIds(record, DEALS_PER_CONTACT).flatMap((id) => deals.get(id) ?? []);
        return { node: { ...contactFields(record), deals: { edges } } };
      }),
    },
  };
}

function contactFields({ id, properties }: HubspotObject) {
  return { id, email: properties.email, firstName: properties.firstname, lastName: properties.lastname };
}

function dealFields({ id, properties }: HubspotObject) {
  return { id, name: properties.dealname, amount: properties.amount };
}
