import type { Pool } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayError } from '../../src/errors.ts';
import { createHubspotPool, createTransport, type Send } from '../../src/hubspot/client.ts';
import { HubspotRefusal } from '../../src/hubspot/refusal.ts';
import { ManualClock } from '../../src/lib/manual-clock.ts';
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

interface Row {
  readonly status: number;
  readonly category?: string;
  readonly subCategory?: string;
  readonly policyName?: string;
  readonly code: string;
  readonly retryAfterMs?: number;
  /** Kinds of what a person can mend. */
  readonly problems?: readonly string[];
}

// https://developers.hubspot.com/docs/api-reference/error-handling and the guides of the APIs that answer so.
const TABLE: readonly Row[] = [
  { status: 400, category: 'VALIDATION_ERROR', code: 'HUBSPOT_BAD_REQUEST', problems: ['invalid'] },
  { status: 400, code: 'HUBSPOT_BAD_REQUEST', problems: ['invalid'] },
  {
    status: 400,
    category: 'VALIDATION_ERROR',
    subCategory: 'PipelineError.STAGE_ID_IN_USE',
    code: 'HUBSPOT_BAD_REQUEST',
    problems: ['invalid'],
  },
  { status: 401, category: 'INVALID_AUTHENTICATION', code: 'HUBSPOT_UNAUTHORIZED' },
  { status: 401, category: 'EXPIRED_AUTHENTICATION', code: 'HUBSPOT_UNAUTHORIZED' },
  { status: 403, category: 'MISSING_SCOPES', code: 'HUBSPOT_FORBIDDEN' },
  { status: 403, category: 'FORBIDDEN', code: 'HUBSPOT_FORBIDDEN' },
  { status: 404, category: 'OBJECT_NOT_FOUND', code: 'HUBSPOT_BAD_REQUEST', problems: ['absent'] },
  { status: 404, code: 'HUBSPOT_BAD_REQUEST', problems: ['absent'] },
  { status: 408, code: 'HUBSPOT_TIMEOUT' },
  { status: 409, category: 'CONFLICT', code: 'HUBSPOT_BAD_REQUEST', problems: ['taken'] },
  { status: 413, code: 'HUBSPOT_BAD_REQUEST', problems: [] },
  { status: 414, code: 'HUBSPOT_BAD_REQUEST', problems: [] },
  { status: 415, code: 'HUBSPOT_BAD_REQUEST', problems: [] },
  { status: 423, code: 'HUBSPOT_UNAVAILABLE' },
  { status: 429, policyName: 'TEN_SECONDLY_ROLLING', code: 'RATE_LIMITED', retryAfterMs: 10_000 },
  { status: 429, policyName: 'DAILY', code: 'RATE_LIMITED', retryAfterMs: 3_600_000 },
  { status: 429, category: 'RATE_LIMITS', code: 'RATE_LIMITED', retryAfterMs: 1_000 },
  { status: 429, policyName: 'OF_ANOTHER_YEAR', code: 'RATE_LIMITED', retryAfterMs: 1_000 },
  { status: 477, code: 'HUBSPOT_UNAVAILABLE' },
  { status: 500, category: 'INTERNAL_ERROR', code: 'HUBSPOT_UNAVAILABLE' },
  { status: 502, code: 'HUBSPOT_UNAVAILABLE' },
  { status: 503, code: 'HUBSPOT_UNAVAILABLE' },
  { status: 504, code: 'HUBSPOT_TIMEOUT' },
  { status: 521, code: 'HUBSPOT_UNAVAILABLE' },
  { status: 524, code: 'HUBSPOT_TIMEOUT' },
];

/** What the answer is but for its status. */
function nameOf({ status, category = '', subCategory = '', policyName = '' }: Row): string {
  return [status, category, subCategory, policyName].join(' ').trim().replace(/ +/g, ' ');
}

describe('the table of failures', () => {
  it.each(TABLE.map((row) => [nameOf(row), row.code, row] as const))('%s is %s', async (_name, code, row) => {
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
    expect(error instanceof HubspotRefusal ? error.problems.map(({ kind }) => kind) : undefined).toEqual(row.problems);
  });

  const STATUSES = TABLE.filter((row) => !row.subCategory).map(
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
      expect(error instanceof HubspotRefusal ? error.problems.map(({ kind }) => kind) : undefined).toEqual(problems);
    }
  });
});
