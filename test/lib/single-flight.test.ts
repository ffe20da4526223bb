import { describe, expect, it, vi } from 'vitest';
import { SingleFlight } from '../../src/lib/single-flight.ts';

describe('SingleFlight', () => {
  it('starts the work of one key once, however many ask at the same time', async () => {
    const flights = new SingleFlight<string>();
    const { promise, resolve } = Promise.withResolvers<string>();
    const work = vi.fn(() => promise);

    const answers = Array.from({ length: 100 }, () => flights.run('a', work));
    resolve('done');

    expect(await Promise.all(answers)).toEqual(Array.from({ length: 100 }, () => 'done'));
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('keeps the keys apart', async () => {
    const flights = new SingleFlight<string>();
    const answers = ['a', 'b', 'a'].map((key, index) => flights.run(key, async () => `${key}${index}`));
    expect(flights.size).toBe(2);
    expect(await Promise.all(answers)).toEqual(['a0', 'b1', 'a0']);
  });

  it('remembers nothing once the work is done', async () => {
    const flights = new SingleFlight<number>();
    const work = vi.fn(async () => work.mock.calls.length);

    expect(await flights.run('a', work)).toBe(1);
    expect(flights.size).toBe(0);
    expect(await flights.run('a', work)).toBe(2);
  });

  it('tells everybody of a failure and then starts anew', async () => {
    const flights = new SingleFlight<string>();
    const failing = vi.fn(() => Promise.reject(new Error('refused')));
    const outcomes = await Promise.allSettled([flights.run('a', failing), flights.run('a', failing)]);

    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(failing).toHaveBeenCalledTimes(1);
    expect(await flights.run('a', async () => 'recovered')).toBe('recovered');
  });

  it('lets the next caller start anew already in the continuation of the last one', async () => {
    const flights = new SingleFlight<number>();
    const again = flights.run('a', async () => 1).then(() => flights.run('a', async () => 2));
    expect(await again).toBe(2);
  });

  it('forgets a key whose work could not even be started', async () => {
    const flights = new SingleFlight<string>();
    const broken = async () =>
      flights.run('a', () => {
        throw new TypeError('a mistake');
      });
    await expect(broken()).rejects.toThrow('a mistake');
    expect(flights.size).toBe(0);
    expect(await flights.run('a', async () => 'fine')).toBe('fine');
  });

  it('waits for all that is running, failures included', async () => {
    const flights = new SingleFlight<string>();
    const [first, second] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    const failing = flights.run('a', () => first.promise);
    const working = flights.run('b', () => second.promise);
    const settled = vi.fn();
    const waiting = flights.settled().then(settled);

    first.reject(new Error('refused'));
    await expect(failing).rejects.toThrow('refused');
    await new Promise(setImmediate);
    expect(settled).not.toHaveBeenCalled();

    second.resolve('done');
    await waiting;
    expect(flights.size).toBe(0);
    expect(await working).toBe('done');
  });

  it('has nothing to wait for when nothing runs', async () => {
    await expect(new SingleFlight().settled()).resolves.toBeUndefined();
  });
});
