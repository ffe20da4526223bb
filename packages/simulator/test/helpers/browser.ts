/** Chromium's: beyond 180 cookies of a site, the oldest go until 150 are left. */
const JAR = { most: 180, left: 150 };

/** As much of a browser as a redirect flow needs: cookies, forms, and redirects that are followed one at a time. */
export class Browser {
  readonly #cookies = new Map<string, string>();

  /** Stores what a response sets, as a browser does for answers to a page's own requests. */
  remember(response: Response): void {
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = cookie.split(';').map((part) => part.trim());
      const [name = '', value = ''] = pair.split(/=(.*)/s);
      if (attributes.includes('Max-Age=0')) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    if (this.#cookies.size <= JAR.most) return;
    const oldest = [...this.#cookies.keys()].slice(0, this.#cookies.size - JAR.left);
    for (const name of oldest) this.#cookies.delete(name);
  }

  /** What the browser sends; ports of one host share it. */
  get cookies(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async get(url: string, headers: Record<string, string> = {}): Promise<Response> {
    const response = await fetch(url, { redirect: 'manual', headers: { ...headers, cookie: this.cookies } });
    this.remember(response);
    return response;
  }

  /** Sends a form of a page: its hidden fields, what is ticked, and the fields given here. */
  async submit(pageUrl: string, html: string, fields: Record<string, string | readonly string[]>): Promise<Response> {
    const form = new URLSearchParams();
    for (const [, tag = ''] of html.matchAll(/<input ([^>]*)>/g)) {
      const name = attribute(tag, 'name');
      const ticked = !/type="(radio|checkbox)"/.test(tag) || /\bchecked\b/.test(tag);
      if (name && ticked && !(name in fields) && !/\bdisabled\b/.test(tag))
        form.append(name, attribute(tag, 'value') ?? '');
    }
    for (const [name, value] of Object.entries(fields)) {
      for (const item of typeof value === 'string' ? [value] : value) form.append(name, item);
    }
    const action = new URL(attribute(/<form ([^>]*)>/.exec(html)?.[1] ?? '', 'action') ?? '', pageUrl);
    return fetch(action, { method: 'POST', body: form, redirect: 'manual' });
  }
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]?.replaceAll('&amp;', '&').replaceAll('&quot;', '"');
}
