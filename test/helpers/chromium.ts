import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, launch } from 'puppeteer-core';

const PROGRAM = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
].find((path) => path !== undefined && existsSync(path));

/** Why no browser can be driven here; `undefined` where one can. */
export const noChromium = PROGRAM
  ? undefined
  : 'there is no Chromium on this machine (Debian: apt-get install chromium)';

export interface ChromiumOptions {
  /** Whether it blocks the cookies of other sites: Chrome's default outside of incognito windows is that it does not. */
  readonly blocksThirdPartyCookies: boolean;
}

export interface Chromium {
  readonly browser: Browser;
  close(): Promise<void>;
}

/** A Chromium with a profile of its own, which calls nothing but loopback. */
export async function startChromium({ blocksThirdPartyCookies }: ChromiumOptions): Promise<Chromium> {
  if (!PROGRAM) throw new TypeError(noChromium);
  const profile = mkdtempSync(join(tmpdir(), 'gateway-chromium-'));
  mkdirSync(join(profile, 'Default'));
  // Debian's Chromium blocks them by default.
  const preferences = { profile: { cookie_controls_mode: blocksThirdPartyCookies ? 1 : 0 } };
  writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences));
  const browser = await launch({
    executablePath: PROGRAM,
    userDataDir: profile,
    args: [
      // Containers run the tests as root, and have a small /dev/shm.
      ...['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
      ...['--disable-background-networking', '--disable-component-update', '--no-first-run'],
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
    ],
  });
  return {
    browser,
    async close() {
      await browser.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
