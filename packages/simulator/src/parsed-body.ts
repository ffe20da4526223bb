import type { Context, HonoRequest } from 'hono';

const parsed = new WeakMap<HonoRequest, Promise<unknown>>();

/** The JSON body, parsed once per request. Callers must not change it. `undefined` for other bodies. */
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
