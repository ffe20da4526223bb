import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../../packages/simulator/test/helpers/browser.ts';
import { routePaths } from '../../src/http/public-paths.ts';
import { listenOnLoopback } from '../helpers/loopback.ts';
import { Stack } from '../helpers/stack.ts';

const QUERY = '{ contacts(first: 1) { nodes { email } } }';

let root: string;
let stack: Stack;
beforeAll(async () => {
  root = `http://localhost:${await freePort()}`;
  const port = new URL(root).port;
  stack = await Stack.start({ env: { PORT: port, HOST: 'localhost', PUBLIC_URL: `${root}/crm/v1`, GRAPHIQL: 'on' } });
});
afterAll(() => stack.stop());

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function ask(url: string, headers: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const init = { 'content-type': 'application/json', authorization: `Bearer ${stack.token()}`, ...headers };
  const response = await fetch(url, { method: 'POST', headers: init, body: JSON.stringify({ query: QUERY }) });
  return response.json();
}

describe('a public URL with a path', () => {
  it('serves every route below it, and without it behind a balancer that strips it', async () => {
    expect(stack.url).toBe(`${root}/crm/v1`);
    for (const base of [stack.url, root]) {
      for (const path of ['/health/live', '/health/ready', '/metrics']) {
        expect((await fetch(base + path)).status, base + path).toBe(200);
      }
      expect((await fetch(`${base}/oauth/hubspot/callback?hubspot=connected`)).status).toBe(200);
      const page = await (await fetch(`${base}/graphql`, { headers: { accept: 'text/html' } })).text();
      expect(page).toContain('"endpoint":"/crm/v1/graphql"');
    }
    for (const path of [
      '/crm/graphql',
      '/crm/v1',
      '/crm/v1/',
      '/crm/v1graphql',
      '/v1/graphql',
      '/crm/v1/crm/v1/metrics',
    ]) {
      expect((await fetch(root + path)).status, path).toBe(404);
    }
  });

  it('connects a portal there, and answers new and known operations alike', async () => {
    const authorizeUrl = await stack.startFlow(new Browser());
    expect(new URL(authorizeUrl).searchParams.get('redirect_uri')).toBe(`${root}/crm/v1/oauth/hubspot/callback`);
    await stack.connect();
    const answer = { data: { contacts: { nodes: [expect.anything()] } } };
    for (const url of [`${stack.url}/graphql`, `${root}/graphql`, `${stack.url}/graphql`, `${stack.url}/graphql?a=b`]) {
      expect(await ask(url)).toEqual(answer);
    }
  });

  it('gives a flow a cookie that reaches the callback, and answers origins as ever', async () => {
    const { raw } = await stack.send('mutation { connectHubSpot { authorizeUrl } }', {}, undefined, {
      origin: 'https://app.example',
    });
    expect(raw.headers.getSetCookie()).toEqual([expect.stringContaining('; Path=/;')]);
    expect(raw.headers.get('access-control-allow-origin')).toBe('https://app.example');
    const preflight = await fetch(`${stack.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://app.example');
  });

  it('names routes alone in log and metrics', async () => {
    await fetch(`${stack.url}/health/live`);
    const requests = stack.logs.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
    expect(new Set(requests.map(({ route }) => route))).not.toContain('/crm/v1/health/live');
    expect(requests.at(-1)).toMatchObject({ route: '/health/live', status: 200 });
  });
});

it('serves the path of a redirect URI that is another one', async () => {
  const redirectUri = 'https://gw.example/back/from/hubspot?app=1';
  const own = await Stack.start({
    env: { HUBSPOT_REDIRECT_URI: redirectUri },
    simulator: { app: { redirectUris: [redirectUri] } },
  });
  const browser = new Browser();
  const callback = new URL(await own.consent(browser, await own.startFlow(browser)));
  expect(callback.origin + callback.pathname).toBe('https://gw.example/back/from/hubspot');
  const response = await fetch(own.url + callback.pathname + callback.search, { redirect: 'manual' });
  // The browser of another host has no cookie of this one.
  expect(response.headers.get('location')).toMatch(/^https:\/\/gw\.example\/back\/from\/hubspot\?.*hubspot=confirm/);
  await own.stop();
});

it.each([
  ['https://gw.example', '/graphql', '/graphql'],
  ['https://gw.example', '//graphql', '//graphql'],
  ['https://gw.example/crm', '/crm', '/'],
  ['https://gw.example/crm', '/crm?a=b?c', '/?a=b?c'],
  ['https://gw.example/crm', '/crm/graphql?a=/crm/b', '/graphql?a=/crm/b'],
  ['https://gw.example/crm', '/CRM/graphql', '/CRM/graphql'],
  ['https://gw.example/crm', '/crm/../graphql', '/../graphql'],
  ['https://gw.example/my%20crm', '/my%20crm/metrics', '/metrics'],
  ['https://gw.example/graphql', '/graphql/graphql', '/graphql'],
])('of %s, %s is %s', (publicUrl, target, route) => {
  expect(routePaths({ publicUrl, redirectUri: undefined })(target)).toBe(route);
});
