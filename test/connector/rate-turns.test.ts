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

/** Takes all ten permits; later calls wait until one is returned. */
function occupy(): Promise<RatePermit[]> {
  return Promise.all(Array.from({ length: 10 }, () => acquire()));
}

/** Fills the window: no call is sent for ten seconds. */
async function fillWindow(): Promise<void> {
  const full = { status: 200, body: {}, rateLimit: { max: 110, remaining: 0, intervalMs: 10_000 } };
  await portal.call({}, { answer: () => full });
}

describe('waiting calls', () => {
  /** Records the order of the grants, and returns every permit. */
  function ask(order: string[], name: string, asker: Asker): void {
    void acquire(asker).then((permit) => {
      order.push(name);
      permit.release();
    });
  }

  it('alternate between viewers, and are first come first served within one', async () => {
    const permits = await occupy();
    const order: string[] = [];
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']) ask(order, name, { fairnessKey: name.charAt(0) });
    await portal.settle();
    expect(order).toEqual([]);
    permits[0]?.release();
    await portal.settle();
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
  });

  it('are served interactive ones first, whatever their order of arrival', async () => {
    const permits = await occupy();
    const order: string[] = [];
    ask(order, 'background 1', { fairnessKey: 'a', priority: 'background' });
    ask(order, 'background 2', { fairnessKey: 'b', priority: 'background' });
    ask(order, 'interactive 1', { fairnessKey: 'a' });
    ask(order, 'interactive 2', { fairnessKey: 'a' });
    permits[0]?.release();
    await portal.settle();
    expect(order).toEqual(['interactive 1', 'interactive 2', 'background 1', 'background 2']);
  });

  it('are counted until they are sent', async () => {
    const permits = await occupy();
    const order: string[] = [];
    for (const name of ['a', 'b']) ask(order, name, {});
    expect(await portal.waiting()).toBe(2);
    permits[0]?.release();
    await portal.settle();
    expect(await portal.waiting()).toBe(0);
  });

  it('are a thousand at most', async () => {
    await occupy();
    const waiting = Array.from({ length: 1_000 }, () => acquire({ deadlineAt: 1_000_000 }));
    // The thousandth is sent in the tenth window, and so would be the next.
    await expect(acquire({ deadlineAt: 1_000_000 })).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      extensions: { retryAfterMs: 90_000, policy: 'TEN_SECONDLY_ROLLING' },
    });
    for (const waiter of waiting) waiter.catch(() => {});
    expect(await portal.waiting()).toBe(1_000);
  });
});

describe('a deadline', () => {
  it('before the next permit is a refusal at once, with the time to retry', async () => {
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

  it('that suffices lets the call wait', async () => {
    await fillWindow();
    const permit = acquire({ deadlineAt: 10_001 });
    await portal.pass(10_000);
    await permit;
  });

  it('considers the calls ahead: those of the same viewer, and fewer for another viewer', async () => {
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

  it('that passes while others hold all permits ends the wait', async () => {
    await occupy();
    const refused = expect(acquire({ deadlineAt: 3_000 })).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await portal.pass(3_000);
    await refused;
    expect(await portal.waiting()).toBe(0);
  });

  it('that has passed refuses only calls that would have to wait', async () => {
    (await acquire({ deadlineAt: -1 })).release();
    await fillWindow();
    await expect(acquire({ deadlineAt: -1 })).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });
});

describe('a cancelled call', () => {
  it('leaves the queue at once, and delays no other call', async () => {
    const permits = await occupy();
    const cancellation = new CancellationSource();
    const gone = acquire({ fairnessKey: 'alice', cancellation });
    const next = acquire({ fairnessKey: 'bob' });
    cancellation.cancel(new Error('gone'));
    await expect(gone).rejects.toThrow('gone');
    permits[0]?.release();
    await next;
    expect(await portal.waiting()).toBe(0);
  });

  it('gets no permit', async () => {
    const cancellation = new CancellationSource();
    cancellation.cancel(new Error('gone'));
    await expect(acquire({ cancellation })).rejects.toThrow('gone');
    await occupy();
  });

  it('keeps its permit after the grant until it is released', async () => {
    const cancellation = new CancellationSource();
    const permit = await acquire({ cancellation });
    cancellation.cancel(new Error('gone'));
    permit.release();
    await occupy();
  });
});

describe('a permit', () => {
  it('is returned once, however often it is released', async () => {
    const [first] = await occupy();
    first?.release();
    first?.release();
    await acquire();
    const another = acquire({ deadlineAt: 1_000 });
    const refused = expect(another).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await portal.pass(1_000);
    await refused;
  });

  it('that is used is not returned by a release, and serves no second call', async () => {
    const [first] = await occupy();
    expect([first?.use(), first?.use()]).toEqual([true, false]);
    first?.release();
    const refused = expect(acquire({ deadlineAt: 1_000 })).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await portal.pass(1_000);
    await refused;
  });
});
