import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { RowBudget } from '../../../src/graphql/execution/row-budget.ts';
import { EventLoopTurns } from '../../../src/lib/event-loop-turns.ts';

it('small answers wait for nothing', () => {
  const rows = new RowBudget(25_000, new EventLoopTurns());
  expect([rows.charge(300), rows.charge(199), rows.charge(0)]).toEqual([undefined, undefined, undefined]);
  const result = {};
  expect(rows.inTurn(result)).toBe(result);
});

it('large answers are made in several turns of the event loop', async () => {
  const rows = new RowBudget(25_000, new EventLoopTurns());
  const turnsOfCharges: number[] = [];
  let turn = 0;
  const charges = Array.from({ length: 100 }, async () => {
    await rows.charge(100);
    turnsOfCharges.push(turn);
  });
  for (; turn < 22; turn += 1) await nextTurn();
  await Promise.all(charges);
  expect(new Set(turnsOfCharges).size).toBeGreaterThanOrEqual(19);
  expect(turnsOfCharges).toEqual(turnsOfCharges.toSorted((a, b) => a - b));
});

it('large answers of several operations are made in different turns', async () => {
  const turns = new EventLoopTurns();
  const turnsOfAnswers: number[] = [];
  let turn = 0;
  const answers = Array.from({ length: 20 }, async () => {
    const rows = new RowBudget(25_000, turns);
    await rows.charge(500);
    turnsOfAnswers.push(turn);
    await rows.inTurn({});
    turnsOfAnswers.push(turn);
  });
  for (; turn < 50; turn += 1) await nextTurn();
  await Promise.all(answers);
  expect(new Set(turnsOfAnswers).size).toBeGreaterThanOrEqual(39);
});

it('a large answer is serialized in a turn of its own', async () => {
  const rows = new RowBudget(25_000, new EventLoopTurns());
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
  const rows = new RowBudget(1_000, new EventLoopTurns());
  rows.charge(1_000);
  expect(() => rows.charge(1)).toThrow(
    'The operation may answer with 1001 rows, and this gateway answers with 1000 at most: ask for smaller pages.',
  );
});
