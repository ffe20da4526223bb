import type { BrowserWindow, Popup } from 'hubspot-graphql-gateway-client';
import { Browser } from '../../packages/simulator/test/helpers/browser.ts';

/** A page of the frontend at `url`, in a browser that keeps cookies. */
export class Page implements BrowserWindow {
  readonly browser: Browser;
  readonly popups: FakePopup[] = [];
  /** Where the page has sent the browser. */
  readonly visited: string[] = [];
  readonly location: { href: string; assign: (url: string) => void };
  readonly history = {
    state: { scroll: 7 },
    replaceState: (_state: unknown, _unused: string, url: string) => {
      this.location.href = url;
    },
  };
  hasFocus = true;
  isClosed = false;
  blocksPopups = false;
  readonly document = { hasFocus: () => this.hasFocus };

  constructor(url: string, browser = new Browser()) {
    this.browser = browser;
    this.location = { href: url, assign: (target) => void this.visited.push(target) };
  }

  open(url: string): Popup | null {
    if (this.blocksPopups) return null;
    const popup = new FakePopup(url);
    this.popups.push(popup);
    return popup;
  }

  close(): void {
    this.isClosed = true;
  }

  /** `fetch` of the page: cookies as its credentials mode says. */
  readonly fetch: typeof fetch = async (input, init = {}) => {
    const headers = new Headers(init.headers);
    if (init.credentials === 'include') headers.set('cookie', this.browser.cookies);
    const response = await fetch(input, { ...init, headers });
    if (init.credentials === 'include') this.browser.remember(response);
    return response;
  };
}

export class FakePopup implements Popup {
  readonly location: { href: string };
  closed = false;

  constructor(href: string) {
    this.location = { href };
  }

  close(): void {
    this.closed = true;
  }
}
