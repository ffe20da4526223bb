import { beforeEach, describe, expect, it } from 'vitest';
import { Load } from '../../../src/connector/batching/load.ts';
import { PendingLoads } from '../../../src/connector/batching/pending-loads.ts';
import type { RequestContext } from '../../../src/connector/request-context.ts';
import { type OperationFacts, request } from '../../helpers/batching.ts';

interface Input {
  readonly id: string;
  readonly of?: string;
}

let waiting: PendingLoads<Input, string>;
beforeEach(() => {
  waiting = new PendingLoads();
});

const keyOf = ({ id, of = '' }: Input) => `${of}/${id}`;
const input = (text: string): Input => {
  const [id = '', of = ''] = text.split('@');
  return { id, of };
};

/** A load of the records `ids`, as `id` or `id@relation`. */
function add(ids: string, by: OperationFacts | RequestContext = {}): Load<Input, string> {
  const asker = 'callContext' in by ? by : request(by);
  const load = new Load<Input, string>(ids.split(' ').map(input), keyOf, asker, () => {});
  waiting.add(load);
  return load;
}

const take = (max: number, accept: (load: Load<Input, string>) => boolean = () => true) =>
  waiting.take(max, accept).map(({ key }) => key.replace(/^\//, ''));

it('has no deadline when it is empty', () => {
  expect([waiting.inputs, waiting.hasInteractive, waiting.first, waiting.deadlineAt]).toEqual([
    0,
    false,
    undefined,
    Number.POSITIVE_INFINITY,
  ]);
  expect(take(100)).toEqual([]);
});

it('knows the longest wait, and whether a load is interactive', () => {
  const first = add('1', { priority: 'background', deadlineAt: 9_000 });
  expect([waiting.first, waiting.deadlineAt, waiting.hasInteractive]).toEqual([first.request, 9_000, false]);
  const second = add('2', { deadlineAt: 5_000 });
  expect([waiting.deadlineAt, waiting.hasInteractive]).toEqual([9_000, true]);
  waiting.remove(first);
  expect([waiting.first, waiting.deadlineAt]).toEqual([second.request, 5_000]);
  waiting.remove(second);
  expect([waiting.hasInteractive, waiting.inputs]).toEqual([false, 0]);
});

describe('loads of one record', () => {
  it('share one input of a call, which answers all of them', () => {
    const [a, b] = [add('1 2'), add('2 3', { fairnessKey: 'bob' })];
    expect(waiting.inputs).toBe(3);
    const taken = waiting.take(100, () => true);
    expect(taken.filter(({ input: { id } }) => id === '2').map(({ load }) => load)).toEqual([a, b]);
    expect(waiting.inputs).toBe(0);
  });

  it('keep the input when one of them is removed', () => {
    const a = add('1');
    add('1', { fairnessKey: 'bob' });
    waiting.remove(a);
    expect(take(100)).toEqual(['1']);
  });

  it('need calls of their own when their inputs differ', () => {
    add('1@deals 1@companies');
    expect([take(100), take(100), take(100)]).toEqual([['deals/1'], ['companies/1'], []]);
  });
});

describe('turns', () => {
  it('alternate between viewers, one record each', () => {
    add('1 2 3', { fairnessKey: 'alice' });
    add('4 5 6', { fairnessKey: 'bob' });
    expect(take(4).sort()).toEqual(['1', '2', '4', '5']);
    expect(take(4).sort()).toEqual(['3', '6']);
  });

  it('go to interactive loads first', () => {
    add('1 2', { priority: 'background' });
    add('3');
    expect(take(1)).toEqual(['3']);
    expect(take(2)).toEqual(['1', '2']);
  });
});

describe('a refused load', () => {
  it('is removed with all its inputs, and takes no room in the call', () => {
    const refused = add('1 2 3');
    add('4', { fairnessKey: 'bob' });
    expect(take(1, (load) => load !== refused)).toEqual(['4']);
    expect([waiting.inputs, waiting.first]).toEqual([0, undefined]);
  });

  it('leaves its record to the other loads', () => {
    const refused = add('1');
    const other = add('1', { fairnessKey: 'bob' });
    const taken = waiting.take(100, (load) => load !== refused);
    expect(taken.map(({ load }) => load)).toEqual([other]);
  });
});

it('removes the loads whose deadline has come', () => {
  const due = add('1 2', { deadlineAt: 1_000 });
  add('2 3', { deadlineAt: 2_000 });
  expect(waiting.removeDue(999)).toEqual([]);
  expect(waiting.removeDue(1_000)).toEqual([due]);
  expect(take(100).sort()).toEqual(['2', '3']);
});

it('removes nothing of a load that was dispatched before', () => {
  const load = add('1');
  take(100);
  add('1', { fairnessKey: 'bob' });
  waiting.remove(load);
  expect(waiting.inputs).toBe(1);
});
