import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noChromium, startChromium } from '../helpers/chromium.ts';
import { press } from '../helpers/demo-page.ts';
import { listenOnLoopback } from '../helpers/loopback.ts';
import { Stack } from '../helpers/stack.ts';

const ROOT = join(import.meta.dirname, '../..');
const GUIDE = readFileSync(join(ROOT, 'docs/frontend.md'), 'utf8');
const [APP = ''] = [...GUIDE.matchAll(/^```tsx\n(.*?)^```/gms)].map(([, code]) => code);

/** What Vite's template `react-ts` has beside `src/App.tsx`. */
const PAGE = '<!doctype html><div id="root"></div><script type="module" src="/main.tsx"></script>';
const MAIN = `import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import App from './App.tsx';
createRoot(document.getElementById('root')!).render(<StrictMode><App /></StrictMode>);
`;

it('the page of the guide has thirty lines at most', () => {
  expect(APP).toContain('export default function App()');
  expect(APP.trim().split('\n').length).toBeLessThanOrEqual(30);
});

describe.skipIf(noChromium)('the page of the guide', { timeout: 60_000 }, () => {
  let stack: Stack;
  let server: Server;
  let folder: string;
  let origin: string;
  beforeAll(async () => {
    const files = new Map<string, string | Uint8Array>();
    server = createServer((request, response) => {
      const path = new URL(request.url ?? '', 'http://page').pathname;
      const type = path.endsWith('.js') ? 'text/javascript' : 'text/html';
      response.setHeader('content-type', type).end(files.get(path === '/' ? 'index.html' : path.slice(1)));
    });
    // A page at 127.0.0.1 and a gateway at localhost are two sites to a browser, as in production.
    origin = `http://127.0.0.1:${await listenOnLoopback(server)}`;
    stack = await Stack.start({ env: { CORS_ORIGINS: origin, RETURN_URLS: origin } });
    folder = mkdtempSync(join(ROOT, 'node_modules/.guide-'));
    writeFileSync(join(folder, 'index.html'), PAGE);
    writeFileSync(join(folder, 'main.tsx'), `globalThis.myJwt = () => '${stack.token()}';\n${MAIN}`);
    writeFileSync(join(folder, 'App.tsx'), APP.replace('http://localhost:4000', stack.url));
    const built = await build({ root: folder, logLevel: 'silent', build: { write: false } });
    for (const one of Array.isArray(built) ? built : [built]) {
      for (const part of 'output' in one ? one.output : []) {
        files.set(part.fileName, part.type === 'chunk' ? part.code : part.source);
      }
    }
  }, 60_000);
  afterAll(async () => {
    server?.close();
    await stack?.stop();
    if (folder) rmSync(folder, { recursive: true });
  });

  it('connects a portal on another site, shows contacts, and asks for a scope', async () => {
    const chromium = await startChromium({ blocksThirdPartyCookies: true });
    try {
      const page = await chromium.browser.newPage();
      page.setDefaultTimeout(15_000);
      await page.goto(origin);
      await press(page, 'Connect HubSpot');
      await page.waitForSelector('input[value="crm.objects.owners.read"]');
      await page.click('input[value="crm.objects.owners.read"]');
      await press(page, 'Connect app');
      await page.waitForSelector('li');
      const rows = () => page.$$eval('li', (all) => all.map(({ textContent }) => textContent ?? ''));
      expect(await rows()).toHaveLength(10);
      expect((await rows())[0]).toMatch(/^\w+, \S+@\S+, no owner$/);
      expect(page.url()).toBe(`${origin}/`);
      await press(page, 'Allow reading owners in HubSpot');
      await press(page, 'Connect app');
      await expect.poll(async () => (await rows()).some((row) => !row.endsWith('no owner'))).toBe(true);
      expect(await page.$$eval('button', (all) => all.map(({ textContent }) => textContent))).toEqual([
        'Connect HubSpot',
      ]);
    } finally {
      await chromium.close();
    }
  });
});
