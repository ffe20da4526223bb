import Fastify from 'fastify';
import mercurius, { type MercuriusContext } from 'mercurius';
import { dealIds, type HubspotObject, listContacts } from '../contenders/hubspot.ts';
import { createLoaders, type Loaders } from './records.ts';

const schema = /* GraphQL */ `
  type Query {
    contact(id: ID!): Contact
    contacts(first: Int!): ContactConnection!
  }
  type Contact {
    id: ID!
    email: String
    firstName: String
    lastName: String
    deals(first: Int!): DealConnection!
  }
  type Deal {
    id: ID!
    name: String
    amount: String
  }
  type ContactConnection { edges: [ContactEdge!]! }
  type ContactEdge { node: Contact! }
  type DealConnection { edges: [DealEdge!]! }
  type DealEdge { node: Deal! }
`;

const resolvers = {
  Query: {
    contact: (_root: unknown, { id }: { id: string }, { loaders }: MercuriusContext) => loaders.contacts.load(id),
    contacts: async (_root: unknown, { first }: { first: number }) => toConnection(await listContacts(first)),
  },
  Contact: {
    email: ({ properties }: HubspotObject) => properties.email,
    firstName: ({ properties }: HubspotObject) => properties.firstname,
    lastName: ({ properties }: HubspotObject) => properties.lastname,
    deals: async (contact: HubspotObject, { first }: { first: number }, { loaders }: MercuriusContext) =>
      toConnection(await loaders.deals.loadMany(dealIds(contact, first))),
  },
  Deal: {
    name: ({ properties }: HubspotObject) => properties.dealname,
    amount: ({ properties }: HubspotObject) => properties.amount,
  },
};

declare module 'mercurius' {
  interface MercuriusContext {
    loaders: Loaders;
  }
}

function toConnection(nodes: readonly unknown[]) {
  return { edges: nodes.map((node) => ({ node })) };
}

const app = Fastify();
app.register(mercurius, { schema, resolvers, jit: 1, context: () => ({ loaders: createLoaders() }) });
await app.listen({ port: 0, host: '127.0.0.1' });
