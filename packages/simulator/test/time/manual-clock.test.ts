import { describe, expect, it, vi } from 'vitest';
import { sleep } from '../../src/time/clock.ts';
import { ManualClock } from '../../src/time/manual-clock.ts';

const START = Date.UTC(2030, 0, 1);

describe('ManualClock', () => {
  it('stands still until it is moved', () => {
    const clock = new ManualClock(START);
    expect([clock.now(), clock.monotonic()]).toEqual([START, 0]);
    clock.advance(1_500);
    clock.advance(0);
    expect([clock.now(), clock.monotonic()]).toEqual([START + 1_500, 1_500]);
  });

  it('runs a timer when its time has come, not before, and once', () => {
    const clock = new ManualClock(START);
    const callback = vi.fn();
    clock.schedule(callback, 1_000);

    clock.advance(999);
    expect(callback).not.toHaveBeenCalled();
    clock.advance(1);
    clock.advance(10_000);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  it('runs timers in the order of their times, equal ones as they were set, each at its own time', () => {
    const clock = new ManualClock(START);
    const ran: [string, number, number][] = [];
    const note = (name: string) => () => ran.push([name, clock.monotonic(), clock.now() - START]);
    clock.schedule(note('late'), 300);
    clock.schedule(note('early'), 100);
    clock.schedule(note('late too'), 300);
    clock.schedule(note('middle'), 200);

    clock.advance(1_000);
    expect(ran).toEqual([
      ['early', 100, 100],
      ['middle', 200, 200],
      ['late', 300, 300],
      ['late too', 300, 300],
    ]);
    expect(clock.monotonic()).toBe(1_000);
  });

  it('runs in the same move what a timer sets, as far as it falls due', () => {
    const clock = new ManualClock(START);
    const ran: number[] = [];
    const tick = () => {
      ran.push(clock.monotonic());
      clock.schedule(tick, 100);
    };
    clock.schedule(tick, 100);

    clock.advance(350);
    expect(ran).toEqual([100, 200, 300]);
    clock.advance(50);
    expect(ran).toEqual([100, 200, 300, 400]);
  });

  it('does not run a timer that was cancelled, even by another one that was due with it', () => {
    const clock = new ManualClock(START);
    const callback = vi.fn();
    const [cancelFirst] = [clock.schedule(callback, 100)];
    clock.schedule(() => cancelSecond(), 200);
    const cancelSecond = clock.schedule(callback, 200);

    cancelFirst();
    clock.advance(1_000);
    cancelSecond();
    expect(callback).not.toHaveBeenCalled();
  });

  it('runs a timer without delay with the next move, be it of nothing', () => {
    const clock = new ManualClock(START);
    const callback = vi.fn();
    clock.schedule(callback, 0);
    clock.schedule(callback, -5);
    expect(callback).not.toHaveBeenCalled();
    clock.advance(0);
    expect(callback).toHaveBeenCalledTimes(2);
  });

  it('jumps only on the wall clock: durations and timers do not change', () => {
    const clock = new ManualClock(START);
    const callback = vi.fn();
    clock.schedule(callback, 1_000);

    clock.jump(86_400_000);
    expect([clock.now(), clock.monotonic()]).toEqual([START + 86_400_000, 0]);
    expect(callback).not.toHaveBeenCalled();

    clock.jump(-2 * 86_400_000);
    clock.advance(1_000);
    expect([clock.now(), clock.monotonic()]).toEqual([START - 86_400_000 + 1_000, 1_000]);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  it('ends a sleep', async () => {
    const clock = new ManualClock(START);
    const woke = vi.fn();
    const sleeping = sleep(clock, 1_000).then(woke);

    clock.advance(999);
    await Promise.resolve();
    expect(woke).not.toHaveBeenCalled();
    clock.advance(1);
    await sleeping;
    expect(woke).toHaveBeenCalledTimes(1);
  });
});
