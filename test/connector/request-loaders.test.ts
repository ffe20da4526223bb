import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CrmRecord, type RecordConnector } from '../../src/connector/crm-record.ts';
import { RequestLoaders } from '../../src/connector/request-loaders.ts';
import type { AssociationReadInput } from '../../src/hubspot/crm/associations.ts';
import type { HubspotRecord } from '../../src/hubspot/crm/objects.ts';
import { request } from '../helpers/batching.ts';

const NAME = { properties: ['name'] };

const record = (id: string): HubspotRecord => ({ id, properties: {}, createdAt: '', updatedAt: '', archived: false });

/** The loaders of one request, and the inputs of each batch. */
function loaders(read: (id: string, batch: number) => HubspotRecord | null = record) {
  const batches: string[][] = [];
  const associationBatches: (readonly AssociationReadInput[])[] = [];
  const all = new RequestLoaders(
    {
      records: () => ({
        async loadAll(ids) {
          const batch = batches.push([...ids]);
          return (id) => read(id, batch);
        },
      }),
      associations: () => ({
        async loadAll(inputs) {
          associationBatches.push(inputs);
          return ({ id }) => {
            if (id === '2') throw new Error('no 2');
            return { associations: [{ id: `7${id}`, labels: [] }], next: undefined };
          };
        },
      }),
    },
    request(),
    // Nothing here resolves a field of the records.
    (objectType, raw) => new CrmRecord(raw, objectType, {} as RecordConnector, { associations: [], records: [] }),
  );
  return { all, contacts: all.records('contacts', NAME), batches, associationBatches };
}

const idOf = (found: CrmRecord | null) => found?.recordId ?? null;

describe('records', () => {
  it('of one turn are read together, and each once', async () => {
    const { contacts, batches } = loaders();
    const found = await Promise.all(['1', '2', '1'].map((id) => contacts.load(id)));
    expect(found.map(idOf)).toEqual(['1', '2', '1']);
    expect(found[2]).toBe(found[0]);
    expect(batches).toEqual([['1', '2']]);
  });

  it('that are asked for in later microtasks of the turn are read with the others', async () => {
    const { contacts, batches } = loaders();
    const later = (async () => {
      for (let microtask = 0; microtask < 5; microtask += 1) await undefined;
      return contacts.load('2');
    })();
    await Promise.all([contacts.load('1'), later]);
    expect(batches).toEqual([['1', '2']]);
  });

  it('are dispatched before the next turn of the event loop', async () => {
    const { contacts, batches } = loaders();
    void contacts.load('1');
    await turnOfTheLoop();
    expect(batches).toEqual([['1']]);
  });

  it('are known afterwards, and so is their absence', async () => {
    const { contacts, batches } = loaders((id) => (id === '2' ? null : record(id)));
    await contacts.loadMany(['1', '2']);
    expect(idOf(await contacts.load('1'))).toBe('1');
    expect(await contacts.load('2')).toBeNull();
    expect(batches).toHaveLength(1);
  });

  it('that failed fail alone, and are not read again', async () => {
    const { contacts, batches } = loaders((id) => {
      if (id === '2') throw new Error('no 2');
      return record(id);
    });
    expect(await contacts.loadMany(['1', '2'])).toMatchObject([{ recordId: '1' }, { message: 'no 2' }]);
    await expect(contacts.load('2')).rejects.toThrow('no 2');
    expect(batches).toHaveLength(1);
  });

  it('are read in parts, of which one that fails as a whole fails alone, and is not read again', async () => {
    const sizes: number[] = [];
    const all = new RequestLoaders(
      {
        records: () => ({
          async loadAll(ids) {
            sizes.push(ids.length);
            if (sizes.length === 2) throw new Error('too late');
            return record;
          },
        }),
        associations: () => ({ loadAll: () => Promise.reject(new Error('not here')) }),
      },
      request(),
      (objectType, raw) => new CrmRecord(raw, objectType, {} as RecordConnector, { associations: [], records: [] }), // As above.
    );
    const ids = Array.from({ length: 250 }, (_, index) => String(index));
    const contacts = all.records('contacts', NAME);
    const found = await contacts.loadMany(ids);
    expect(sizes).toEqual([100, 100, 50]);
    expect(found.map((each) => each instanceof Error)).toEqual(ids.map((_, index) => index >= 100 && index < 200));
    await expect(contacts.load('150')).rejects.toThrow('too late');
    expect(sizes).toHaveLength(3);
  });

  it('with other properties, by a unique property, or with associations have loaders of their own', () => {
    const { all, contacts } = loaders();
    expect(all.records('contacts', { properties: ['name'] })).toBe(contacts);
    const others = [
      all.records('companies', NAME),
      all.records('contacts', { properties: ['email'] }),
      all.records('contacts', { ...NAME, idProperty: 'email' }),
      all.records('contacts', { ...NAME, associations: ['deals'] }),
    ];
    expect(new Set([contacts, ...others]).size).toBe(5);
  });

  it('are read again after they are cleared', async () => {
    const { all, contacts, batches } = loaders();
    await contacts.load('1');
    all.clear();
    await all.records('contacts', NAME).load('1');
    expect(batches).toEqual([['1'], ['1']]);
  });
});

describe('pages of associations', () => {
  it('of one turn are read together, each record and cursor once', async () => {
    const { all, associationBatches } = loaders();
    const pages = all.associations('contacts', 'deals');
    const inputs = [{ id: '1' }, { id: '1', after: 'p2' }, { id: '3' }, { id: '1' }];
    const read = await Promise.all(inputs.map((input) => pages.load(input)));
    expect(read.map(({ associations: [first] }) => first?.id)).toEqual(['71', '71', '73', '71']);
    expect(associationBatches).toEqual([[{ id: '1' }, { id: '1', after: 'p2' }, { id: '3' }]]);
  });

  it('fail alone', async () => {
    const pages = loaders().all.associations('contacts', 'deals');
    expect(await pages.loadMany([{ id: '1' }, { id: '2' }])).toMatchObject([
      { associations: [{ id: '71' }] },
      { message: 'no 2' },
    ]);
  });
});
