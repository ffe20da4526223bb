import { describe, expect, it } from 'vitest';
import type { GatewayErrorCode } from '../../src/errors.ts';
import { hubspotError } from '../../src/hubspot/failed-answer.ts';
import type { CallOutcome } from '../../src/hubspot/hubspot-error.ts';

type Row = readonly [statuses: readonly number[], GatewayErrorCode, mayBeDone: boolean, CallOutcome['condition']];

const ROWS: readonly Row[] = [
  [[400, 404, 409, 425], 'HUBSPOT_BAD_REQUEST', false, undefined],
  [[401], 'HUBSPOT_UNAUTHORIZED', false, undefined],
  [[403], 'HUBSPOT_FORBIDDEN', false, undefined],
  [[429], 'RATE_LIMITED', false, undefined],
  [[423], 'HUBSPOT_UNAVAILABLE', false, 'locked'],
  [[477], 'HUBSPOT_UNAVAILABLE', false, 'migrating'],
  [[500, 502, 503, 521], 'HUBSPOT_UNAVAILABLE', true, 'outage'],
  [[408, 504, 524], 'HUBSPOT_TIMEOUT', true, 'outage'],
  [[207, 302], 'HUBSPOT_BAD_RESPONSE', true, undefined],
];

describe('the error of an answer', () => {
  it.each(ROWS.flatMap(([statuses, ...row]) => statuses.map((status) => [status, ...row] as const)))(
    'of status %i is %s, may be done: %s, condition: %s',
    (status, code, mayBeDone, condition) => {
      const error = hubspotError({ status });
      expect(error).toMatchObject({ code, mayBeDone, condition, reachedHubSpot: 'yes', isCutShort: false });
      expect(error.extensions).toMatchObject({ hubspot: { status } });
    },
  );

  it('has the pause that HubSpot requests', () => {
    expect(hubspotError({ status: 503 }).retryAfterMs).toBeUndefined();
    expect(hubspotError({ status: 503, retryAfterMs: 7_000 })).toMatchObject({
      retryAfterMs: 7_000,
      extensions: { retryAfterMs: 7_000 },
    });
  });

  it('has the pause of the window when a 429 requests none, and keeps that apart', () => {
    const error = hubspotError({ status: 429, policy: 'TEN_SECONDLY_ROLLING' });
    expect(error).toMatchObject({ retryAfterMs: undefined, extensions: { retryAfterMs: 10_000 } });
  });

  it('in a batch means what it would mean alone, and keeps the status of the batch', () => {
    const error = hubspotError({ status: 207 }, 500);
    expect(error).toMatchObject({ condition: 'outage', extensions: { hubspot: { status: 207 } } });
  });

  it('stays what it is under another message', () => {
    const error = hubspotError({ status: 503, retryAfterMs: 1_000 });
    expect(error.withMessage('Other.')).toMatchObject({
      ...{ code: error.code, message: 'Other.', extensions: error.extensions, cause: error },
      ...{ reachedHubSpot: 'yes', mayBeDone: true, condition: 'outage', retryAfterMs: 1_000 },
    });
  });
});
