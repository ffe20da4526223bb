import { monitorEventLoopDelay } from 'node:perf_hooks';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { announceSeed, FUZZ_SCALE, FUZZ_SEED } from '../helpers/fuzz.ts';
import { Random } from '../helpers/random.ts';
import { type RandomRequest, randomRequest } from '../helpers/random-request.ts';
import { exchange, type RawAnswer } from '../helpers/raw-http.ts';
import { JWT_SECRET, Stack } from '../helpers/stack.ts';
import { expectUnharmed } from '../helpers/unharmed.ts';

const REQUESTS = 5_000 * FUZZ_SCALE;
/** At the same time, each on a connection of its own. */
const TOGETHER = 10;
const MAX_STALL_MS = 5_000;
/** Of an answer to a viewer who asks for nothing large. */
const MAX_ANSWER_CHARACTERS = 20_000;

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  const scopes = stack.config.hubspot.optionalScopes;
  await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
});
afterAll(() => stack.stop());

it('requests of any kind are answered in order, and the next good one succeeds', {
  timeout: 240_000 * FUZZ_SCALE,
}, async () => {
  announceSeed('random requests');
  const token = stack.token(undefined, { exp: Math.floor(stack.clock.now() / 1_000) + 80_000 });
  const secrets = [token, JWT_SECRET, stack.config.hubspot.clientSecret];
  const statuses = new Map<number, number>();
  const stalls = monitorEventLoopDelay({ resolution: 10 });
  stalls.enable();
  const seeds = fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { minLength: TOGETHER, maxLength: TOGETHER });
  await fc.assert(
    fc.asyncProperty(seeds, async (batch) => {
      // Flows that were started are forgotten, so that nobody has started too many.
      stack.clock.advance(1_000);
      const requests = batch.map((seed) => randomRequest(new Random(seed), token));
      const answers = await Promise.all(requests.map(({ bytes, isWhole }) => exchange(stack.url, bytes, isWhole)));
      for (const [index, answer] of answers.entries()) {
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        const request = requests[index];
        const fault = request && faultOf(request, answer, secrets);
        if (fault) expect({ fault, request: String(request.bytes).slice(0, 3_000), ...answer }).toBeUndefined();
      }
      await expectUnharmed(stack);
    }),
    { seed: FUZZ_SEED, numRuns: REQUESTS / TOGETHER },
  );
  const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${count} × ${status}`);
  console.info(`random requests: ${counts.join(', ')}; longest stall ${(stalls.max / 1e6).toFixed(0)} ms`);
  expect(stalls.max / 1e6).toBeLessThan(MAX_STALL_MS);
  // @ts-expect-error: nobody may have put it there.
  expect({}.polluted).toBeUndefined();
  // Refusals alone would prove nothing, and neither would their absence.
  for (const status of [200, 400, 401, 405, 411, 413, 414, 415]) expect(statuses.get(status) ?? 0).toBeGreaterThan(0);
  expect(statuses.get(200)).toBeGreaterThan(REQUESTS / 8);
});

/** Errors come as JSON, or as JSON in the events that the client asked for. */
const JSON_TYPE = /^content-type: (application\/(graphql-response\+)?json|text\/event-stream)/im;
const LEAKS = /node_modules|\/src\/|\bat \S+ \(|\.ts:\d|ECONN|sqlite|undefined|\[object /i;

/** What is wrong with the answer, as far as anything is. */
function faultOf(request: RandomRequest, { status, text }: RawAnswer, secrets: readonly string[]): string | undefined {
  const [head = '', body = ''] = text.split('\r\n\r\n', 2);
  if (secrets.some((secret) => text.includes(secret))) return 'a secret';
  if (LEAKS.test(text)) return 'something of the inside';
  if (text.length > MAX_ANSWER_CHARACTERS) return 'too much';
  if (request.isGood && !(status === 200 && body.includes('"data":{'))) return 'a good request was refused';
  if (status === 0) return request.isWhole ? 'no answer' : undefined;
  if (status >= 500 && status !== 503) return 'a failure of the server';
  if (status < 400 || body === '') {
    // Node says no more of what is no HTTP; an answer to HEAD has no body; a preflight is not GraphQL's.
    const isSilent = !request.isLegal || !request.isWhole || request.bytes.subarray(0, 7).toString() === 'OPTIONS';
    return body === '' && !isSilent && request.bytes.subarray(0, 4).toString() !== 'HEAD'
      ? 'an empty answer'
      : undefined;
  }
  if (!JSON_TYPE.test(head)) return 'no JSON';
  return codesOf(body).every((code) => typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR')
    ? undefined
    : 'no code';
}

/** The codes of all errors; one that is none where there are no errors. */
function codesOf(body: string): unknown[] {
  // In chunks and in events, each result has a line of its own.
  const [, json = ''] = /^(?:data: )?(\{"errors":.*\})\r?$/m.exec(body) ?? [];
  try {
    const { errors } = JSON.parse(json) as { errors?: { extensions?: { code?: unknown } }[] };
    return errors?.length ? errors.map(({ extensions }) => extensions?.code) : [undefined];
  } catch {
    return [undefined];
  }
}
