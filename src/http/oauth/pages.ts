/**
 * Headers of all pages of the connect flow. They forbid caching, the `Referer` header, and resources of other servers.
 */
const PAGE_HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'content-security-policy': policyFor("'none'"),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1.5rem;color:#1f2937}
h1{font-size:1.4rem;margin-bottom:.5rem}code{display:block;padding:.75rem;background:#f3f4f6;border-radius:6px;overflow-wrap:anywhere}
ol{padding-left:1.25rem}li{margin:.5rem 0}a{color:#1d4ed8}
button{display:block;width:100%;margin:.75rem 0;padding:.75rem;font:inherit;text-align:left;border:1px solid #6b7280;border-radius:6px;background:#fff;color:inherit;cursor:pointer;overflow-wrap:anywhere}`;

export interface PageLink {
  readonly text: string;
  readonly href: string;
  /** Opens a window of its own, as a link inside of a frame must. */
  readonly isNewWindow?: boolean;
}

/** A form that sends its fields and the value of the clicked button by GET to the address of the page. */
export interface PageForm {
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** The parameter of the buttons. */
  readonly name: string;
  readonly buttons: readonly { readonly value: string; readonly text: string }[];
}

export interface PageOptions {
  /** A text for the user to copy. */
  readonly code?: string;
  /** The next steps of the user, in this order. */
  readonly links?: readonly PageLink[];
  readonly form?: PageForm;
  /** The only origin that can show the page in a frame. Without it: none. */
  readonly frameOrigin?: string;
}

/** A small page without external resources. */
export function page(
  status: number,
  title: string,
  text: string,
  { code, links = [], form, frameOrigin }: PageOptions = {},
): Response {
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title>
<style>${STYLE}</style></head><body><main><h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>${code ? `<code>${escapeHtml(code)}</code>` : ''}${listOf(links)}${form ? htmlOf(form) : ''}</main></body></html>
`;
  const response = new Response(html, {
    status,
    headers: { ...PAGE_HEADERS, 'content-type': 'text/html; charset=utf-8' },
  });
  if (frameOrigin !== undefined) {
    response.headers.set('content-security-policy', policyFor(frameOrigin));
    // It has no value for one other origin.
    response.headers.delete('x-frame-options');
  }
  return response;
}

/** 303, so that the browser uses GET, and its address bar does not keep code and state. */
export function redirect(location: string): Response {
  return new Response(null, { status: 303, headers: { ...PAGE_HEADERS, location } });
}

function policyFor(frameAncestors: string): string {
  return `default-src 'none'; style-src 'unsafe-inline'; frame-ancestors ${frameAncestors}; base-uri 'none'`;
}

function listOf(links: readonly PageLink[]): string {
  const items = links.map(({ text, href, isNewWindow }) => {
    const target = isNewWindow ? ' target="_blank" rel="noopener"' : '';
    return `<li><a href="${escapeHtml(href)}"${target}>${escapeHtml(text)}</a></li>`;
  });
  return items.length === 0 ? '' : `<ol>${items.join('')}</ol>`;
}

function htmlOf({ fields, name, buttons }: PageForm): string {
  const hidden = fields.map(
    ([field, value]) => `<input type="hidden" name="${escapeHtml(field)}" value="${escapeHtml(value)}">`,
  );
  const shown = buttons.map(
    ({ value, text }) => `<button name="${escapeHtml(name)}" value="${escapeHtml(value)}">${escapeHtml(text)}</button>`,
  );
  return `<form>${hidden.join('')}${shown.join('')}</form>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
