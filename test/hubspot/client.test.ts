import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import type { Pool } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GatewayError } from '../../src/errors.ts';
import { createHubspotPool, createTransport, type HubspotCall, type Send } from '../../src/hubspot/client.ts';
import { TokenRefusedError } from '../../src/hubspot/oauth/token-refused-error.ts';
import { type Answer, type Loopback, respond, startLoopback } from '../helpers/loopback.ts';

const TOKEN = 'CKP-secret-token';
const CALL: HubspotCall = {
  name: 'contacts.list',
  method: 'GET',
  path: '/crm/objects/2026-09/contacts?after=secret-cursor',
  scopes: [],
  accessToken: TOKEN,
};
const HTML = '<!doctype html><h1>secret page of a proxy</h1>';

let hubspot: Loopback;
let pool: Pool;
let clock: ManualClock;
let send: Send;

beforeEach(async () => {
  hubspot = await startLoopback();
  pool = createHubspotPool(hubspot.url);
  clock = new ManualClock();
  send = createTransport({ pool, clock });
});

afterEach(async () => {
  await pool.destroy();
  await hubspot.close();
});

/** The failure of a call that `answer` meets; what a client is shown of it holds no secret. */
async function failure(answer: Answer): Promise<GatewayError> {
  hubspot.answerWith(answer);
  const error: GatewayError = await send(CALL).then(
    () => expect.unreachable('the call succeeded'),
    (reason) => reason,
  );
  const shown = JSON.stringify({ message: error.message, extensions: error.extensions });
  expect(shown).not.toMatch(/secret|127\.0\.0\.1|\/crm\//);
  return error;
}

describe('a call', () => {
  it('goes out as it is described', async () => {
    hubspot.answerWith(respond(200, {}));
    await send({ ...CALL, method: 'POST', body: { inputs: [{ id: 'zoë' }] } });
    expect(hubspot.received).toMatchObject([
      {
        method: 'POST',
        url: CALL.path,
        headers: {
          authorization: `Bearer ${TOKEN}`,
          accept: 'application/json',
          'content-type': 'application/json',
        },
        body: '{"inputs":[{"id":"zoë"}]}',
      },
    ]);
  });

  it('carries no body, no content type and no token unless it has them', async () => {
    hubspot.answerWith(respond(200, {}));
    const { accessToken: _, ...anonymous } = CALL;
    await send(anonymous);
    expect(hubspot.received[0]?.body).toBe('');
    expect(hubspot.received[0]?.headers).not.toHaveProperty('content-type');
    expect(hubspot.received[0]?.headers).not.toHaveProperty('authorization');
  });

  it("goes below the path of the API's URL", async () => {
    hubspot.answerWith(respond(200, {}));
    await createTransport({ pool, clock, basePath: '/proxy' })(CALL);
    expect(hubspot.received[0]?.url).toBe(`/proxy${CALL.path}`);
  });
});

describe('an answer', () => {
  it.each([200, 201, 202, 207])('of %i is its JSON', async (status) => {
    hubspot.answerWith(respond(status, { results: [{ name: 'Zoë' }] }));
    expect(await send(CALL)).toEqual({ status, body: { results: [{ name: 'Zoë' }] } });
  });

  it.each([
    ['204', 204],
    ['an empty 200', 200],
    ['an empty 201', 201],
  ])('without a body has none: %s', async (_case, status) => {
    hubspot.answerWith(respond(status, ''));
    expect(await send(CALL)).toEqual({ status, body: undefined });
  });

  it('is any JSON value: what it means is for others to say', async () => {
    hubspot.answerWith(respond(200, 'null'));
    expect(await send(CALL)).toEqual({ status: 200, body: null });
  });

  it.each([
    ['empty objects', `[${'{},'.repeat(2_000_000)}{}]`],
    ['numbers', `[${'0,'.repeat(2_600_000)}0]`],
    ['brackets that never close', '['.repeat(8_000_000)],
    ['nesting of 101 levels', `${'['.repeat(101)}"${'x'.repeat(1_000_000)}"${']'.repeat(101)}`],
  ])('of megabytes that would take long to parse is refused unparsed: %s', async (_case, text) => {
    expect(await failure(respond(200, text))).toMatchObject({
      code: 'HUBSPOT_BAD_RESPONSE',
      message: 'HubSpot sent an answer that is too large.',
    });
    expect(await failure(respond(503, text))).toMatchObject({ code: 'HUBSPOT_UNAVAILABLE' });
  });

  it('of megabytes of text is read, whatever the text contains', async () => {
    const body = { texts: ['[{:,"\\'.repeat(400_000), `${'\\'.repeat(1_000_000)}"`, '['.repeat(3_000_000)] };
    hubspot.answerWith(respond(200, body));
    expect(await send(CALL)).toEqual({ status: 200, body });
  });

  it.each([
    ['HTML', HTML],
    ['truncated JSON', '{"results": [{"id": "1"'],
    ['two values', '{}{}'],
    ['white space', '  '],
  ])('of 200 that is no JSON is HUBSPOT_BAD_RESPONSE: %s', async (_case, text) => {
    expect(await failure(respond(200, text))).toMatchObject({
      code: 'HUBSPOT_BAD_RESPONSE',
      extensions: { hubspot: { status: 200 } },
    });
  });
});

describe('a failed answer', () => {
  const TABLE: readonly (readonly [status: number, code: string])[] = [
    [300, 'HUBSPOT_BAD_RESPONSE'],
    [304, 'HUBSPOT_BAD_RESPONSE'],
    [400, 'HUBSPOT_BAD_REQUEST'],
    [401, 'HUBSPOT_UNAUTHORIZED'],
    [403, 'HUBSPOT_FORBIDDEN'],
    [404, 'HUBSPOT_BAD_REQUEST'],
    [408, 'HUBSPOT_TIMEOUT'],
    [409, 'HUBSPOT_BAD_REQUEST'],
    [414, 'HUBSPOT_BAD_REQUEST'],
    [423, 'HUBSPOT_UNAVAILABLE'],
    [429, 'RATE_LIMITED'],
    [477, 'HUBSPOT_UNAVAILABLE'],
    [500, 'HUBSPOT_UNAVAILABLE'],
    [502, 'HUBSPOT_UNAVAILABLE'],
    [503, 'HUBSPOT_UNAVAILABLE'],
    [504, 'HUBSPOT_TIMEOUT'],
    [521, 'HUBSPOT_UNAVAILABLE'],
    [524, 'HUBSPOT_TIMEOUT'],
  ];

  it.each(TABLE)('of %i is %s, whatever its body', async (status, code) => {
    for (const body of ['', HTML, '{"category":"VALID', '[]', 'null', { category: 'ANY' }]) {
      const error = await failure(respond(status, body));
      expect(error).toMatchObject({ name: 'GatewayError', code, extensions: { hubspot: { status } } });
    }
  });

  it('tells the short facts of its body and nothing else', async () => {
    const error = await failure(
      respond(403, {
        status: 'error',
        message: `The secret token ${TOKEN} may not see secret@one.example`,
        correlationId: '019cd9fe-0000-7000-8000-000000000000',
        category: 'MISSING_SCOPES',
        subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
        context: { id: ['secret'] },
        errors: [{ message: 'secret' }],
        links: { scopes: 'https://secret.example' },
      }),
    );
    expect(error.extensions).toEqual({
      hubspot: {
        status: 403,
        category: 'MISSING_SCOPES',
        subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
        correlationId: '019cd9fe-0000-7000-8000-000000000000',
      },
    });
  });

  it.each([400, 401, 429, 503])('of %i keeps the name of a limit out of the facts', async (status) => {
    const { extensions } = await failure(respond(status, { category: 'ANY', policyName: 'DAILY' }));
    expect(Reflect.get(extensions, 'hubspot')).toEqual({ status, category: 'ANY' });
  });

  it.each([
    ['expired', { 'expire time': ['2026-11-23T09:00:00Z'] }, true],
    ['unknown', undefined, true],
    ['of a kind that HubSpot does not take: it "expired" in 1970', { 'expire time': ['1970-01-01T00:00:00Z'] }, false],
  ])('of 401 tells whether another token may do better: %s', async (_case, context, refreshable) => {
    const error = await failure(respond(401, { category: 'EXPIRED_AUTHENTICATION', context }));
    expect(error).toBeInstanceOf(TokenRefusedError);
    expect(error).toMatchObject({ refreshable });
  });

  it.each<[string, unknown]>([
    ['prose', 'a secret sentence'],
    ['a URL', 'https://secret.example/'],
    ['markup', '<secret>'],
    ['more than 100 characters', 'secret'.repeat(17)],
    ['an object', { secret: true }],
    ['a number', 7],
    ['an empty string', ''],
  ])('leaves out facts that are none: %s', async (_case, value) => {
    const body = { category: value, subCategory: value, correlationId: value, policyName: value };
    expect((await failure(respond(400, body))).extensions).toEqual({ hubspot: { status: 400 } });
  });

  it.each([301, 302, 303, 307, 308])('of %i sends neither the call nor its token elsewhere', async (status) => {
    const elsewhere = await startLoopback();
    try {
      const error = await failure(respond(status, '', { location: `${elsewhere.url}/secret` }));
      expect(error).toMatchObject({ code: 'HUBSPOT_BAD_RESPONSE', extensions: { hubspot: { status } } });
      expect(hubspot.received).toHaveLength(1);
      expect(elsewhere.received).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });
});

describe('Retry-After', () => {
  const retryAfterMs = async (status: number, value: string, body: object = {}) =>
    Reflect.get((await failure(respond(status, body, { 'retry-after': value }))).extensions, 'retryAfterMs');

  it.each([423, 429, 477, 503])('is a pause in seconds: %i', async (status) => {
    expect(await retryAfterMs(status, '7')).toBe(7_000);
  });

  it('is a date, counted from now', async () => {
    expect(await retryAfterMs(503, 'Mon, 23 Nov 2026 09:00:30 GMT')).toBe(30_000);
    clock.advance(10_000);
    expect(await retryAfterMs(503, 'Mon, 23 Nov 2026 09:00:30 GMT')).toBe(20_000);
  });

  it('is believed for a day at most', async () => {
    expect(await retryAfterMs(477, '999999999')).toBe(24 * 60 * 60 * 1_000);
  });

  it.each(['0', 'soon', '-5', '1e3', '1.5.2', 'Mon, 23 Nov 2026 08:59:59 GMT', 'Mon, 99 Foo 2026'])(
    'is nothing when it is 0, nonsense or past: %s',
    async (value) => {
      expect(await retryAfterMs(503, value)).toBeUndefined();
      expect(await retryAfterMs(429, value)).toBe(1_000);
    },
  );

  it('of a 429 gives way to the window of its policy when it is absent', async () => {
    const policyName = 'TEN_SECONDLY_ROLLING';
    expect((await failure(respond(429, { policyName, errorType: 'RATE_LIMIT' }))).extensions).toEqual({
      retryAfterMs: 10_000,
      policy: policyName,
      hubspot: { status: 429 },
    });
    expect((await failure(respond(429, { category: 'RATE_LIMITS' }))).extensions).toEqual({
      retryAfterMs: 1_000,
      hubspot: { status: 429, category: 'RATE_LIMITS' },
    });
    expect(await retryAfterMs(429, '3', { policyName })).toBe(3_000);
  });
});
