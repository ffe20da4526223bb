import type { Portal } from 'hubspot-graphql-gateway-simulator';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { batchResults, CREATE_CONTACTS, people } from '../../helpers/batch-results.ts';
import { ALICE, Stack } from '../../helpers/stack.ts';

let stack: Stack;
let portal: Portal;
beforeAll(async () => {
  stack = await Stack.start();
  const scopes = stack.config.hubspot.optionalScopes;
  await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
  const [only] = stack.simulator.portals;
  if (!only) throw new TypeError('one portal was asked for');
  portal = only;
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());
afterEach(() => {
  stack.simulator.faults.clear();
  portal.refusesWholeBatches = false;
});

const results = (query: string, variables: object = {}, viewer = ALICE) =>
  batchResults(stack, query, variables, viewer);
const asked = () =>
  stack.simulator.log.crm().map(({ method, path }) => `${method} ${path.split('/').slice(4).join('/')}`);
const isThere = (email: string) => portal.recordBy('contacts', 'email', email) !== undefined;

describe('an answer that is lost', () => {
  const lost = { kind: 'reset', at: 'before', processed: true } as const;
  const match = '^POST .*/contacts/batch/create$';

  it('is an unknown outcome of each input, which is not sent again', async () => {
    stack.simulator.faults.add({ match, fault: lost });
    const all = await results(CREATE_CONTACTS, { inputs: people('lost', 3) });
    expect(all).toMatchObject([0, 1, 2].map((index) => ({ index, outcome: 'UNKNOWN', contact: null, userErrors: [] })));
    expect(all[0]?.failure).toEqual({
      code: 'HUBSPOT_UNAVAILABLE',
      message: 'HubSpot could not be reached. The write may have succeeded: read before you write again.',
    });
    expect(asked()).toHaveLength(1);
    expect(isThere('lost-2@one.example')).toBe(true);
  });

  it.each([
    ['a server error', { kind: 'answer', status: 502, processed: true }, 'HUBSPOT_UNAVAILABLE'],
    [
      'something that is no answer',
      { kind: 'answer', status: 200, body: '{"status":"COMPLETE"}' },
      'HUBSPOT_BAD_RESPONSE',
    ],
    ['no JSON', { kind: 'answer', status: 201, body: 'ok' }, 'HUBSPOT_BAD_RESPONSE'],
    ['silence', { kind: 'hold', processed: true }, 'HUBSPOT_TIMEOUT'],
  ] as const)('or %s', async (name, fault, code) => {
    const rule = stack.simulator.faults.add({ match, fault });
    const all = await results(CREATE_CONTACTS, { inputs: people(name.replaceAll(' ', '-'), 2) });
    expect(all).toMatchObject([0, 1].map(() => ({ outcome: 'UNKNOWN', failure: { code } })));
    expect(rule.hits).toBe(1);
  });

  it('while parts of a refused batch are written leaves the others alone', async () => {
    portal.refusesWholeBatches = true;
    const inputs = people('parts', 8);
    portal.create('contacts', { email: 'parts-1@one.example' });
    // Of [0..7], [0..3], [0,1], [0], then [2,3] are sent; the answer to the last is lost.
    stack.simulator.faults.add({ match, bodyIncludes: '"inputs":[{"properties":{"email":"parts-2@', fault: lost });
    const all = await results(CREATE_CONTACTS, { inputs });
    expect(all.map(({ outcome, failure }) => [outcome, failure?.code])).toEqual([
      ['WRITTEN', undefined],
      ['NOT_WRITTEN', undefined],
      ['UNKNOWN', 'HUBSPOT_UNAVAILABLE'],
      ['UNKNOWN', 'HUBSPOT_UNAVAILABLE'],
      ...Array.from({ length: 4 }, () => ['NOT_WRITTEN', 'HUBSPOT_UNAVAILABLE']),
    ]);
    expect([...Array(8).keys()].map((index) => isThere(`parts-${index}@one.example`))).toEqual([
      ...[true, true, true, true],
      ...[false, false, false, false],
    ]);
    expect(asked()).toHaveLength(5);
  });

  it('in part concerns only the inputs that HubSpot does not mention', async () => {
    const body = {
      status: 'COMPLETE',
      results: [],
      numErrors: 2,
      errors: [
        {
          status: 'error',
          category: 'CONFLICT',
          message: 'Contact already exists',
          context: { objectWriteTraceId: ['1'] },
        },
        { status: 'error', category: 'INTERNAL_ERROR', message: 'x', context: { objectWriteTraceId: ['2'] } },
      ],
    };
    stack.simulator.faults.add({ match, fault: { kind: 'answer', status: 207, body: JSON.stringify(body) } });
    const all = await results(CREATE_CONTACTS, { inputs: people('quiet', 3) });
    expect(all.map(({ outcome, userErrors, failure }) => [outcome, userErrors.length, failure?.code])).toEqual([
      ['UNKNOWN', 0, 'HUBSPOT_BAD_RESPONSE'],
      ['NOT_WRITTEN', 1, undefined],
      ['UNKNOWN', 0, 'HUBSPOT_UNAVAILABLE'],
    ]);
  });
});

describe('a batch that HubSpot certainly did not execute', () => {
  it('fails as a whole', async () => {
    const fault = { kind: 'answer', status: 403, body: '{}' } as const;
    stack.simulator.faults.add({ match: 'batch/create$', fault });
    const { data, errors } = await stack.settle(stack.query(CREATE_CONTACTS, { inputs: people('forbidden', 2) }));
    expect([data, errors?.map(({ extensions }) => extensions?.code)]).toEqual([
      { payload: null },
      ['HUBSPOT_FORBIDDEN'],
    ]);
  });
});
