import { factsOf, type PropertyDefinition } from 'hubspot-graphql-gateway-simulator';
import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import type { Pool } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHubspotPool, createTransport, type Send } from '../../src/hubspot/client.ts';
import { parseRecordPage } from '../../src/hubspot/crm/objects.ts';
import { type Loopback, respond, startLoopback } from '../helpers/loopback.ts';
import { type Exchange, isRecorded, recordedDefinitions, recordedExchanges } from '../helpers/recorded.ts';

/** The three kinds of answers with values of our own, for machines without the recordings. */
const SAMPLES: readonly Exchange[] = [
  {
    request: { method: 'POST', path: '/crm/v3/objects/CONTACT/search', body: { properties: ['email', 'fax'] } },
    response: {
      status: 200,
      headers: { 'Content-Type': 'application/json;charset=utf-8', 'X-Trace': '2B27' },
      body: {
        results: [
          {
            id: '101',
            properties: { createdate: '2022-02-17T19:24:56.585Z', email: 'zoë@one.example', fax: null, phone: '' },
            createdAt: '2022-02-17T19:24:56.585Z',
            updatedAt: '2022-02-17T19:25:29Z',
            archived: false,
          },
        ],
      },
    },
  },
  {
    request: { method: 'POST', path: '/crm/v3/objects/CONTACT/batch/archive', body: { inputs: [{ id: '101' }] } },
    response: { status: 204, headers: {}, body: '' },
  },
  {
    request: { method: 'POST', path: '/crm/v3/objects/CONTACT/search', body: { limit: 100 } },
    response: {
      status: 429,
      headers: { 'Content-Type': 'application/json;charset=utf-8' },
      body: {
        message: 'You have reached your secondly limit.',
        correlationId: '00000000-0000-4000-8000-000000000000',
        category: 'RATE_LIMITS',
      },
    },
  },
];

let hubspot: Loopback;
let pool: Pool;
let send: Send;

beforeAll(async () => {
  hubspot = await startLoopback();
  pool = createHubspotPool(hubspot.url);
  send = createTransport({ pool, clock: new ManualClock() });
});

afterAll(async () => {
  await pool.destroy();
  await hubspot.close();
});

/** Lets `exchange` happen again, headers and all. */
function replay({ request, response }: Exchange) {
  // How it was framed is the connection's own affair.
  const headers = Object.entries(response.headers).filter(([name]) => !/^(transfer-encoding|connection)$/i.test(name));
  hubspot.answerWith(respond(response.status, response.body, Object.fromEntries(headers)));
  return send({ ...request, name: 'replay', scopes: [] });
}

function replays(exchanges: readonly Exchange[]): void {
  const withStatus = (matches: (status: number) => boolean) =>
    exchanges.filter(({ response }) => matches(response.status));

  it('is of a kind that is looked at below, and there is one of each kind', () => {
    const statuses = new Set(exchanges.map(({ response }) => response.status));
    expect([...statuses].filter((status) => ![200, 201, 204, 429].includes(status))).toEqual([]);
    expect([200, 204, 429].filter((status) => !statuses.has(status))).toEqual([]);
  });

  it('asks as it was asked then', async () => {
    for (const exchange of exchanges) {
      await replay(exchange).catch(() => {});
      const { method, url, body } = hubspot.received.at(-1) ?? {};
      expect({ method, path: url, body: JSON.parse(body ?? '') }).toEqual(exchange.request);
    }
  });

  it('makes every result a record without loss', async () => {
    for (const exchange of withStatus((status) => status === 200 || status === 201)) {
      const { results = [] } = exchange.response.body || {};
      const { status, body } = await replay(exchange);
      expect(status).toBe(exchange.response.status);
      const { records, next } = parseRecordPage(body);
      expect(records).toEqual(results);
      expect(records.map(({ id, properties }) => [id, Object.entries(properties)])).toEqual(
        results.map(({ id, properties }) => [id, Object.entries(properties)]),
      );
      expect(next).toBeUndefined();
    }
  });

  it('takes a 204 for an answer without a body', async () => {
    for (const exchange of withStatus((status) => status === 204)) {
      expect(await replay(exchange)).toMatchObject({ status: 204, body: undefined });
    }
  });

  it('takes a 429 for RATE_LIMITED, with its correlation id and category and nothing else of it', async () => {
    for (const exchange of withStatus((status) => status === 429)) {
      const { correlationId, category, message } = exchange.response.body || {};
      expect(correlationId).toBeTypeOf('string');
      const error = await replay(exchange).catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        code: 'RATE_LIMITED',
        extensions: { retryAfterMs: 1_000, hubspot: { status: 429, correlationId, category } },
        message: expect.not.stringContaining(String(message)),
      });
      expect(JSON.stringify(error)).not.toContain(message);
    }
  });
}

describe('an exchange in the shape of the recordings', () => replays(SAMPLES));

describe.skipIf(!isRecorded)('a recorded exchange', () => replays(recordedExchanges()));

describe("the simulator's contact properties", () => {
  it('are defined once each, in alphabetical order', () => {
    const names = factsOf('contacts').properties.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)].toSorted());
  });

  it.skipIf(!isRecorded)("are shaped, shown and guarded as a real portal's", () => {
    const real = new Map(recordedDefinitions().map((property) => [property.name, facts(property)]));
    const ours = factsOf('contacts').properties.map(facts);
    expect(ours).toEqual(ours.map(({ name }) => real.get(name)));
  });

  it.skipIf(!isRecorded)("have options that a real portal's have, too", () => {
    const real = recordedDefinitions().flatMap(labels);
    expect(
      factsOf('contacts')
        .properties.flatMap(labels)
        .filter((label) => !real.includes(label)),
    ).toEqual([]);
  });
});

function facts(property: PropertyDefinition) {
  const { name, label, type, fieldType, groupName, calculated, externalOptions, hidden, formField } = property;
  const { referencedObjectType, modificationMetadata } = property;
  const { readOnlyValue } = modificationMetadata;
  return {
    ...{ name, label, type, fieldType, groupName, calculated, externalOptions, hidden, formField },
    ...{ referencedObjectType, readOnlyValue },
  };
}

function labels({ name, options }: PropertyDefinition): string[] {
  return options.map(({ value, label }) => `${name}: ${value} is ${label}`);
}
