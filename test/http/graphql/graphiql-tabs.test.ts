import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, it } from 'vitest';
import { createGraphiQL } from '../../../src/http/graphql/graphiql.ts';
import type { GraphiQLDefaults } from '../../../src/http/graphql/graphiql-tabs.ts';

const QUERY = 'query First { viewer { id } } # </script>';
const [FIRST, SECOND] = ['{"authorization":"Bearer first"}', '{"authorization":"Bearer second"}'];

interface Tab {
  readonly query: string | null;
  readonly headers: string | null;
}

let storage: Map<string, string>;
beforeEach(() => {
  storage = new Map();
});

/** Opens the page in a browser: its own script runs before GraphiQL's. */
async function open(defaults: GraphiQLDefaults): Promise<void> {
  const page = await (await createGraphiQL('/graphql', defaults)()).text();
  const script = /<div id="root"><\/div><script>(.*?)<\/script>/s.exec(page)?.[1] ?? 'no script';
  runInNewContext(script, {
    localStorage: {
      getItem: (name: string) => storage.get(name) ?? null,
      setItem: (name: string, value: string) => void storage.set(name, value),
      removeItem: (name: string) => void storage.delete(name),
    },
  });
}

const opensWith = (headers: string) => open({ query: QUERY, headers });

/** What GraphiQL writes while it is open. */
function leave(activeTabIndex: number, ...tabs: readonly Tab[]): void {
  const rest = { id: 'a', title: 'A', variables: null, operationName: null, response: null };
  storage.set('graphiql:tabState', JSON.stringify({ activeTabIndex, tabs: tabs.map((tab) => ({ ...rest, ...tab })) }));
}

function tabs(): { active: Tab | undefined; all: readonly Tab[] } {
  const state = JSON.parse(storage.get('graphiql:tabState') ?? '') as { activeTabIndex: number; tabs: Tab[] };
  return { active: state.tabs[state.activeTabIndex], all: state.tabs };
}

/** GraphiQL opens the tab whose texts stand beside; if there is none, an empty one. */
function opened(): Tab | undefined {
  const beside = { query: storage.get('graphiql:query') ?? null, headers: storage.get('graphiql:headers') ?? null };
  return tabs().all.findLast(({ query, headers }) => query === beside.query && headers === beside.headers);
}

describe('a tab of GraphiQL', () => {
  it('is left to GraphiQL at the first visit', async () => {
    storage.set('graphiql:query', 'of another server, without its tabs');
    await opensWith(FIRST);
    expect([...storage]).toEqual([['gateway:headers', FIRST]]);
  });

  it('is found again after a reload', async () => {
    await opensWith(FIRST);
    leave(0, { query: '{ edited }', headers: FIRST }, { query: '{ other }', headers: null });
    await opensWith(FIRST);
    expect(opened()).toMatchObject({ query: '{ edited }', headers: FIRST });
    expect(tabs().all).toHaveLength(2);
  });

  it('has the headers of the new start after a restart, but keeps those that were typed', async () => {
    await opensWith(FIRST);
    leave(
      1,
      { query: '{ mine }', headers: '{"authorization":"Bearer mine"}' },
      { query: '{ edited }', headers: FIRST },
    );
    await opensWith(SECOND);
    expect(tabs().all).toMatchObject([{ headers: '{"authorization":"Bearer mine"}' }, { headers: SECOND }]);
    expect(opened()).toMatchObject({ query: '{ edited }', headers: SECOND });
  });

  it('is opened beside those that another server of this address left', async () => {
    leave(0, { query: '{ other }', headers: '{"authorization":"Bearer other"}' });
    storage.set('graphiql:headers', '{"authorization":"Bearer other"}');
    await opensWith(FIRST);
    expect(tabs().all).toMatchObject([
      { headers: '{"authorization":"Bearer other"}' },
      { query: QUERY, headers: FIRST },
    ]);
    expect(opened()).toEqual(tabs().active);
  });

  it('has headers again when GraphiQL does not store them', async () => {
    await opensWith(FIRST);
    leave(0, { query: '{ a }', headers: null });
    await opensWith(FIRST);
    expect(opened()).toMatchObject({ query: '{ a }', headers: FIRST });
  });

  it('is found again where the gateway gives no headers', async () => {
    leave(0, { query: '{ a }', headers: '{"authorization":"Bearer mine"}' });
    await open({});
    expect(opened()).toMatchObject({ query: '{ a }', headers: '{"authorization":"Bearer mine"}' });
  });

  it('does not break the page when the stored tabs are invalid', async () => {
    storage.set('graphiql:tabState', '{');
    await opensWith(FIRST);
    expect(storage.has('graphiql:tabState')).toBe(false);
    leave(7, { query: '{ a }', headers: SECOND });
    await opensWith(FIRST);
    expect(tabs().all).toHaveLength(1);
  });
});
