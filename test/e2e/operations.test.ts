import { readdirSync, readFileSync } from 'node:fs';
import { getOperationAST, parse } from 'graphql';
import type { Portal } from 'hubspot-graphql-gateway-simulator';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Browser } from '../../packages/simulator/test/helpers/browser.ts';
import { SMALL_PORTAL, Stack } from '../helpers/stack.ts';

const FOLDER = new URL('../../schema/operations/', import.meta.url);
const texts = readdirSync(FOLDER).map((file) => readFileSync(new URL(file, FOLDER), 'utf8'));
const documents = new Map(texts.map((text) => [getOperationAST(parse(text))?.name?.value ?? '', text]));

let stack: Stack;
let portal: Portal;
beforeAll(async () => {
  stack = await Stack.start({ simulator: { portals: [SMALL_PORTAL] } });
  const [only] = stack.simulator.portals;
  if (!only) throw new TypeError('one portal was asked for');
  portal = only;
  portal.associate({ type: 'deals', id: '300001' }, { type: 'contacts', id: '100001' }, { label: 'Decision maker' });
  const scopes = stack.config.hubspot.optionalScopes;
  await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
});
afterAll(() => stack.stop());
beforeEach(() => {
  // What was cached is forgotten.
  stack.clock.advance(31 * 60 * 1000);
});

/** What is sent, and how many calls HubSpot gets: with nothing known, and right afterwards. */
interface Cost {
  readonly variables: object;
  readonly calls: readonly [first: number, again: number];
  /** What each call is for: none could be left out. */
  readonly why: string;
}

const contact = {
  email: 'grace@one.example',
  firstName: 'Grace',
  associations: [{ objectType: 'DEAL', id: '300030' }],
};
const deal = {
  ...{ name: 'Pilot', amount: '12.50', stageId: 'contractsent', pipelineId: 'default' },
  closeDate: '2026-12-01T00:00:00Z',
  associations: [{ objectType: 'CONTACT', id: '100001', label: 'Decision maker' }],
};

const COSTS: Readonly<Record<string, Cost>> = {
  ContactPage: {
    variables: { id: '100001' },
    calls: [5, 4],
    why: 'contact with its associated records; labels of its deals; companies; deals; owners once',
  },
  Company360: {
    variables: { id: '200003' },
    calls: [7, 4],
    why: 'company with its associated records; labels of its contacts; contacts; deals; owners, pipelines and properties once',
  },
  DealPage: { variables: { id: '300001' }, calls: [2, 2], why: 'deal with its associated records; contacts' },
  DealBoard: {
    variables: { first: 50 },
    calls: [5, 2],
    why: 'deals with their associated records; companies; owners, those who left, and pipelines once',
  },
  DealForm: { variables: {}, calls: [5, 0], why: 'pipelines, owners, and properties of each sensitivity once' },
  ContactForm: { variables: {}, calls: [4, 0], why: 'properties of each sensitivity, and the rules for them, once' },
  DealsByStage: { variables: { stage: 'closedlost' }, calls: [1, 1], why: 'a search' },
  Deals: { variables: { first: 50 }, calls: [1, 1], why: 'a list' },
  ContactsWithDeals: {
    variables: { first: 50, deals: 2 },
    calls: [2, 2],
    why: 'contacts with their associated records; deals',
  },
  ContactsOfCompany: { variables: { company: '200003' }, calls: [1, 1], why: 'a search' },
  ContactByEmail: { variables: { email: 'nobody@one.example' }, calls: [1, 1], why: 'a read' },
  SearchBox: { variables: { query: 'copper' }, calls: [3, 3], why: 'a search for each type of record' },
  RecentlyChanged: { variables: { since: '2026-10-15T00:00:00Z', first: 3 }, calls: [1, 1], why: 'a search' },
  CreateContact: { variables: { contact }, calls: [1, 1], why: 'the write; that it is there already, HubSpot says' },
  CreateContacts: {
    variables: { contacts: [{ email: 'ida@one.example' }, { email: 'no address' }, { email: 'ivy@one.example' }] },
    calls: [1, 1],
    why: 'the write: HubSpot tells of each whether it is written',
  },
  ArchiveContacts: { variables: { ids: ['100041', '100042'] }, calls: [1, 1], why: 'the write' },
  MergeContacts: {
    variables: { primary: '100043', merged: '100044' },
    calls: [1, 1],
    why: 'the write; that one of them is there no longer, HubSpot says',
  },
  UpsertContact: {
    variables: { input: { idValue: 'alan@one.example', jobTitle: 'Reader' } },
    calls: [1, 2],
    why: 'the write; an address that it has already, HubSpot does not tell',
  },
  CreateDeal: {
    variables: { deal },
    calls: [4, 2],
    why: 'the write; labels of the portal once; labels of the deal’s contacts; pipelines once',
  },
  MoveDeal: {
    variables: { id: '300031', pipelineId: 'default', stageId: 'contractsent' },
    calls: [2, 1],
    why: 'the write; pipelines once',
  },
  ArchiveContact: { variables: { id: '100040' }, calls: [1, 1], why: 'the write' },
  LabelContactOfDeal: {
    variables: { deal: '300001', contact: '100002', labels: ['Decision maker'] },
    calls: [3, 1],
    why: 'the write, which would replace labels; labels that there are; labels of the portal once',
  },
  ConnectHubSpot: { variables: {}, calls: [0, 0], why: 'the browser goes to HubSpot' },
  Installations: { variables: {}, calls: [0, 0], why: 'what the gateway remembers' },
  OperationAccess: { variables: { document: '{ contacts { nodes { id } } }' }, calls: [0, 0], why: 'a dry run' },
};

/** Takes a handle of a browser that lost its cookie. */
const ELSEWHERE = ['CompleteHubSpotConnection'];

describe('the operations of a frontend', () => {
  it('are all of them here', () => {
    expect([...Object.keys(COSTS), ...ELSEWHERE].sort()).toEqual([...documents.keys()].sort());
  });

  it.each(Object.entries(COSTS))('%s costs no more than HubSpot demands', async (name, { variables, calls, why }) => {
    for (const expected of calls) {
      stack.simulator.log.clear();
      const { errors } = await stack.query(documents.get(name) ?? '', variables);
      expect(errors).toBeUndefined();
      const asked = stack.simulator.log.crm().map(({ method, path }) => `${method} ${path}`);
      expect(asked, why).toHaveLength(expected);
    }
  });

  it('CompleteHubSpotConnection takes what came back without its cookie, and reads nothing', async () => {
    const started = await stack.startFlow(new Browser(), { returnTo: 'https://app.example/settings' });
    const landed = await new Browser().get(await stack.consent(new Browser(), started));
    const connection = new URL(landed.headers.get('location') ?? '').searchParams.get('connection');
    stack.simulator.log.clear();
    const answer = await stack.query(documents.get('CompleteHubSpotConnection') ?? '', { input: { connection } });
    const installation = { id: expect.stringMatching(/^Installation:/), hubId: '1234567' };
    expect(answer).toEqual({ data: { completeHubSpotConnection: { installation } } });
    expect(stack.simulator.log.crm()).toEqual([]);
  });
});
