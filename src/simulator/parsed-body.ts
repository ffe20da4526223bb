import type { Context, HonoRequest } from 'hono';

const parsed = new WeakMap<HonoRequest, Promise<unknown>>();

/** The JSON that was sent, parsed once however many ask, so nobody may change it; `undefined` when it is none. */
export function parsedBody({ req }: Context): Promise<unknown> {
  const known = parsed.get(req);
  if (known) return known;
  const body = req.text().then(parseJson);
  parsed.set(req, body);
  return body;
}

function parseJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
