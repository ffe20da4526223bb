import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSimulator, DEFAULT_APP, type Simulator } from '../src/simulator.ts';

const INSTALL_URL = 'http://localhost:4000/oauth/hubspot/callback';
const PORTAL = {
  hubId: 1_234_567,
  domain: 'meadowbrook.example',
  user: 'admin@meadowbrook.example',
  size: { contacts: 1, deals: 0, companies: 0 },
};

let simulator: Simulator;
beforeEach(() => {
  simulator = createSimulator({ portals: [PORTAL] });
});
afterEach(() => simulator.close());

const get = (url: string) => simulator.fetch(new Request(new URL(url, 'http://hubspot.test')));
const post = (path: string, fields: Record<string, string>) =>
  simulator.fetch(
    new Request(new URL(path, 'http://hubspot.test'), { method: 'POST', body: new URLSearchParams(fields).toString() }),
  );
const start = (signIn: 'yes' | 'no', installUrl = INSTALL_URL) => post('/marketplace/installs', { installUrl, signIn });
const formOf = (html: string) => /action="([^"]+)"/.exec(html)?.[1] ?? '';
const location = (response: Response) => new URL(response.headers.get('location') ?? '');
const consent = (action: string, fields: Record<string, string> = {}) =>
  post(action, { portal: '1234567', decision: 'approve', ...fields });

function exchange(code: string): Promise<Response> {
  const { clientId, clientSecret } = DEFAULT_APP;
  return post('/oauth/2026-09/token', {
    ...{ grant_type: 'authorization_code', code, redirect_uri: INSTALL_URL },
    ...{ client_id: clientId, client_secret: clientSecret },
  });
}

it('has a page of the app, with labels for all its fields', async () => {
  const html = await (await get('/marketplace?installUrl=http://localhost:1/%22')).text();
  expect(html).toContain('<html lang="en">');
  expect(html).toContain('value="http://localhost:1/&quot;"');
  expect(html.match(/<input/g)?.length).toBe(html.match(/<label/g)?.length);
});

describe('an install without a sign-in', () => {
  it('opens the app with a code and a returnUrl, and without a state', async () => {
    const opened = location(await consent(formOf(await (await start('no')).text())));
    expect(opened.origin + opened.pathname).toBe(INSTALL_URL);
    expect([...opened.searchParams.keys()]).toEqual(['code', 'returnUrl']);
    expect(opened.searchParams.get('returnUrl')).toMatch(/^http:\/\/hubspot\.test\/marketplace\/installs\//);
  });

  it('is made when the app has exchanged the code', async () => {
    const { searchParams } = location(await consent(formOf(await (await start('no')).text())));
    const status = async () => (await get(searchParams.get('returnUrl') ?? '')).text();
    expect(await status()).toContain('The app is not installed');
    expect((await exchange(searchParams.get('code') ?? '')).status).toBe(200);
    expect(await status()).toContain('The app is installed');
    simulator.grants.uninstall(1_234_567);
    expect(await status()).toContain('The app is not installed');
  });
});

describe('an install with a sign-in', () => {
  it('opens the app first, asks for consent after it, and lets the app finish in a frame', async () => {
    const opened = location(await start('yes'));
    expect(Object.fromEntries(opened.searchParams)).toEqual({ step: 'authorize', returnUrl: expect.any(String) });
    const returnUrl = opened.searchParams.get('returnUrl') ?? '';
    const page = await (await get(`${returnUrl}?state=s%26t`)).text();
    const finish = await (await consent(formOf(page), { state: 's&t' })).text();
    const [, src = ''] = /<iframe title="[^"]+" src="([^"]+)"/.exec(finish) ?? [];
    expect(Object.fromEntries(new URL(src.replaceAll('&amp;', '&')).searchParams)).toEqual({
      ...{ step: 'finalize', code: expect.stringMatching(/^na1-/), state: 's&t', returnUrl },
    });
  });
});

it.each(['https://evil.example/', 'nonsense', ''])('refuses the install button URL %j', async (url) => {
  expect((await start('no', url)).status).toBe(400);
});

it('knows no install but its own', async () => {
  expect((await get('/marketplace/installs/none')).status).toBe(404);
  expect((await consent('/marketplace/installs/none/consent')).status).toBe(400);
});
