import { describe, expect, it } from 'vitest';
import { parseRetryAfter } from '../../../src/lib/time/retry-after.ts';

const NOW = Date.UTC(2026, 10, 23, 9, 0, 0);
const DAY_MS = 24 * 60 * 60 * 1000;

describe('parseRetryAfter', () => {
  it.each([
    ['1', 1_000],
    [' 10 ', 10_000],
    ['007', 7_000],
  ])('reads %j as seconds', (value, ms) => {
    expect(parseRetryAfter(value, NOW)).toBe(ms);
  });

  it.each([
    ['Mon, 23 Nov 2026 09:00:30 GMT', 30_000],
    ['Mon, 23 Nov 2026 10:00:00 GMT', 60 * 60 * 1000],
  ])('reads %j as a date and answers the time until then', (value, ms) => {
    expect(parseRetryAfter(value, NOW)).toBe(ms);
  });

  it.each(['86401', '999999999', '9999999999', '1'.repeat(400), 'Fri, 31 Dec 9999 23:59:59 GMT'])(
    'believes nobody who asks for more than a day (%j)',
    (value) => {
      expect(parseRetryAfter(value, NOW)).toBe(DAY_MS);
    },
  );

  it('knows nothing of a header that is absent', () => {
    expect(parseRetryAfter(undefined, NOW)).toBeUndefined();
  });

  it.each(['Mon, 23 Nov 2026 09:00:00 GMT', 'Mon, 23 Nov 2026 08:59:59 GMT'])(
    'ignores a date that has come: %s',
    (value) => {
      expect(parseRetryAfter(value, NOW)).toBeUndefined();
    },
  );

  it.each([
    '',
    ' ',
    '0',
    '000',
    '-1',
    '+1',
    '1.5',
    '1e3',
    '0x10',
    'Infinity',
    'NaN',
    '10s',
    '10 minutes',
    '1, 2',
    '12, 2030',
    '10, 20',
    '١٢',
    'soon',
    'Mon, soon',
    'Mon, 23 Nov 2026 25:00:00 GMT',
    'Mon, 23 Xxx 2026 10:00:00 GMT',
    'Mon, 23 Nov 2026 10:00:00 +0100',
    '2026-11-23T10:00:00Z',
    '[object Object]',
  ])('ignores %j', (value) => {
    expect(parseRetryAfter(value, NOW)).toBeUndefined();
  });
});
