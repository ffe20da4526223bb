import { expect, it } from 'vitest';
import { memoize } from '../../../src/graphql/analysis/memoize.ts';

it('computes once for each key, and keeps results that are false or empty', () => {
  const computed: string[] = [];
  const lengthOf = memoize(
    ({ text }: { readonly key: object; readonly text: string }) => {
      computed.push(text);
      return text.length;
    },
    ({ key }) => key,
  );
  const [first, second] = [{}, {}];
  expect([lengthOf({ key: first, text: '' }), lengthOf({ key: first, text: 'other' })]).toEqual([0, 0]);
  expect(lengthOf({ key: second, text: 'four' })).toBe(4);
  expect(computed).toEqual(['', 'four']);
});

it('does not keep a failure', () => {
  let failures = 1;
  const once = memoize((_input: object) => {
    failures -= 1;
    if (failures === 0) throw new Error('not yet');
    return 'done';
  });
  const input = {};
  expect(() => once(input)).toThrow('not yet');
  expect(once(input)).toBe('done');
});
