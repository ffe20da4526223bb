import { Agent, request } from 'node:http';
import { answer } from './ipc.ts';
import type { LoadRequest } from './load.ts';
import { quantile } from './statistics.ts';

// A client in a process of its own: one that asks a crowd's requests all at once, or others' at a steady pace.

/** What came of requests. */
export interface Answers {
  /** How many, by HTTP status, or by the error's code where there was no answer. */
  readonly statuses: Readonly<Record<string, number>>;
  /** How many with GraphQL errors, by the code of the first. */
  readonly codes: Readonly<Record<string, number>>;
  /** Refusals that did not tell when to ask again. */
  readonly withoutRetryAfter: number;
  /** Of the last refusal with a 503, in milliseconds since the first request. */
  readonly lastRefusalMs: number;
  /** In milliseconds. */
  readonly latency: { readonly p50: number; readonly p99: number };
}

export interface SteadySpec {
  readonly url: string;
  readonly requests: readonly LoadRequest[];
  readonly perSecond: number;
  readonly forMs: number;
}

export interface CrowdSpec {
  readonly url: string;
  readonly requests: readonly LoadRequest[];
}

interface One {
  readonly status: string;
  readonly code: string | undefined;
  readonly hasRetryAfter: boolean;
  readonly ms: number;
  readonly endedAt: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, maxFreeSockets: 20_000 });
let crowd: { readonly startedAt: number; readonly answers: Promise<One>[]; readonly ended: One[] } | undefined;

/** Sends all at once. */
answer('collect', (argument) => {
  const { url, requests } = argument as CrowdSpec; // From our own parent.
  const ended: One[] = [];
  const note = (one: One) => {
    ended.push(one);
    return one;
  };
  crowd = { startedAt: performance.now(), ended, answers: [] };
  for (const each of requests) crowd.answers.push(send(url, each).then(note));
});

/** How many of the crowd have an answer by now. */
answer('answered', () => crowd?.ended.length ?? 0);

/** When all have one. */
answer('disperse', async () => summary(await Promise.all(crowd?.answers ?? []), crowd?.startedAt ?? 0));

/** At a pace that does not depend on the answers. */
answer('steady', async (argument) => {
  const { url, requests, perSecond, forMs } = argument as SteadySpec; // From our own parent.
  const startedAt = performance.now();
  const answers: Promise<One>[] = [];
  while (performance.now() - startedAt < forMs) {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * perSecond);
    while (answers.length <= due) {
      const next = requests[answers.length % requests.length];
      if (next) answers.push(send(url, next));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return summary(await Promise.all(answers), startedAt);
});

function send(url: string, { authorization, body }: LoadRequest): Promise<One> {
  const sentAt = performance.now();
  return new Promise((resolve) => {
    const end = (status: string, text: string, hasRetryAfter: boolean) => {
      const endedAt = performance.now();
      const code = /"code":"(\w+)"/.exec(text)?.[1];
      resolve({ status, code, hasRetryAfter, ms: endedAt - sentAt, endedAt });
    };
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...(authorization !== undefined && { authorization }),
    };
    request(`${url}/graphql`, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => end(String(response.statusCode), text, response.headers['retry-after'] !== undefined));
    })
      .on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.name, '', false))
      .end(body);
  });
}

function summary(answers: readonly One[], startedAt: number): Answers {
  const sorted = Float64Array.from(answers, ({ ms }) => ms).sort();
  const refused = answers.filter(({ status }) => status === '503');
  return {
    statuses: counted(answers.map(({ status }) => status)),
    codes: counted(answers.flatMap(({ code }) => code ?? [])),
    withoutRetryAfter: refused.filter(({ hasRetryAfter }) => !hasRetryAfter).length,
    lastRefusalMs: refused.reduce((last, { endedAt }) => Math.max(last, endedAt - startedAt), 0),
    latency: { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) },
  };
}

function counted(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
