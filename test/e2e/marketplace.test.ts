import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createSimulator, type Simulator } from 'hubspot-graphql-gateway-simulator';
import jwt from 'jsonwebtoken';
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { createGateway, type Gateway } from '../../src/gateway.ts';
import { silentLogger } from '../../src/lib/logging/logger.ts';
import { type Application, startApplication } from '../helpers/application.ts';
import { type Chromium, noChromium, startChromium } from '../helpers/chromium.ts';
import { ALICE, JWT_SECRET, SMALL_PORTAL, testEnv } from '../helpers/stack.ts';

const TIMEOUT_MS = 60_000;

/** The folder for a picture of each page; without it, no pictures. */
const PICTURES = process.env.PICTURES;

let simulator: Simulator;
let gateway: Gateway;
let application: Application;
/** HubSpot is another site than the gateway: 127.0.0.1 and localhost, as hubspot.com and the gateway's domain. */
let hubspotUrl: string;
let gatewayUrl: string;
let browsers: Record<'allows' | 'blocks', Chromium>;

beforeAll(async () => {
  if (noChromium) return;
  application = await startApplication();
  simulator = createSimulator({ portals: [SMALL_PORTAL] });
  const url = await simulator.listen();
  hubspotUrl = url.replace('localhost', '127.0.0.1');
  const config = loadConfig({
    ...testEnv(url),
    HUBSPOT_AUTHORIZE_URL: `${hubspotUrl}/oauth/authorize`,
    INSTALL_URL: application.url,
    RETURN_URLS: application.url,
    CORS_ORIGINS: application.origin,
  });
  gateway = createGateway(config, { logger: silentLogger });
  gatewayUrl = await gateway.listen();
  application.signIn(gatewayUrl, token());
  browsers = {
    allows: await startChromium({ blocksThirdPartyCookies: false }),
    blocks: await startChromium({ blocksThirdPartyCookies: true }),
  };
}, TIMEOUT_MS);

afterAll(async () => {
  if (noChromium) return;
  await Promise.all(Object.values(browsers).map((chromium) => chromium.close()));
  await gateway.close();
  await simulator.close();
  await application.close();
}, TIMEOUT_MS);

it.runIf(noChromium)(`no browser installs from the marketplace: ${noChromium}`, ({ skip }) => skip(noChromium));

function token(): string {
  const settings = { issuer: 'https://issuer.example', audience: 'gateway', expiresIn: 3_600 } as const;
  return jwt.sign(ALICE, JWT_SECRET, settings);
}

async function ask(query: string): Promise<unknown> {
  const response = await fetch(`${gatewayUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token()}` },
    body: JSON.stringify({ query }),
  });
  return ((await response.json()) as { data: unknown }).data;
}

async function picture(page: Page, name: string): Promise<void> {
  if (!PICTURES) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

/** Clicks what leads to another page of this window. */
async function follow(page: Page, selector: string): Promise<void> {
  await page.waitForSelector(selector, { visible: true });
  await Promise.all([page.waitForNavigation(), page.click(selector)]);
}

const heading = (page: Pick<Page, '$eval'>) => page.$eval('h1', (element) => element.textContent);
const HUB_DOMAINS = '{ installations { hubDomain status } }';
const CONNECTED = { installations: [{ hubDomain: 'meadowbrook.example', status: 'ACTIVE' }] };

describe.skipIf(noChromium)('a person with a browser', { timeout: TIMEOUT_MS }, () => {
  let page: Page;
  afterEach(async () => {
    await page.close();
    const { installations } = (await ask('{ installations { id } }')) as { installations: { id: string }[] };
    for (const { id } of installations)
      await ask(`mutation { disconnectInstallation(installationId: "${id}") { installation { id } } }`);
  });

  /** From the app's page in the marketplace to the first page that follows the install button. */
  async function startInstall({ browser }: Chromium, signIn: 'yes' | 'no'): Promise<void> {
    // A context of its own would be an incognito window, which blocks the cookies of other sites.
    page = await browser.newPage();
    await page.goto(
      `${hubspotUrl}/marketplace?installUrl=${encodeURIComponent(`${gatewayUrl}/oauth/hubspot/callback`)}`,
    );
    await page.click(`input[value=${signIn}]`);
    await picture(page, '1-listing');
    await follow(page, 'button[value=approve]');
  }

  /** Up to HubSpot's page with the frame. */
  async function signInAndConsent(): Promise<void> {
    expect(await heading(page)).toBe('Application');
    await follow(page, '#sign-in');
    await picture(page, '2-consent');
    await follow(page, 'button[value=approve]');
    expect(await heading(page)).toBe('Finishing the install');
  }

  it('installs without a sign-in, and claims the portal in the application', async () => {
    await startInstall(browsers.allows, 'no');
    await follow(page, 'button[value=approve]');
    expect(await heading(page)).toBe('The app is installed');
    await picture(page, '3-installed');
    expect(await ask(HUB_DOMAINS)).not.toEqual(CONNECTED);

    await page.goto(application.url);
    await follow(page, '#finish');
    expect(await heading(page)).toBe('Connect a HubSpot portal');
    await picture(page, '4-claim');
    await follow(page, 'button[value="1234567"]');
    expect(page.url()).toMatch(new RegExp(`^${application.url}\\?hubspot=connected&installation=Installation`));
    expect(await ask(HUB_DOMAINS)).toEqual(CONNECTED);
  });

  it('claims nothing in another browser', async () => {
    await startInstall(browsers.allows, 'no');
    await follow(page, 'button[value=approve]');
    await page.close();
    page = await (await browsers.allows.browser.createBrowserContext()).newPage();
    await page.goto(application.url);
    await follow(page, '#finish');
    expect(page.url()).toBe(`${application.url}?hubspot=error&reason=nothing_to_claim`);
  });

  it('installs with a sign-in: the cookie reaches the gateway in the frame of HubSpot', async () => {
    await startInstall(browsers.allows, 'yes');
    await signInAndConsent();
    const frame = await page.waitForFrame(
      (candidate) =>
        candidate.url().startsWith(`${hubspotUrl}/marketplace/installs/`) && candidate !== page.mainFrame(),
    );
    await frame.waitForSelector('h1');
    expect(await heading(frame)).toBe('The app is installed');
    await picture(page, '5-finished');
    expect(await ask(HUB_DOMAINS)).toEqual(CONNECTED);
  });

  it('finishes in the application when the browser blocks the cookie in the frame', async () => {
    await startInstall(browsers.blocks, 'yes');
    await signInAndConsent();
    const frame = await page.waitForFrame((candidate) => candidate.url().startsWith(gatewayUrl));
    await frame.waitForSelector('a');
    expect(await heading(frame)).toBe('One more step');
    await picture(page, '6-one-more-step');
    expect(await ask(HUB_DOMAINS)).not.toEqual(CONNECTED);

    const opened = browsers.blocks.browser.waitForTarget((target) => target.url().includes('hubspot=confirm'));
    await frame.click('a[target=_blank]');
    const application = await (await opened).page();
    await application?.waitForFunction(() => document.getElementById('status')?.textContent?.startsWith('Connected'));
    await application?.close();
    expect(await ask(HUB_DOMAINS)).toEqual(CONNECTED);
    await frame.click('a:not([target])');
    await page.waitForFrame((candidate) => candidate !== page.mainFrame() && candidate.url().startsWith(hubspotUrl));
  });
});
