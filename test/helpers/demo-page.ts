import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { build } from 'vite';
import { type Demo, runDemo } from '../../src/demo.ts';
import { type Chromium, startChromium } from './chromium.ts';

/** The longest time until a page shows what it should. */
const TIMEOUT_MS = 15_000;
const EXAMPLE = join(import.meta.dirname, '../../examples/react');

/** The demo with a page that was built from the sources, and a browser. */
export class DemoPage {
  readonly demo: Demo;
  readonly #chromium: Chromium;
  /** What the browser has complained about: errors of scripts, and what the Content-Security-Policy has blocked. */
  readonly complaints: string[] = [];
  readonly #folder: string;

  private constructor(demo: Demo, chromium: Chromium, folder: string) {
    this.demo = demo;
    this.#chromium = chromium;
    this.#folder = folder;
  }

  static async start(): Promise<DemoPage> {
    const folder = mkdtempSync(join(tmpdir(), 'gateway-page-'));
    await build({ root: EXAMPLE, logLevel: 'silent', build: { outDir: folder } });
    const [demo, chromium] = await Promise.all([
      runDemo('0', folder),
      startChromium({ blocksThirdPartyCookies: true }),
    ]);
    return new DemoPage(demo, chromium, folder);
  }

  async stop(): Promise<void> {
    await this.#chromium.close();
    await this.demo.close();
    rmSync(this.#folder, { recursive: true });
  }

  /** A new tab with the page, as wide as a laptop unless told otherwise. */
  async open({ width = 1280, scheme = 'light' }: { width?: number; scheme?: string } = {}): Promise<Page> {
    const page = await this.#chromium.browser.newPage();
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && this.complaints.push(message.text()));
    page.setDefaultTimeout(TIMEOUT_MS);
    await page.setViewport({ width, height: 860 });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.goto(this.demo.url);
    await page.locator('.views').wait();
    return page;
  }
}

/** Clicks the button with this text, as soon as it can be clicked. */
export async function press(page: Page, text: string): Promise<void> {
  await page.locator(`::-p-xpath(//button[contains(normalize-space(.), "${text}")])`).click();
}

/** Clicks a button that opens the consent page in a popup, decides there, and waits until the popup has closed. */
export async function consent(
  page: Page,
  button: string,
  decide: (popup: Page) => Promise<void> = (popup) => press(popup, 'Connect app'),
): Promise<void> {
  const opened = new Promise<Page | null>((resolve) => page.once('popup', resolve));
  await press(page, button);
  const popup = await opened;
  if (!popup) throw new Error('the page opened no popup');
  const closed = new Promise<void>((resolve) => popup.once('close', () => resolve()));
  await popup.waitForSelector('form');
  await decide(popup);
  await closed;
}
