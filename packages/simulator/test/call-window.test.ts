import { beforeEach, describe, expect, it } from 'vitest';
import { type CallWindow, createWindow } from '../src/limits/call-window.ts';
import { ManualClock } from '../src/time/manual-clock.ts';

const START = Date.UTC(2026, 10, 23, 9, 0, 0, 400);

let clock: ManualClock;

beforeEach(() => {
  clock = new ManualClock(START);
});

function add(window: CallWindow, calls: number): void {
  for (let call = 0; call < calls; call += 1) window.add();
}

describe('a rolling window', () => {
  it('counts a call for exactly its length', () => {
    const window = createWindow('rolling', 1_000, clock);
    add(window, 2);
    clock.advance(999);
    add(window, 1);
    expect(window.count()).toBe(3);
    clock.advance(1);
    expect(window.count()).toBe(1);
    clock.advance(999);
    expect(window.count()).toBe(0);
    add(window, 4);
    expect(window.count()).toBe(4);
  });

  it('knows when it will have fewer', () => {
    const window = createWindow('rolling', 1_000, clock);
    expect(window.untilFewer()).toBe(0);
    add(window, 1);
    clock.advance(300);
    add(window, 1);
    expect(window.untilFewer()).toBe(700);
    clock.advance(700);
    expect(window.untilFewer()).toBe(300);
  });
});

describe('a fixed window', () => {
  it('begins anew at each multiple of its length', () => {
    const window = createWindow('fixed', 1_000, clock);
    add(window, 3);
    clock.advance(599);
    expect(window.count()).toBe(3);
    clock.advance(1);
    expect(window.count()).toBe(0);
    add(window, 2);
    expect(window.count()).toBe(2);
  });

  it('knows when it will have fewer', () => {
    const window = createWindow('fixed', 1_000, clock);
    expect(window.untilFewer()).toBe(0);
    add(window, 1);
    clock.advance(200);
    expect(window.untilFewer()).toBe(400);
  });
});
