import { expect, it, vi } from 'vitest';
import { mergeRecords } from '../src/crm/records/record-merge.ts';
import { Portal } from '../src/portal.ts';
import { ManualClock } from '../src/time/manual-clock.ts';

function portalWith(count: number): Portal {
  const portal = new Portal({ hubId: 1, domain: 'one.example', user: 'admin@one.example' }, new ManualClock());
  for (let index = 1; index <= count; index += 1) portal.create('contacts', { email: `p${index}@one.example` });
  return portal;
}

const idOf = (portal: Portal, value: string, property = 'email') => portal.recordBy('contacts', property, value)?.id;

it('finds records by a value without going through all of them each time', () => {
  const portal = portalWith(2_000);
  const all = vi.spyOn(portal.store, 'all');
  for (let index = 1; index <= 2_000; index += 1) {
    expect(idOf(portal, `P${index}@one.example`)).toBe(String(100_000 + index));
  }
  expect(all).toHaveBeenCalledTimes(1);
});

it('follows every change of a record: written, cleared, archived, erased', () => {
  const portal = portalWith(3);
  expect(idOf(portal, 'new@one.example')).toBeUndefined();
  const [first, second, third] = ['100001', '100002', '100003'].map((id) => portal.record('contacts', id));
  if (!first || !second || !third) throw new TypeError('three contacts were made');
  portal.update('contacts', first, { email: 'new@one.example' });
  expect([idOf(portal, 'new@one.example'), idOf(portal, 'p1@one.example')]).toEqual([first.id, undefined]);
  portal.update('contacts', first, { email: '' });
  portal.archive('contacts', second.id);
  portal.erase('contacts', third.id);
  for (const value of ['new@one.example', 'p2@one.example', 'p3@one.example', '']) {
    expect(idOf(portal, value), value).toBeUndefined();
  }
  expect(idOf(portal, portal.create('contacts', { email: 'P2@one.example' }).properties.get('email') ?? '')).toBe(
    '100004',
  );
});

it('finds what became of merged contacts by the addresses of both', () => {
  const portal = portalWith(2);
  expect(idOf(portal, 'p2@one.example')).toBe('100002');
  const { id } = mergeRecords(portal, 'contacts', '100001', '100002');
  expect([idOf(portal, 'p1@one.example'), idOf(portal, 'p2@one.example')]).toEqual([id, id]);
});

it('tells apart properties, and finds the oldest where a value is not unique', () => {
  const portal = portalWith(0);
  for (const city of ['Berlin', 'Oslo', 'BERLIN']) portal.create('contacts', { city });
  expect([idOf(portal, 'berlin', 'city'), idOf(portal, 'oslo', 'city'), idOf(portal, 'oslo')]).toEqual([
    '100001',
    '100002',
    undefined,
  ]);
});
