import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Browser } from '../../packages/simulator/test/helpers/browser.ts';
import { FlowCookies } from '../../src/installations/connect/flow-cookies.ts';
import { ALICE, Stack } from '../helpers/stack.ts';

let stack: Stack;
let browser: Browser;
beforeEach(async () => {
  stack = await Stack.start();
  browser = new Browser();
});
afterEach(() => stack.stop());

/** How the browser lands that consents to a flow. */
async function land(authorizeUrl: string, from: Stack = stack): Promise<string | undefined> {
  const response = await browser.get(await from.consent(browser, authorizeUrl));
  return new URL(response.headers.get('location') ?? '').searchParams.get('hubspot') ?? undefined;
}

/** Viewers who share a browser: one alone may not start so many flows. */
const anybody = () => ({ ...ALICE, sub: `viewer-${viewers++}` });
let viewers = 0;

/** Starts flows one after the other, as somebody does who always clicks again. */
async function startMany(times: number, from: Stack = stack): Promise<string[]> {
  const urls: string[] = [];
  for (let time = 0; time < times; time += 1) {
    urls.push(await from.startFlow(browser, {}, anybody()));
    from.clock.advance(100);
  }
  return urls;
}

/** Twenty flows by one operation. */
function startTwenty() {
  const fields = Array.from({ length: 20 }, (_, index) => `f${index}: connectHubSpot { authorizeUrl }`);
  return stack.send(`mutation { ${fields.join(' ')} }`, {}, anybody(), { cookie: browser.cookies });
}

/** Of flows under way: one that has ended may leave a cookie with its result. */
const held = () => browser.cookies.split('; ').filter((cookie) => cookie !== '' && !cookie.includes('-result='));

it('serves a browser that started 500 flows, and connects by the newest', async () => {
  for (let times = 0; times < 15; times += 1) browser.remember((await startTwenty()).raw);
  const urls = await startMany(200);
  expect(held()).toHaveLength(8);
  expect(await land(urls.at(-1) ?? '')).toBe('connected');
  expect(held()).toHaveLength(7);
});

it('lets the newest eight flows connect in any order, and asks for the word of the viewer in older ones', async () => {
  const urls = await startMany(9);
  for (const index of [4, 8, 1]) expect(await land(urls[index] ?? '')).toBe('connected');
  expect(await land(urls[0] ?? '')).toBe('confirm');
});

it('ends the oldest on the full path, too', async () => {
  await startMany(8);
  const [oldest = ''] = held();
  const raw = await fetch(`${stack.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${stack.token()}`, cookie: browser.cookies },
    body: JSON.stringify({ query: 'mutation { connectHubSpot { __typename authorizeUrl } }' }),
  });
  expect(raw.headers.getSetCookie()).toEqual([
    expect.stringContaining('Max-Age=600'),
    `${oldest.split('=')[0]}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`,
  ]);
});

it.each(['long', 'short'])('sets eight cookies for twenty flows of one operation, on the %s way', async (way) => {
  if (way === 'short') await startTwenty();
  await startMany(3);
  const { raw, answer } = await startTwenty();
  browser.remember(raw);
  expect(held()).toHaveLength(8);
  const flows = Object.values(answer.data as unknown as Record<string, { authorizeUrl: string }>);
  expect(await land(flows.at(-1)?.authorizeUrl ?? '')).toBe('connected');
  expect(await land(flows.at(12)?.authorizeUrl ?? '')).toBe('connected');
  expect(await land(flows.at(11)?.authorizeUrl ?? '')).toBe('confirm');
});

it('touches no cookie of another gateway on the same host, nor anybody else’s', async () => {
  const other = await Stack.start();
  const [foreign = ''] = await startMany(1, other);
  const sessions = 'session=abc; hubspot-connect-=x; hubspot-connect-abc=1.x; a=b=c';
  browser.remember(
    new Response(null, { headers: sessions.split('; ').map((pair) => ['set-cookie', pair] as [string, string]) }),
  );
  await startMany(20);
  expect(held()).toEqual(expect.arrayContaining(sessions.split('; ')));
  expect(held()).toHaveLength(1 + 4 + 8);
  expect(await land(foreign, other)).toBe('connected');
  await other.stop();
});

it('sets one cookie, and ends none, for a page that sends none', async () => {
  await startMany(20);
  const { raw } = await stack.send('mutation { connectHubSpot { authorizeUrl } }');
  expect(raw.headers.getSetCookie()).toEqual([expect.stringContaining('Max-Age=600')]);
});

it('leaves the cookies of other operations alone', async () => {
  await startMany(8);
  const { raw } = await stack.send('{ viewer { id } }', {}, undefined, { cookie: browser.cookies });
  expect(raw.headers.getSetCookie()).toEqual([]);
});

it('ends cookies with the prefix and the attributes that they were set with', async () => {
  const secure = await Stack.start({ env: { PUBLIC_URL: 'https://gateway.example' } });
  const ask = async (cookie: string) => {
    const raw = await secure.gateway.fetch(
      new Request('https://gateway.example/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${secure.token()}`, cookie },
        body: JSON.stringify({ query: 'mutation { connectHubSpot { authorizeUrl } }' }),
      }),
    );
    browser.remember(raw);
    return raw.headers.getSetCookie();
  };
  for (let times = 0; times < 8; times += 1) await ask(browser.cookies);
  const [oldest = ''] = held();
  const plain = held().map((cookie) => cookie.replace('__Host-', ''));
  const [, ...ended] = await ask([...plain, ...held()].join('; '));
  expect(ended).toEqual([`${oldest.split('=')[0]}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure`]);
  await secure.stop();
});

describe('the order of flows', () => {
  const clock = new ManualClock();
  const cookies = new FlowCookies({ redirectUri: () => 'https://gateway.example/callback', clock });
  const started = (count: number) =>
    Array.from({ length: count }, (_, index) => {
      clock.advance(1_000);
      return cookies.create(`state ${index}`, 600_000);
    });

  it('is that of their start, however the browser sends them', () => {
    const [oldest, ...others] = started(8);
    const [fresh] = started(1);
    if (!oldest || !fresh) throw new TypeError('nothing was started');
    const set = cookies.toSet([fresh], [...others.reverse(), oldest]);
    expect(set).toEqual([fresh, { name: oldest.name, value: '', maxAgeSeconds: 0, sameSite: 'Lax' }]);
  });

  it('begins with what has no time', () => {
    const broken = { name: cookies.nameFor('broken'), value: 'zzzz' };
    const held = [broken, ...started(7)];
    expect(cookies.toSet(started(1), held).at(-1)).toEqual({
      name: broken.name,
      value: '',
      maxAgeSeconds: 0,
      sameSite: 'Lax',
    });
  });
});
