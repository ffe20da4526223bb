import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { beforeEach, describe, expect, it } from 'vitest';
import { SlidingWindow } from '../../../src/connector/rate-limit/sliding-window.ts';

const WINDOW_MS = 10_000;
const LIMIT = 110;

let clock: ManualClock;
let window: SlidingWindow;
beforeEach(() => {
  clock = new ManualClock();
  window = new SlidingWindow(WINDOW_MS, clock);
});

/** Calls that are sent now, and answered now. */
function make(calls: number): void {
  for (let call = 0; call < calls; call += 1) {
    window.grant();
    window.answered();
  }
}

describe('what counts', () => {
  it('is a call from its grant until a window after its answer', () => {
    window.grant();
    clock.advance(60_000);
    expect(window.used).toBe(1);
    window.answered();
    clock.advance(WINDOW_MS - 1);
    expect(window.used).toBe(1);
    clock.advance(1);
    expect(window.used).toBe(0);
  });

  it('is not a call that was withdrawn', () => {
    window.grant();
    window.withdraw();
    expect([window.used, window.own]).toEqual([0, 0]);
  });

  it('includes external calls after a refusal, but not as own calls', () => {
    make(10);
    window.grant();
    window.fill(LIMIT);
    expect([window.used, window.own]).toEqual([110, 11]);
    window.fill(50);
    expect(window.used).toBe(110);
    clock.advance(WINDOW_MS);
    expect(window.used).toBe(1);
  });

  it.each([1_000_000_000, Number.MAX_SAFE_INTEGER - 1])(
    'is a figure, however large: %d calls cost no memory',
    (calls) => {
      make(1);
      window.fill(calls);
      expect([window.used, window.own]).toEqual([calls, 1]);
      window.grant();
      window.reconcile(window.mark(), calls + 1, 0);
      expect([window.used, window.wait(calls)]).toEqual([calls + 1, WINDOW_MS]);
      window.answered();
      clock.advance(WINDOW_MS);
      expect([window.used, window.own, window.wait(1)]).toEqual([0, 0, 0]);
    },
  );

  it('is nothing for an infinite limit', () => {
    make(3);
    window.fill(Number.POSITIVE_INFINITY);
    expect([window.used, window.wait(Number.POSITIVE_INFINITY, 1_000)]).toEqual([3, 0]);
  });
});

describe('a call that HubSpot counted and no replica made', () => {
  /** A call whose answer reports `counted` calls. */
  function call(counted: number, others = 0, meanwhile = () => {}): void {
    window.grant();
    const mark = window.mark();
    meanwhile();
    window.answered();
    window.reconcile(mark, counted, others);
  }

  it('is counted here from then on', () => {
    make(4);
    call(35);
    expect([window.used, window.own]).toEqual([35, 5]);
  });

  it('is added once: the next answer reports it again', () => {
    call(31);
    call(32);
    call(33);
    expect(window.used).toBe(33);
  });

  it.each([
    ['what is under way may be counted already', () => window.grant()],
    ['what was answered meanwhile may be counted', () => make(1)],
  ])('is never one of our own: %s', (_case, meanwhile) => {
    call(2, 0, meanwhile);
    expect([window.used, window.own]).toEqual([2, 2]);
  });

  it('is not one that counted at the dispatch of the call, and no longer does at its answer', () => {
    make(7);
    clock.advance(WINDOW_MS - 100);
    call(8, 0, () => clock.advance(100));
    expect(window.used).toBe(1);
  });

  it('is not one that another replica may have made', () => {
    call(56, 55);
    expect(window.used).toBe(1);
    call(60, 55);
    expect([window.used, window.own]).toEqual([5, 2]);
  });

  it('is never subtracted when HubSpot counts fewer calls', () => {
    make(20);
    call(1);
    expect(window.used).toBe(21);
  });
});

describe('a wait', () => {
  it('is none for the first 30 calls from idle, and none for a process that is far below the limit', () => {
    for (let call = 0; call < 30; call += 1) {
      expect(window.wait(LIMIT)).toBe(0);
      make(1);
    }
    clock.advance(WINDOW_MS);
    for (let second = 0; second < 60; second += 1) {
      expect(window.wait(LIMIT)).toBe(0);
      make(6);
      clock.advance(1_000);
    }
  });

  it('lasts until the oldest call leaves when the window is full', () => {
    make(50);
    clock.advance(3_000);
    make(60);
    expect(window.wait(LIMIT)).toBe(7_000);
    expect(window.wait(LIMIT, 51)).toBe(10_000);
    clock.advance(7_000);
    expect(window.wait(LIMIT)).toBe(0);
  });

  it('is that of the position: a full window for every 110 calls ahead', () => {
    make(110);
    expect([1, 110, 111, 220, 221].map((position) => window.wait(LIMIT, position))).toEqual([
      10_000, 10_000, 20_000, 20_000, 30_000,
    ]);
  });

  it('never ends while nothing is allowed', () => {
    expect(window.wait(0)).toBe(Number.POSITIVE_INFINITY);
  });

  it('expects the answers of calls in flight now at the earliest', () => {
    for (let call = 0; call < LIMIT; call += 1) window.grant();
    clock.advance(5_000);
    expect(window.wait(LIMIT)).toBe(WINDOW_MS);
  });
});
