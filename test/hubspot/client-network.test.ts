import { errors, MockAgent, type Pool } from 'undici';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GatewayError } from '../../src/errors.ts';
import { createHubspotPool, createTransport, type HubspotCall, type Send } from '../../src/hubspot/client.ts';
import { systemClock } from '../../src/lib/time/clock.ts';
import { type Answer, type Loopback, respond, startLoopback } from '../helpers/loopback.ts';

const CALL: HubspotCall = { name: 'contacts.list', method: 'GET', path: '/crm/secret', scopes: [] };

let hubspot: Loopback;
let pool: Pool;
let send: Send;

beforeEach(async () => {
  hubspot = await startLoopback();
  pool = createHubspotPool(hubspot.url);
  send = createTransport({ pool, clock: systemClock });
});

afterEach(async () => {
  vi.restoreAllMocks();
  await pool.destroy();
  await hubspot.close();
});

/** The failure of a call that `answer` meets: a sentence of the gateway's own, and nothing besides. */
async function failure(answer: Answer, through = send): Promise<GatewayError> {
  hubspot.answerWith(answer);
  const error: GatewayError = await through(CALL).then(
    () => expect.unreachable('the call succeeded'),
    (reason) => reason,
  );
  expect(error.extensions).toEqual({});
  expect(error.message).toMatch(/^HubSpot [a-z ]+\.$/);
  return error;
}

describe('a connection', () => {
  const cuts: readonly (readonly [string, Answer])[] = [
    ['before the headers', (response) => response.destroy()],
    ['after the headers', (response) => response.writeHead(200).write('{', () => response.destroy())],
    [
      'short of the length',
      (response) => response.writeHead(200, { 'content-length': '9' }).write('{}', () => response.destroy()),
    ],
    ['with something that is not HTTP', (response) => response.socket?.end('secret nonsense\r\n\r\n')],
  ];

  it.each(cuts)('that breaks is HUBSPOT_UNAVAILABLE, and nothing is retried: %s', async (_case, answer) => {
    const error = await failure(answer);
    expect(error).toMatchObject({ code: 'HUBSPOT_UNAVAILABLE', reachedHubSpot: 'maybe', cause: expect.any(Error) });
    expect(hubspot.received).toHaveLength(1);
  });

  it.each(cuts)('that broke leaves the next call alone: %s', async (_case, answer) => {
    await failure(answer);
    hubspot.answerWith(respond(200, {}));
    expect(await send(CALL)).toEqual({ status: 200, body: {} });
  });

  it('that nobody takes is HUBSPOT_UNAVAILABLE, and proves that nothing was sent', async () => {
    await hubspot.close();
    expect(await failure(respond(200, {}))).toMatchObject({ code: 'HUBSPOT_UNAVAILABLE', reachedHubSpot: 'no' });
  });

  it.each<[string, Answer]>([
    ['before the headers', () => {}],
    ['after the headers', (response) => response.writeHead(200).write('{')],
  ])('that falls silent is HUBSPOT_TIMEOUT: %s', async (_case, answer) => {
    const hasty = (call: HubspotCall) => {
      const deadlineAt = systemClock.monotonic() + 50;
      return send({ ...call, callContext: { fairnessKey: 'alice', priority: 'interactive', deadlineAt } });
    };
    expect(await failure(answer, hasty)).toMatchObject({ code: 'HUBSPOT_TIMEOUT', isCutShort: true });
  });

  it.each([
    [new errors.HeadersTimeoutError(), 'HUBSPOT_TIMEOUT', 'maybe'],
    [new errors.BodyTimeoutError(), 'HUBSPOT_TIMEOUT', 'maybe'],
    [new errors.ConnectTimeoutError(), 'HUBSPOT_UNAVAILABLE', 'no'],
  ])('that the pool gives up is what it was given up for: %s', async (cause, code, reachedHubSpot) => {
    const mock = new MockAgent().get(hubspot.url);
    mock.intercept({ path: CALL.path }).replyWithError(cause);
    const error = await failure(respond(200, {}), createTransport({ pool: mock, clock: systemClock }));
    expect(error).toMatchObject({ code, cause, reachedHubSpot });
  });

  it.each<[string, Answer]>([
    ['with a length', respond(200, '"'.padEnd(1_001, 'x'), { 'content-length': '1001' })],
    ['in chunks', respond(200, '"'.padEnd(1_001, 'x'), { 'transfer-encoding': 'chunked' })],
    ['as an error page', respond(502, '<'.padEnd(1_001, 'x'))],
  ])('that brings more than can be right is HUBSPOT_BAD_RESPONSE: %s', async (_case, answer) => {
    const narrow = createHubspotPool(hubspot.url, 1_000);
    const through = createTransport({ pool: narrow, clock: systemClock });
    expect(await failure(answer, through)).toMatchObject({ code: 'HUBSPOT_BAD_RESPONSE' });
    hubspot.answerWith(respond(200, `"${'x'.repeat(998)}"`));
    expect((await through(CALL)).body).toHaveLength(998);
    await narrow.destroy();
  });
});
