import { Agent } from 'node:http';
import { Client, DEFAULT_LIMITER_OPTIONS } from '@hubspot/api-client';
import { sendJson, serveJson } from '../contenders/json-server.ts';
import { DEALS_PER_CONTACT, PAGE } from '../workloads.ts';

// HubSpot's own SDK in the hand-written handler's place. SDK_AGENT=keep-alive gives it an agent that keeps connections,
// SDK_LIMITER=on the limiter that its README offers.
const { HUBSPOT_API_URL = '', HUBSPOT_ACCESS_TOKEN = '', SDK_AGENT, SDK_LIMITER } = process.env;
const { crm } = new Client({
  accessToken: HUBSPOT_ACCESS_TOKEN,
  basePath: HUBSPOT_API_URL,
  ...(SDK_AGENT === 'keep-alive' && { httpAgent: new Agent({ keepAlive: true, maxSockets: 64 }) }),
  ...(SDK_LIMITER === 'on' && { limiterOptions: DEFAULT_LIMITER_OPTIONS }),
});

const CONTACT_PROPERTIES = ['email', 'firstname', 'lastname'];
const DEAL_PROPERTIES = ['dealname', 'amount'];

serveJson(async ({ operationName, variables }, response) => {
  const data = operationName === 'Q1' ? await contact(variables.id) : await contactsWithDeals();
  sendJson(response, JSON.stringify({ data }));
});

async function contact(id: string) {
  const { results } = await crm.contacts.batchApi.read(inputs([id], CONTACT_PROPERTIES));
  return { contact: results[0] ? contactFields(results[0]) : null };
}

async function contactsWithDeals() {
  const page = await crm.contacts.basicApi.getPage(PAGE, undefined, CONTACT_PROPERTIES, undefined, ['deals']);
  const contacts = page.results.map((record) => ({
    record,
    dealIds: [...new Set(record.associations?.deals?.results.map(({ id }) => id))].slice(0, DEALS_PER_CONTACT),
  }));
  const ids = new Set(contacts.flatMap(({ dealIds }) => dealIds));
  const { results } = await crm.deals.batchApi.read(inputs([...ids], DEAL_PROPERTIES));
  const deals = new Map(results.map((deal) => [deal.id, { node: dealFields(deal) }]));
  return {
    contacts: {
      edges: contacts.map(({ record, dealIds }) => {
        const edges = dealIds.flatMap((id) => deals.get(id) ?? []);
        return { node: { ...contactFields(record), deals: { edges } } };
      }),
    },
  };
}

function inputs(ids: readonly string[], properties: string[]) {
  return { inputs: ids.map((id) => ({ id })), properties, propertiesWithHistory: [] };
}

interface SdkRecord {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null>>;
}

function contactFields({ id, properties }: SdkRecord) {
  return { id, email: properties.email, firstName: properties.firstname, lastName: properties.lastname };
}

function dealFields({ id, properties }: SdkRecord) {
  return { id, name: properties.dealname, amount: properties.amount };
}
