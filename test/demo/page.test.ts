import { join } from 'node:path';
import type { Page, SerializedAXNode } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noChromium } from '../helpers/chromium.ts';
import { consent, DemoPage, press } from '../helpers/demo-page.ts';

if (noChromium) process.stderr.write(`The page of the demo is not tested: ${noChromium}.\n`);

/** Where to write screenshots that a person looks at. */
const { SCREENSHOTS } = process.env;

describe.skipIf(noChromium)('the page of the demo', { timeout: 60_000 }, () => {
  let started: DemoPage;
  let page: Page;
  beforeAll(async () => {
    started = await DemoPage.start();
    page = await started.open();
  }, 120_000);
  afterAll(() => started?.stop());

  const textOf = (selector: string) => page.$eval(selector, (element) => element.textContent ?? '');
  const shows = (text: string, within = 'main') => expect.poll(() => textOf(within)).toContain(text);
  const cards = (stage: string) =>
    page.$$eval(`section[aria-label="${stage}"] .deal h3`, (all) => all.map((h) => h.textContent));

  it('shows deals by stage, and what they cost', async () => {
    await page.waitForSelector('.deal');
    expect(await page.$$eval('.stage h2', (all) => all.length)).toBe(7);
    expect((await cards('Qualified To Buy')).length).toBeGreaterThan(2);
    await shows('query DealBoard', 'aside');
    const [calls, oneByOne] = await page.$$eval('.figures dd', (all) => all.map((one) => Number(one.textContent)));
    expect(calls).toBeLessThanOrEqual(3);
    expect(oneByOne).toBeGreaterThan(100);
    expect(await page.$$eval('.calls li', (all) => all.length)).toBe(calls);
  });

  it('offers to allow a refused field, which then answers', async () => {
    await press(page, 'Contacts');
    await shows('Not allowed');
    await shows('MISSING_SCOPES', 'aside');
    await consent(page, 'Allow reading owners in HubSpot');
    await expect.poll(() => textOf('main')).not.toContain('Not allowed');
    expect(await page.$('.notice')).toBeNull();
    await expect
      .poll(() => page.$$eval('td[data-label="Owner"]', (all) => all.filter((o) => o.textContent !== '–').length))
      .toBeGreaterThan(3);
  });

  it('shows why HubSpot refuses a value, and saves another', async () => {
    await press(page, 'Edit Noah Schneider');
    const [email] = await page.$$('dialog input');
    await email?.click({ count: 3 });
    await page.keyboard.type('not an address');
    await page.keyboard.press('Enter');
    await shows('HubSpot refused it', 'dialog');
    await shows('property email', 'dialog');
    await email?.click({ count: 3 });
    await page.keyboard.type('noah@example.com');
    await press(page, 'Save in HubSpot');
    await shows('noah@example.com');
    expect(await page.$('dialog')).toBeNull();
  });

  it('pages through contacts', async () => {
    const first = await textOf('tbody th');
    await press(page, 'Next');
    await shows('Page 2');
    await expect.poll(() => textOf('tbody th')).not.toBe(first);
    await press(page, 'Previous');
    await expect.poll(() => textOf('tbody th')).toBe(first);
  });

  it('searches', async () => {
    await press(page, 'Search');
    await page.type('input[type=search]', 'Ridge');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.found li');
    expect(await page.$$eval('.results h2', (all) => all.map((h) => h.textContent?.split(' ')[0]))).toEqual([
      'Contacts',
      'Companies',
      'Deals',
    ]);
  });

  it('asks for what a rule of the portal requires, and then moves the deal', async () => {
    await press(page, 'Deals');
    await page.waitForSelector('.deal');
    const [deal = ''] = await cards('Qualified To Buy');
    const lost = await page.$$eval(
      '.deal option',
      (all) => all.find((o) => o.textContent === 'Closed Lost')?.value ?? '',
    );
    await page.select('section[aria-label="Qualified To Buy"] .deal select', lost);
    await shows('HubSpot refused the move', 'dialog');
    await shows('closed_lost_reason', 'dialog');
    await page.type('dialog input', 'They chose another product');
    await press(page, 'Save and move');
    await expect.poll(() => cards('Closed Lost')).toContain(deal);
    expect(await cards('Qualified To Buy')).not.toContain(deal);
  });

  it('shows a change that somebody makes in HubSpot', async () => {
    const amount = () => textOf('.deal .amount');
    const before = await amount();
    await press(page, 'Change a deal');
    await expect.poll(amount).not.toBe(before);
  });

  it('asks again for a scope that an admin took back', async () => {
    await press(page, 'Take back a scope');
    await shows('HubSpot has not allowed everything');
    await shows('MISSING_SCOPES', 'aside');
    await consent(page, 'Allow reading deals in HubSpot');
    await page.waitForSelector('.deal');
    expect(await page.$('.notice')).toBeNull();
  });

  it('waits for a limit that is used up', async () => {
    await press(page, 'Use up the limit');
    await shows('The gateway works on it', 'aside');
    await expect.poll(() => textOf('.figures'), { timeout: 20_000 }).toMatch(/[\d.]+ s/);
    expect(await page.$('.notice.warning')).toBeNull();
  });

  it('says so when HubSpot is away, and reads again when it is back', async () => {
    await press(page, 'Take HubSpot away');
    await expect.poll(() => textOf('main'), { timeout: 40_000 }).toContain('HubSpot does not answer at the moment');
    await press(page, 'Bring HubSpot back');
    await expect.poll(() => page.$('.notice.warning'), { timeout: 40_000 }).toBeNull();
    await page.waitForSelector('.deal');
  });

  it('connects again a portal that uninstalled the app', async () => {
    await press(page, 'Uninstall the app');
    await shows('HubSpot no longer accepts the connection');
    await consent(page, 'Connect HubSpot again');
    await expect.poll(() => page.$('.notice.warning')).toBeNull();
    await page.waitForSelector('.deal');
    await shows('Connected', '.portals');
  });

  it('says so when the person declines, or closes the window', async () => {
    await consent(page, 'Connect another portal', (popup) => press(popup, 'Cancel'));
    await shows('Consent was not given in HubSpot.', '.portals');
    await consent(page, 'Connect another portal', (popup) => popup.close());
    await page.bringToFront();
    await shows('The window was closed before HubSpot was connected.', '.portals');
  });

  it('connects another portal, and shows it', async () => {
    await consent(page, 'Connect another portal', async (popup) => {
      await popup.click('input[name="portal"][value="7654321"]');
      await press(popup, 'Connect app');
    });
    await shows('northgate.example', '.portals');
    await expect.poll(() => textOf('.portal[aria-pressed="true"]')).toContain('northgate.example');
    await page.waitForSelector('.deal');
    await shows('northgate.example', '.play');
  });

  it('completes a flow without popups in the page itself', async () => {
    const other = await started.open();
    await other.evaluate(() => {
      window.open = () => null;
    });
    const left = other.waitForNavigation();
    await press(other, 'Connect another portal');
    await left;
    await press(other, 'Connect app');
    await other.waitForSelector('.deal');
    expect(other.url()).toBe(`${started.demo.url}/`);
    await other.close();
  });

  it('works with the keyboard alone, and names every control', async () => {
    await page.bringToFront();
    await page.focus('.views button');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('tbody tr');
    const controls = controlsIn(await page.accessibility.snapshot());
    expect(controls.length).toBeGreaterThan(20);
    expect(controls.filter(({ name }) => !name)).toEqual([]);
  });

  it.each([
    [1280, 'light'],
    [1280, 'dark'],
    [390, 'light'],
    [390, 'dark'],
  ])('fits a screen of %i pixels, %s', async (width, scheme) => {
    const other = await started.open({ width, scheme });
    await other.waitForSelector('.deal');
    for (const view of ['Deals', 'Contacts']) {
      await press(other, view);
      await other.waitForSelector(view === 'Deals' ? '.deal' : 'tbody tr');
      if (SCREENSHOTS) {
        await other.screenshot({ path: join(SCREENSHOTS, `${view}-${width}-${scheme}.png`), fullPage: true });
      }
      expect(await other.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    }
    await other.close();
  });

  it('has made the browser complain of nothing', () => {
    expect(started.complaints).toEqual([]);
  });
});

/** The buttons, fields and links of a page, as assistive technology sees them. */
function controlsIn(node: SerializedAXNode | null): SerializedAXNode[] {
  if (!node) return [];
  const own = ['button', 'combobox', 'link', 'searchbox', 'textbox'].includes(node.role) ? [node] : [];
  return [...own, ...(node.children ?? []).flatMap(controlsIn)];
}
