import { beforeEach, describe, expect, it } from 'vitest';
import type { RatePermit } from '../../src/connector/rate-limit/rate-permit.ts';
import { CancellationSource } from '../../src/lib/cancellation.ts';
import { type Asker, LimitedPortal } from '../helpers/limited-portal.ts';

let portal: LimitedPortal;
beforeEach(() => {
  portal = new LimitedPortal();
});

const acquire = (asker: Asker = {}): Promise<RatePermit> =>
  portal.limiter.acquire('general', portal.callContext(asker));

/** Takes all ten slots; what is asked from then on waits until one is given back. */
function occupy(): Promise<RatePermit[]> {
  return Promise.all(Array.from({ length: 10 }, () => acquire()));
}

/** Fills the window: nothing leaves for ten seconds. */
async function fillWindow(): Promise<void> {
  const full = { status: 200, body: {}, rateLimit: { max: 110, remaining: 0, intervalMs: 10_000 } };
  await portal.call({}, { answer: () => full });
}

describe('those that wait', () => {
  /** Notes whose turn comes, and hands every slot on. */
  function ask(order: string[], name: string, asker: Asker): void {
    void acquire(asker).then((slot) => {
      order.push(name);
      slot.release();
    });
  }

  it('take turns between viewers, and come first come first served within one', async () => {
    const slots = await occupy();
    const order: string[] = [];
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']) ask(order, name, { fairnessKey: name.charAt(0) });
    await portal.settle();
    expect(order).toEqual([]);
    slots[0]?.release();
    await portal.settle();
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
  });

  it('let interactive calls go before background ones, whoever came first', async () => {
    const slots = await occupy();
    const order: string[] = [];
    ask(order, 'background 1', { fairnessKey: 'a', priority: 'background' });
    ask(order, 'background 2', { fairnessKey: 'b', priority: 'background' });
    ask(order, 'interactive 1', { fairnessKey: 'a' });
    ask(order, 'interactive 2', { fairnessKey: 'a' });
    slots[0]?.release();
    await portal.settle();
    expect(order).toEqual(['interactive 1', 'interactive 2', 'background 1', 'background 2']);
  });

  it('are counted, until they go', async () => {
    const slots = await occupy();
    const order: string[] = [];
    for (const name of ['a', 'b']) ask(order, name, {});
    expect(await portal.waiting()).toBe(2);
    slots[0]?.release();
    await portal.settle();
    expect(await portal.waiting()).toBe(0);
  });

  it('are a thousand at most', async () => {
    await occupy();
    const waiting = Array.from({ length: 1_000 }, () => acquire({ deadlineAt: 1_000_000 }));
    // The thousandth leaves in the tenth window, and so would the next.
    await expect(acquire({ deadlineAt: 1_000_000 })).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      extensions: { retryAfterMs: 90_000, policy: 'TEN_SECONDLY_ROLLING' },
    });
    for (const waiter of waiting) waiter.catch(() => {});
    expect(await portal.waiting()).toBe(1_000);
  });
});

describe('a deadline', () => {
  it('before anything can leave is a refusal at once, which says when to come again', async () => {
    await fillWindow();
    await portal.pass(4_000);
    await expect(acquire({ deadlineAt: 9_999 })).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      extensions: { retryAfterMs: 6_000, policy: 'TEN_SECONDLY_ROLLING' },
    });
    expect(portal.now).toBe(4_000);
    await portal.pass(6_000);
    await acquire({ deadlineAt: 10_001 });
  });

  it('long enough is waited for', async () => {
    await fillWindow();
    const slot = acquire({ deadlineAt: 10_001 });
    await portal.pass(10_000);
    await slot;
  });

  it('counts the turns of those before: an own one waits behind, another viewer comes in between', async () => {
    await fillWindow();
    const ahead = Array.from({ length: 110 }, () => acquire({ fairnessKey: 'alice' }));
    for (const waiter of ahead) waiter.catch(() => {});
    const deadlineAt = 15_000;
    await expect(acquire({ fairnessKey: 'alice', deadlineAt })).rejects.toMatchObject({
      extensions: { retryAfterMs: 20_000 },
    });
    const bob = acquire({ fairnessKey: 'bob', deadlineAt });
    const background = acquire({ fairnessKey: 'bob', priority: 'background', deadlineAt });
    await expect(background).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await portal.pass(10_000);
    await bob;
  });

  it('that comes while others hold all slots ends the wait', async () => {
    await occupy();
    const refused = expect(acquire({ deadlineAt: 3_000 })).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await portal.pass(3_000);
    await refused;
    expect(await portal.waiting()).toBe(0);
  });

  it('that is past keeps nobody who need not wait, and everybody who must', async () => {
    (await acquire({ deadlineAt: -1 })).release();
    await fillWindow();
    await expect(acquire({ deadlineAt: -1 })).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });
});

describe('whoever gives up', () => {
  it('leaves the queue at once, and nobody waits for their turn', async () => {
    const slots = await occupy();
    const cancellation = new CancellationSource();
    const gone = acquire({ fairnessKey: 'alice', cancellation });
    const next = acquire({ fairnessKey: 'bob' });
    cancellation.cancel(new Error('gone'));
    await expect(gone).rejects.toThrow('gone');
    slots[0]?.release();
    await next;
    expect(await portal.waiting()).toBe(0);
  });

  it('before asking gets no slot', async () => {
    const cancellation = new CancellationSource();
    cancellation.cancel(new Error('gone'));
    await expect(acquire({ cancellation })).rejects.toThrow('gone');
    await occupy();
  });

  it('after the grant keeps the slot until it is released', async () => {
    const cancellation = new CancellationSource();
    const slot = await acquire({ cancellation });
    cancellation.cancel(new Error('gone'));
    slot.release();
    await occupy();
  });
});

describe('a slot', () => {
  it('is given back once, however often it is released', async () => {
    const [first] = await occupy();
    first?.release();
    first?.release();
    await acquire();
    const another = acquire({ deadlineAt: 1_000 });
    const refused = expect(another).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await portal.pass(1_000);
    await refused;
  });

  it('that is used is not given back by a release, and serves no second call', async () => {
    const [first] = await occupy();
    expect([first?.use(), first?.use()]).toEqual([true, false]);
    first?.release();
    const refused = expect(acquire({ deadlineAt: 1_000 })).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await portal.pass(1_000);
    await refused;
  });
});
