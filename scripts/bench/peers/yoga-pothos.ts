import { createServer } from 'node:http';
import SchemaBuilder from '@pothos/core';
import RelayPlugin from '@pothos/plugin-relay';
import { createYoga } from 'graphql-yoga';
import { dealIds, type HubspotObject, listContacts } from '../contenders/hubspot.ts';
import { createLoaders, type Loaders } from './records.ts';

const builder = new SchemaBuilder<{ Context: { loaders: Loaders } }>({ plugins: [RelayPlugin] });
const Deal = builder.objectRef<HubspotObject>('Deal').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    name: t.string({ nullable: true, resolve: ({ properties }) => properties.dealname }),
    amount: t.string({ nullable: true, resolve: ({ properties }) => properties.amount }),
  }),
});
const Contact = builder.objectRef<HubspotObject>('Contact').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    email: t.string({ nullable: true, resolve: ({ properties }) => properties.email }),
    firstName: t.string({ nullable: true, resolve: ({ properties }) => properties.firstname }),
    lastName: t.string({ nullable: true, resolve: ({ properties }) => properties.lastname }),
    deals: t.connection({
      type: Deal,
      resolve: async (contact, { first }, { loaders }) => {
        const deals = await loaders.deals.loadMany(dealIds(contact, first ?? 20));
        return toConnection(deals.flatMap((deal) => (deal === null || deal instanceof Error ? [] : deal)));
      },
    }),
  }),
});
builder.queryType({
  fields: (t) => ({
    contact: t.field({
      type: Contact,
      nullable: true,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, { loaders }) => loaders.contacts.load(String(id)),
    }),
    contacts: t.connection({
      type: Contact,
      resolve: async (_root, { first }) => toConnection(await listContacts(first ?? 20)),
    }),
  }),
});

function toConnection(nodes: readonly HubspotObject[]) {
  return {
    edges: nodes.map((node) => ({ cursor: node.id, node })),
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  };
}

const yoga = createYoga({ schema: builder.toSchema(), context: () => ({ loaders: createLoaders() }) });
createServer(yoga).listen(0, '127.0.0.1');
