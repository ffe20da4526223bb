import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { RowBudget } from '../../../src/graphql/execution/row-budget.ts';

it('small answers wait for nothing', () => {
  const rows = new RowBudget(25_000);
  expect([rows.charge(300), rows.charge(199), rows.charge(0)]).toEqual([undefined, undefined, undefined]);
  const result = {};
  expect(rows.inTurn(result)).toBe(result);
});

it('large answers are made in several turns of the event loop', async () => {
  const rows = new RowBudget(25_000);
  const roundRobinKeyOf: number[] = [];
  let turn = 0;
  const charges = Array.from({ length: 100 }, async () => {
    await rows.charge(100);
    roundRobinKeyOf.push(turn);
  });
  for (; turn < 22; turn += 1) await nextTurn();
  await Promise.all(charges);
  expect(new Set(roundRobinKeyOf).size).toBeGreaterThanOrEqual(19);
  expect(roundRobinKeyOf).toEqual(roundRobinKeyOf.toSorted((a, b) => a - b));
});

it('a large answer is spelt in a turn of its own', async () => {
  const rows = new RowBudget(25_000);
  await rows.charge(500);
  let isOver = false;
  setImmediate(() => {
    isOver = true;
  });
  const result = {};
  expect(await rows.inTurn(result)).toBe(result);
  expect(isOver).toBe(true);
});

it('more rows than the limit are refused with both numbers', () => {
  const rows = new RowBudget(1_000);
  rows.charge(1_000);
  expect(() => rows.charge(1)).toThrow(
    'The operation may answer with 1001 rows, and this gateway answers with 1000 at most: ask for smaller pages.',
  );
});
