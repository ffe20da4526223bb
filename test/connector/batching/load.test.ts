import { describe, expect, it, vi } from 'vitest';
import { chargeAgain, chargeOnce, Load } from '../../../src/connector/batching/load.ts';
import { GatewayError } from '../../../src/errors.ts';
import { request } from '../../helpers/batching.ts';

const INPUTS = ['1', '2', '3'].map((id) => ({ id }));
type Input = (typeof INPUTS)[number];

const operationOf = (maxCalls: number) => request({ maxCalls });

function loadOf(by = operationOf(10), onCancel = () => {}): Load<Input, string> {
  const load = new Load<Input, string>(INPUTS, ({ id }) => id, by, onCancel);
  load.promise.catch(() => {});
  return load;
}

describe('a load', () => {
  it('is answered when each of its inputs is', async () => {
    const load = loadOf();
    const resolved = vi.fn();
    load.promise.then(resolved);
    for (const input of INPUTS.slice(1)) load.settle(input, ({ id }) => `record ${id}`);
    await Promise.resolve();
    expect(resolved).not.toHaveBeenCalled();

    load.settle({ id: '1' }, () => 'too early');
    expect(await load.promise).toBeTypeOf('function');
  });

  it('answers each input by the call that it was in', async () => {
    const load = loadOf();
    const [first, second, third] = INPUTS;
    if (!first || !second || !third) throw new TypeError('there are three inputs');
    const together = ({ id }: Input) => `together ${id}`;
    load.settle(first, together);
    load.settle(second, ({ id }) => `alone ${id}`);
    load.settle(third, together);
    const answer = await load.promise;
    expect(INPUTS.map(answer)).toEqual(['together 1', 'alone 2', 'together 3']);
  });

  it('fails with the reason of its cancellation, and reports it once', async () => {
    const onCancel = vi.fn();
    const load = loadOf(undefined, onCancel);
    const reason = new GatewayError('HUBSPOT_UNAVAILABLE', 'The operation was cancelled.', {});
    load.cancel(reason);
    await expect(load.promise).rejects.toBe(reason);
    expect([load.isCancelled, onCancel.mock.calls]).toEqual([true, [[load]]]);
  });
});

describe('a call', () => {
  it('is charged once to a request, however many of its loads are in the call', () => {
    const asker = operationOf(1);
    const isAffordable = chargeOnce<Input, string>();
    expect([loadOf(asker), loadOf(asker)].map(isAffordable)).toEqual([true, true]);
    expect(asker.calls.charge()).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('is refused to all loads of a request that has spent its calls, and to no other', async () => {
    const spent = operationOf(0);
    const [first, second, other] = [loadOf(spent), loadOf(spent), loadOf()];
    expect([first, second, other].map(chargeOnce<Input, string>())).toEqual([false, false, true]);
    await expect(first.promise).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await expect(second.promise).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('is charged again only while a load waits and its request can afford it', async () => {
    const [poor, rich, cancelled] = [loadOf(operationOf(0)), loadOf(), loadOf()];
    cancelled.cancel(new GatewayError('HUBSPOT_UNAVAILABLE', 'The operation was cancelled.', {}));
    expect(() => chargeAgain([...poor.inputs, ...rich.inputs])).not.toThrow();
    expect(() => chargeAgain([...poor.inputs, ...cancelled.inputs])).toThrow('no load waits for this call');
  });
});
