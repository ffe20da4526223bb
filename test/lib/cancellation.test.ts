import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { expect, it, vi } from 'vitest';
import { anyOf, CancellationSource, pause, untilCancelled } from '../../src/lib/cancellation.ts';

const REASON = new Error('nobody waits');
const listener = () => ({ cancel: vi.fn<(reason: Error) => void>() });

it('abandons what follows once, what follows later at once, and nothing that has removed', () => {
  const source = new CancellationSource();
  const [one, removed, late] = [listener(), listener(), listener()];
  for (const work of [one, removed]) source.addListener(work);
  source.removeListener(removed);
  expect(source.reason).toBeUndefined();
  source.cancel(REASON);
  source.cancel(new Error('another reason'));
  source.addListener(late);
  expect(source.reason).toBe(REASON);
  expect([one, removed, late].map(({ cancel }) => cancel.mock.calls)).toEqual([[[REASON]], [], [[REASON]]]);
});

it('lets a listener remove another one while it is cancelled', () => {
  const source = new CancellationSource();
  const second = listener();
  source.addListener({ cancel: () => source.removeListener(second) });
  source.addListener(second);
  source.cancel(REASON);
  expect(second.cancel).not.toHaveBeenCalled();
});

it.each([0, 1])('of two is cancelled as soon as one is: %i', (index) => {
  const sources = [new CancellationSource(), new CancellationSource()] as const;
  const either = anyOf(...sources);
  const [first, removed, late] = [listener(), listener(), listener()];
  either.addListener(first);
  either.addListener(removed);
  either.removeListener(removed);
  expect(either.reason).toBeUndefined();
  sources[index]?.cancel(REASON);
  either.addListener(late);
  expect(either.reason).toBe(REASON);
  expect([first, removed, late].map(({ cancel }) => cancel.mock.calls.length)).toEqual([1, 0, 1]);
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
