/**
 * Headers of all pages of the connect flow. They forbid caching, the `Referer` header, and resources of other servers.
 */
export const PAGE_HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1.5rem;color:#1f2937}
h1{font-size:1.4rem;margin-bottom:.5rem}code{display:block;padding:.75rem;background:#f3f4f6;border-radius:6px;overflow-wrap:anywhere}`;

/** A small page without external resources. It shows `code` for the user to copy. */
export function page(status: number, title: string, text: string, code?: string): Response {
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title>
<style>${STYLE}</style></head><body><h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>${code ? `<code>${escapeHtml(code)}</code>` : ''}</body></html>
`;
  return new Response(html, { status, headers: { ...PAGE_HEADERS, 'content-type': 'text/html; charset=utf-8' } });
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
