import { afterEach, expect, it } from 'vitest';
import { ALICE, type Stack, type TestViewer } from '../helpers/stack.ts';
import { CONTACTS, UserLevel } from '../helpers/user-level.ts';

const BOB: TestViewer = { ...ALICE, sub: 'bob' };
let stack: Stack;
afterEach(() => stack.stop());

/** The statements and the HubSpot calls of `work` on a replica. The clock stands still, so nothing else happens. */
async function costOf(work: () => Promise<unknown>, replica = 0): Promise<{ statements: number; calls: number }> {
  const faults = stack.databaseFaults[replica];
  if (!faults) throw new TypeError(`there is no replica ${replica}`);
  stack.simulator.log.clear();
  const before = faults.statements;
  await work();
  return { statements: faults.statements - before, calls: stack.simulator.log.all().length };
}

it('an account-level grant costs what it did: one statement for a tenant, none for its further viewers', async () => {
  const on = await UserLevel.start({ simulator: { app: { isUserLevel: false } } });
  stack = on.stack;
  const connect = await costOf(() => on.stack.connect());
  // The two calls are the exchange of the code and its introspection.
  expect(connect.calls).toBe(2);
  // Reads the tenant, and the token.
  expect(await costOf(() => stack.query(CONTACTS))).toEqual({ statements: 2, calls: 1 });
  expect(await costOf(() => stack.query(CONTACTS))).toEqual({ statements: 0, calls: 1 });
  expect(await costOf(() => stack.query(CONTACTS, {}, BOB))).toEqual({ statements: 0, calls: 1 });
});

it('a tenant without a grant costs one statement, and two before the refusal', async () => {
  stack = (await UserLevel.start({ simulator: { app: { isUserLevel: false } } })).stack;
  expect((await costOf(() => stack.query(CONTACTS))).calls).toBe(0);
  // The refusal reads the changes of other replicas.
  expect(await costOf(() => stack.query(CONTACTS, {}, BOB))).toEqual({ statements: 1, calls: 0 });
});

it('a grant of a viewer costs one statement more for the first request of each viewer, and none afterwards', async () => {
  const on = await UserLevel.start();
  stack = on.stack;
  const connect = await costOf(() => on.connectAs(ALICE, on.person(0, {})));
  expect(connect.calls).toBe(2);
  await on.connectAs(BOB, on.person(1, {}));
  // Reads the tenant, the viewer and the token.
  expect(await costOf(() => stack.query(CONTACTS))).toEqual({ statements: 3, calls: 1 });
  expect(await costOf(() => stack.query(CONTACTS, {}, BOB))).toEqual({ statements: 2, calls: 1 });
  for (const viewer of [ALICE, BOB])
    expect(await costOf(() => stack.query(CONTACTS, {}, viewer))).toEqual({ statements: 0, calls: 1 });
});
