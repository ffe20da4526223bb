/** The tab that GraphiQL shows when it opens. */
export interface GraphiQLDefaults {
  readonly query?: string;
  /** Request headers as JSON text. */
  readonly headers?: string;
}

/**
 * GraphiQL keeps its tabs in `localStorage`, and looks for the one to open by the text of query, variables and headers,
 * which it keeps elsewhere, if at all. Where they do not fit it opens an empty tab: after every reload, and with a token
 * of before. So, ahead of it, this lets both places agree, gives tabs that had the headers of an earlier start those of
 * this one, and opens a tab where another server of this address left its own. Only what is in a browser is used.
 */
const REMEMBER = `(given, query) => {
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

/** The page with that in front of its own scripts. */
export function withTabsOfThisStart(page: string, { query, headers }: GraphiQLDefaults): string {
  // A `<` could end the script.
  const values = JSON.stringify([headers ?? null, query ?? null]).replaceAll('<', '\\u003c');
  return page.replace('<div id="root"></div>', (root) => `${root}<script>(${REMEMBER})(...${values});</script>`);
}
