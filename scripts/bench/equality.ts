import { isDeepStrictEqual } from 'node:util';
import { type Contender, PASSTHROUGH, type Running } from './contenders.ts';
import type { Workload } from './workloads.ts';

/** Asks once; the answer's text. */
export async function ask({ urls, request }: Running, body: string): Promise<string> {
  const { authorization } = request(body);
  const response = await fetch(`${urls[0]}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) },
    body,
  });
  return response.text();
}

/**
 * Compares a contender's answer with the hand-written one, in which HubSpot's ids stand for themselves.
 * @throws Error when it tells anything else
 */
export async function checkAnswer(
  contender: Contender,
  running: Running,
  workload: Workload,
  reference: Running,
): Promise<void> {
  const [body = ''] = workload.bodies;
  const [given, expected] = await Promise.all([ask(running, body), ask(reference, body)]);
  // The passthrough tells the same people in HubSpot's own words.
  const equal =
    contender === PASSTHROUGH
      ? isDeepStrictEqual(emailsIn(given), emailsIn(expected))
      : isDeepStrictEqual(dataOf(given), dataOf(expected));
  if (!equal || emailsIn(expected).length === 0) {
    throw new Error(`answers ${workload.name} differently: ${given.slice(0, 300)}`);
  }
}

/** Global ids are reduced to the record's own: `Contact:1234567:101` is 101. */
function dataOf(text: string): unknown {
  return JSON.parse(text, (key, value) => (key === 'id' && typeof value === 'string' ? value.split(':').at(-1) : value))
    .data;
}

function emailsIn(text: string): string[] {
  return Array.from(text.matchAll(/"email":"([^"]+)"/g), ([, email = '']) => email);
}
