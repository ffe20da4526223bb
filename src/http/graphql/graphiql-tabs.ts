/** The tab that GraphiQL shows when it opens. */
export interface GraphiQLDefaults {
  readonly query?: string;
  /** Request headers as JSON text. */
  readonly headers?: string;
}

/**
 * This script runs in the browser before GraphiQL. GraphiQL stores its tabs in `localStorage`, and the query, variables
 * and headers of the active tab under other keys. When both differ, it opens an empty tab, for example after a reload.
 * The
 * script makes both agree. It replaces the headers of an earlier start of the gateway, whose token is no longer valid,
 * and
 * opens a new tab when all tabs belong to another server on this address.
 */
const SYNCHRONIZE_TABS = `(given, query) => {
  const read = (name) => localStorage.getItem('graphiql:' + name);
  const write = (name, value) =>
    value == null ? localStorage.removeItem('graphiql:' + name) : localStorage.setItem('graphiql:' + name, value);
  const before = localStorage.getItem('gateway:headers');
  if (given !== null) localStorage.setItem('gateway:headers', given);
  let state;
  try {
    state = JSON.parse(read('tabState'));
  } catch {}
  if (!Array.isArray(state?.tabs)) {
    for (const name of ['tabState', 'query', 'variables', 'headers']) write(name, null);
    return;
  }
  if (given !== null && given !== before) {
    const stale = state.tabs.filter(({ headers }) => headers !== null && headers === before);
    for (const tab of stale) tab.headers = given;
    if (stale.length === 0) {
      const texts = { query, variables: null, headers: given, operationName: null, response: null };
      state.activeTabIndex = state.tabs.push({ id: 'gateway-' + Date.now(), title: 'Gateway', ...texts }) - 1;
    }
  }
  const active = state.tabs[state.activeTabIndex];
  if (!active) return;
  active.headers ??= given;
  for (const name of ['query', 'variables', 'headers']) write(name, active[name]);
  write('tabState', JSON.stringify(state));
}`;

/** The page with the script before GraphiQL's scripts. */
export function withTabsOfThisStart(page: string, { query, headers }: GraphiQLDefaults): string {
  // A `<` could end the script element.
  const values = JSON.stringify([headers ?? null, query ?? null]).replaceAll('<', '\\u003c');
  return page.replace(
    '<div id="root"></div>',
    (root) => `${root}<script>(${SYNCHRONIZE_TABS})(...${values});</script>`,
  );
}
