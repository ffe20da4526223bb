import type { GraphiQLOptions } from 'graphql-yoga';
import { type GraphiQLDefaults, withTabsOfThisStart } from './graphiql-tabs.ts';

/** GraphiQL as one page that loads nothing from other servers. Its code is imported at the first request. */
export function createGraphiQL(endpoint: string, defaults: GraphiQLDefaults = {}): () => Promise<Response> {
  const { query, headers } = defaults;
  const options: GraphiQLOptions = {
    title: 'HubSpot GraphQL gateway',
    endpoint,
    credentials: 'same-origin',
    ...(query !== undefined && { defaultQuery: query }),
    ...(headers !== undefined && { headers }),
  };
  return async () => {
    const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
    return new Response(withTabsOfThisStart(renderGraphiQL(options), defaults), {
      headers: { 'content-type': 'text/html; charset=utf-8', 'x-frame-options': 'DENY' },
    });
  };
}
