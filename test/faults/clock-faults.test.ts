import { afterEach, describe, expect, it } from 'vitest';
import { DATABASE_KINDS, type DatabaseKind } from '../helpers/databases.ts';
import { ALICE, type Answer, Stack } from '../helpers/stack.ts';
import { codes, EXPIRED, install, MINUTE, READ, refreshes, SECOND } from '../helpers/token-faults.ts';

const DAY = 24 * 60 * MINUTE;
const LIFE = 30 * MINUTE;
const HALF_A_DAY_S = 12 * 60 * 60;

let stack: Stack;
afterEach(() => stack.stop());

async function start(database: DatabaseKind, replicas: number): Promise<void> {
  stack = await Stack.start({ database, replicas });
  await install(stack);
}

/** From a client whose JWT the replica's clock finds valid, and would half a day later or earlier. */
async function ask(replica = 0): Promise<Answer> {
  const now = Math.floor((stack.wallClocks[replica]?.now() ?? 0) / SECOND);
  const authorization = `Bearer ${stack.token(ALICE, { iat: now - HALF_A_DAY_S, exp: now + HALF_A_DAY_S })}`;
  return (await stack.send(READ, {}, ALICE, { authorization }, replica)).answer;
}

function jump(ms: number, replica = 0): void {
  const clock = stack.wallClocks[replica];
  if (clock) clock.offsetMs += ms;
}

const refused = () => stack.simulator.log.crm().filter(({ status }) => status === 401).length;

describe.each(DATABASE_KINDS)('F44 on %s, a wall clock that jumps', (database) => {
  it.each([
    ['a day ahead', DAY],
    ['a day back', -DAY],
  ])('F44 %s causes no storm of refreshes, and one call at most with a token that is over', async (_case, ms) => {
    await start(database, 1);
    expect(codes(await ask())).toEqual([]);
    jump(ms);
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask()));
    expect([answers.flatMap(codes), refreshes(stack)]).toEqual([[], 0]);

    // Tokens are renewed as often as ever: once in each of their lives.
    const lives = 6;
    for (let passed = 0; passed < lives * LIFE; passed += 5 * MINUTE) {
      stack.clock.advance(5 * MINUTE);
      expect(codes(await stack.settle(ask()))).toEqual([]);
    }
    expect(refreshes(stack)).toBeGreaterThanOrEqual(lives);
    expect(refreshes(stack)).toBeLessThanOrEqual(lives * 1.5);
    // The embedded database takes the machine's word for when a token is over.
    expect(refused()).toBeLessThanOrEqual(database === 'sqlite' ? 1 : 0);
  });

  it('F44 to and fro while a token is renewed leaves one renewal', async () => {
    await start(database, 1);
    stack.clock.advance(EXPIRED);
    const hold = stack.simulator.faults.add({ match: '^POST /oauth', times: 1, fault: { kind: 'hold' } });
    const waiting = Array.from({ length: 20 }, () => ask());
    await hold.reached(1);
    jump(DAY / 5);
    waiting.push(ask());
    jump((-2 * DAY) / 5);
    waiting.push(ask());
    hold.remove();
    expect((await stack.settle(Promise.all(waiting))).flatMap(codes)).toEqual([]);
    expect([refreshes(stack), refused()]).toEqual([1, 0]);
  });
});

it('F44 a replica that learns of a token after its wall clock has jumped is refused once at most', async () => {
  await start('postgres', 3);
  jump(DAY, 1);
  jump(-DAY, 2);
  for (const age of [0, 20 * MINUTE, EXPIRED]) {
    stack.clock.advance(age);
    for (const replica of [0, 1, 2]) expect(codes(await stack.settle(ask(replica)))).toEqual([]);
  }
  expect(refused()).toBe(0);
  expect(refreshes(stack)).toBeLessThanOrEqual(2);
});

it('F44 replicas whose wall clocks are 120 s apart renew a token once, one at a time', async () => {
  await start('postgres', 3);
  jump(-120 * SECOND, 0);
  jump(120 * SECOND, 2);
  for (let life = 1; life <= 4; life += 1) {
    stack.clock.advance(EXPIRED);
    const answers = await stack.settle(Promise.all(Array.from({ length: 30 }, (_, index) => ask(index % 3))));
    expect(answers.flatMap(codes)).toEqual([]);
    expect(refreshes(stack)).toBe(life);
  }
  expect(stack.simulator.log.maxRefreshOverlap).toBe(1);
  expect(refused()).toBe(0);
});
