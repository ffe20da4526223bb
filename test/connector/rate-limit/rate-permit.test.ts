import { beforeEach, describe, expect, it } from 'vitest';
import { type PermitIssuer, RatePermit, type SentCall } from '../../../src/connector/rate-limit/rate-permit.ts';
import { LimitReachedError } from '../../../src/hubspot/limit-reached-error.ts';
import { NetworkError } from '../../../src/hubspot/network-error.ts';

const FIRST: SentCall = { mark: 1, refusals: 0, longPauses: 0 };
const SECOND: SentCall = { mark: 2, refusals: 0, longPauses: 0 };
const LIMIT = new LimitReachedError('Too many.', { status: 429 });

/** What the permit reported to its issuer, in order. */
let reports: unknown[][];
let permit: RatePermit;
beforeEach(() => {
  reports = [];
  const issuer: PermitIssuer = {
    sent(previous) {
      reports.push(['sent', previous]);
      return previous ? SECOND : FIRST;
    },
    admitted: (call) => reports.push(['admitted', call]),
    ended: (call, rateLimit) => reports.push(['ended', call, rateLimit]),
    limitReached: (call, error) => reports.push(['limitReached', call, error]),
  };
  permit = new RatePermit(issuer);
});

describe('a permit', () => {
  it('serves one call', () => {
    expect([permit.use(), permit.use()]).toEqual([true, false]);
    permit.send();
    expect(permit.isSent).toBe(true);
    permit.succeed(undefined);
    expect(permit.use()).toBe(false);
  });

  it('is returned once when it is released unused', () => {
    permit.release();
    permit.release();
    expect(reports).toEqual([['ended', undefined, undefined]]);
    expect(permit.use()).toBe(false);
  });

  it('is not returned by a release when a call uses it', () => {
    permit.use();
    permit.release();
    expect(reports).toEqual([]);
  });
});

describe('a call', () => {
  beforeEach(() => permit.use());

  it('with an answer is reported as admitted, with the limits that HubSpot reports', () => {
    const rateLimit = { max: 190, remaining: 3, intervalMs: 10_000 };
    permit.send();
    permit.succeed(rateLimit);
    expect(reports.slice(1)).toEqual([
      ['admitted', FIRST],
      ['ended', FIRST, rateLimit],
    ]);
  });

  it('that is sent again, as after a 401, replaces the previous attempt', () => {
    permit.send();
    permit.send();
    permit.succeed(undefined);
    expect(reports).toEqual([
      ['sent', undefined],
      ['sent', FIRST],
      ['admitted', SECOND],
      ['ended', SECOND, undefined],
    ]);
  });

  it.each([
    ['a 429 is a limit that was reached', LIMIT, [['limitReached', FIRST, LIMIT]]],
    ['no answer says nothing about the limit', new NetworkError('HUBSPOT_TIMEOUT', undefined), []],
    ['any other failure was admitted', new Error('500'), [['admitted', FIRST]]],
  ])('that fails: %s', (_title, failure, expected) => {
    permit.send();
    permit.fail(failure);
    expect(reports.slice(1)).toEqual([...expected, ['ended', FIRST, undefined]]);
  });

  it('that was not sent is not reported as sent', () => {
    permit.fail(LIMIT);
    expect(reports).toEqual([['ended', undefined, undefined]]);
    expect(permit.isSent).toBe(false);
  });
});
