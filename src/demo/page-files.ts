import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** Answers the path of a file of the page. */
export type PageFiles = (path: string) => Response;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The page loads nothing from other servers, and no other page can frame it. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

const NOT_BUILT = `The page of the demo is not built: npm run demo builds it.
GraphiQL is at /graphql.
`;

/** Reads the built page in `folder` once. Without it, `/` says how to build it. */
export function readPage(folder: string): PageFiles {
  const files = new Map<string, { readonly body: Uint8Array<ArrayBuffer>; readonly type: string }>();
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  for (const name of names) {
    const type = TYPES[extname(name)];
    if (type !== undefined) files.set(`/${name}`, { body: new Uint8Array(readFileSync(join(folder, name))), type });
  }
  return (path) => {
    const file = files.get(path === '/' ? '/index.html' : path);
    const isHtml = file?.type.startsWith('text/html') ?? true;
    // Vite puts a hash into the names of all other files.
    const headers = { ...HEADERS, 'cache-control': isHtml ? 'no-store' : 'public, max-age=31536000, immutable' };
    if (file) return new Response(file.body, { headers: { ...headers, 'content-type': file.type } });
    const text = path === '/' ? NOT_BUILT : 'Not Found';
    return new Response(text, { status: 404, headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' } });
  };
}
