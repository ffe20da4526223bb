import { beforeEach, describe, expect, it } from 'vitest';
import { type PermitIssuer, RatePermit, type SentCall } from '../../../src/connector/rate-limit/rate-permit.ts';
import { LimitReachedError } from '../../../src/errors.ts';
import { NetworkError } from '../../../src/hubspot/network-error.ts';

const FIRST: SentCall = { mark: 1, refusals: 0, closures: 0 };
const SECOND: SentCall = { mark: 2, refusals: 0, closures: 0 };
const LIMIT = new LimitReachedError('Too many.', { status: 429 });

/** What the budget was told, in order. */
let told: unknown[][];
let slot: RatePermit;
beforeEach(() => {
  told = [];
  const owner: PermitIssuer = {
    sent(repeated) {
      told.push(['sent', repeated]);
      return repeated ? SECOND : FIRST;
    },
    admitted: (call) => told.push(['admitted', call]),
    ended: (call, rateLimit) => told.push(['ended', call, rateLimit]),
    limitReached: (call, error) => told.push(['limitReached', call, error]),
  };
  slot = new RatePermit(owner);
});

describe('a slot', () => {
  it('is for one call', () => {
    expect([slot.use(), slot.use()]).toEqual([true, false]);
    slot.send();
    expect(slot.isSent).toBe(true);
    slot.succeed(undefined);
    expect(slot.use()).toBe(false);
  });

  it('goes back when it is released unused, once', () => {
    slot.release();
    slot.release();
    expect(told).toEqual([['ended', undefined, undefined]]);
    expect(slot.use()).toBe(false);
  });

  it('does not go back by a release when a call has it', () => {
    slot.use();
    slot.release();
    expect(told).toEqual([]);
  });
});

describe('a call', () => {
  beforeEach(() => slot.use());

  it('that HubSpot answered counts as admitted, with the limits that it told', () => {
    const rateLimit = { max: 190, remaining: 3, intervalMs: 10_000 };
    slot.send();
    slot.succeed(rateLimit);
    expect(told.slice(1)).toEqual([
      ['admitted', FIRST],
      ['ended', FIRST, rateLimit],
    ]);
  });

  it('that leaves again, as after a 401, takes the place of the one before', () => {
    slot.send();
    slot.send();
    slot.succeed(undefined);
    expect(told).toEqual([
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
    slot.send();
    slot.fail(failure);
    expect(told.slice(1)).toEqual([...expected, ['ended', FIRST, undefined]]);
  });

  it('that never left is not told of', () => {
    slot.fail(LIMIT);
    expect(told).toEqual([['ended', undefined, undefined]]);
    expect(slot.isSent).toBe(false);
  });
});
