import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import type { Pool } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayError } from '../../src/errors.ts';
import { createHubspotPool, createTransport, type Send } from '../../src/hubspot/client.ts';
import { HubspotRefusalError } from '../../src/hubspot/hubspot-refusal-error.ts';
import { FAILURES, nameOf } from '../helpers/failures.ts';
import { type Loopback, respond, startLoopback } from '../helpers/loopback.ts';

const CORRELATION = '019cd9fe-0000-7000-8000-000000000000';

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

async function failure(status: number, body: unknown): Promise<GatewayError> {
  hubspot.answerWith(respond(status, body));
  return send({ name: 'any', method: 'POST', path: '/', body: {}, scopes: [] }).then(
    () => expect.unreachable('the call succeeded'),
    (reason) => reason,
  );
}

describe('the table of failures', () => {
  it.each(FAILURES.map((row) => [nameOf(row), row.code, row] as const))('%s is %s', async (_name, code, row) => {
    const { status, category, subCategory, policyName } = row;
    const body = { status: 'error', message: 'Something secret', category, subCategory, policyName };
    const error = await failure(status, { ...body, correlationId: CORRELATION });
    expect(error.code).toBe(code);
    expect(error.extensions).toEqual({
      hubspot: {
        status,
        correlationId: CORRELATION,
        ...(category && { category }),
        ...(subCategory && { subCategory }),
      },
      ...(row.retryAfterMs && { retryAfterMs: row.retryAfterMs }),
      ...(status === 429 && policyName && { policy: policyName }),
    });
    expect(error.message).not.toContain('secret');
    expect(error instanceof HubspotRefusalError ? error.problems.map(({ kind }) => kind) : undefined).toEqual(
      row.problems,
    );
  });

  const STATUSES = FAILURES.filter((row) => !row.subCategory).map(
    ({ status, code, problems }) => [status, code, problems] as const,
  );
  const BODIES: readonly (readonly [string, unknown])[] = [
    ['nothing', ''],
    ['HTML', '<!DOCTYPE html><html><title>502 Bad Gateway</title></html>'],
    ['truncated JSON', '{"status":"error","category":"VALIDATION_ER'],
    ['no object', '["error"]'],
    ['null', 'null'],
    ['fields of wrong types', { status: 1, message: {}, category: [], subCategory: 7, errors: 'x', context: null }],
    ['an object without fields', {}],
  ];
  it.each(BODIES)('goes by the status alone where the body is %s', async (_name, body) => {
    for (const [status, code, problems] of STATUSES) {
      const error = await failure(status, body);
      expect([status, error.code]).toEqual([status, code]);
      expect(error.extensions).toMatchObject({ hubspot: { status } });
      expect(error instanceof HubspotRefusalError ? error.problems.map(({ kind }) => kind) : undefined).toEqual(
        problems,
      );
    }
  });
});
