import { expect, it, vi } from 'vitest';
import { CancellationSource, eitherOf, pause, untilCancelled } from '../../src/lib/cancellation.ts';
import { ManualClock } from '../../src/lib/time/manual-clock.ts';

const REASON = new Error('nobody waits');
const follower = () => ({ abandon: vi.fn<(reason: Error) => void>() });

it('abandons what follows once, what follows later at once, and nothing that has left', () => {
  const source = new CancellationSource();
  const [one, left, late] = [follower(), follower(), follower()];
  for (const work of [one, left]) source.follow(work);
  source.leave(left);
  expect(source.reason).toBeUndefined();
  source.cancel(REASON);
  source.cancel(new Error('another reason'));
  source.follow(late);
  expect(source.reason).toBe(REASON);
  expect([one, left, late].map(({ abandon }) => abandon.mock.calls)).toEqual([[[REASON]], [], [[REASON]]]);
});

it('lets work leave while it is abandoned', () => {
  const source = new CancellationSource();
  const second = follower();
  source.follow({ abandon: () => source.leave(second) });
  source.follow(second);
  source.cancel(REASON);
  expect(second.abandon).not.toHaveBeenCalled();
});

it.each([0, 1])('of two is cancelled as soon as one is: %i', (index) => {
  const sources = [new CancellationSource(), new CancellationSource()] as const;
  const either = eitherOf(...sources);
  const [following, left, late] = [follower(), follower(), follower()];
  either.follow(following);
  either.follow(left);
  either.leave(left);
  expect(either.reason).toBeUndefined();
  sources[index]?.cancel(REASON);
  either.follow(late);
  expect(either.reason).toBe(REASON);
  expect([following, left, late].map(({ abandon }) => abandon.mock.calls.length)).toEqual([1, 0, 1]);
});

it('ends the waiting for work, not the work', async () => {
  const source = new CancellationSource();
  const work = Promise.withResolvers<string>();
  const waiting = [untilCancelled(source, work.promise), untilCancelled(undefined, work.promise)];
  const outcomes = Promise.allSettled(waiting);
  source.cancel(REASON);
  await expect(waiting[0]).rejects.toBe(REASON);
  work.resolve('done');
  expect((await outcomes)[1]).toMatchObject({ value: 'done' });
  await expect(untilCancelled(new CancellationSource(), Promise.reject(REASON))).rejects.toBe(REASON);
});

it('ends a pause', async () => {
  const [clock, source] = [new ManualClock(), new CancellationSource()];
  const [whole, cut] = [pause(clock, 1_000, undefined), pause(clock, 2_000, source)];
  clock.advance(1_000);
  await whole;
  source.cancel(REASON);
  await expect(cut).rejects.toBe(REASON);
  await expect(pause(clock, 1_000, source)).rejects.toBe(REASON);
});
