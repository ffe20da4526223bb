import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import type { BatchContext } from '../../src/connector/batching/batch-queue.ts';
import { CallBudget } from '../../src/connector/call-budget.ts';
import { RequestContext } from '../../src/connector/request-context.ts';
import type { CallContext, HubspotCall, HubspotResponse } from '../../src/hubspot/client.ts';
import { CancellationSource } from '../../src/lib/cancellation.ts';
import { FakeLimiter } from './fake-limiter.ts';

/** Resolves when everything has proceeded that does not wait for an answer, a permit or the clock. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await turnOfTheLoop();
}

/** A call in flight, which the test answers or fails. */
export interface FakeCall {
  readonly call: HubspotCall;
  answer(body: unknown): void;
  fail(error: Error): void;
}

/** HubSpot for tests of batchers: a call is in flight until the test ends it, or is answered by `autoAnswer`. */
export class FakeHubspot {
  readonly clock = new ManualClock();
  readonly limiter = new FakeLimiter();
  readonly grant = new CancellationSource();
  readonly sentCalls: FakeCall[] = [];
  autoAnswer: ((call: HubspotCall) => unknown) | undefined;

  context(key = 'acme'): BatchContext {
    return {
      key,
      api: { version: '2026-09', send: this.send },
      limiter: this.limiter,
      grant: this.grant,
      clock: this.clock,
    };
  }

  readonly send = async (call: HubspotCall): Promise<HubspotResponse> => {
    call.permit?.use();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.sentCalls.push({ call, answer: resolve, fail: reject });
    return { status: 200, body: this.autoAnswer ? await this.autoAnswer(call) : await promise };
  };

  /** The ids that each call requested. */
  get requestedIds(): string[][] {
    return this.sentCalls.map(({ call }) => inputsOf(call).map(({ id }) => id));
  }

  /** The latest call. */
  last(): FakeCall {
    const latest = this.sentCalls.at(-1);
    if (!latest) throw new Error('no call was sent');
    return latest;
  }
}

export function inputsOf({ body }: HubspotCall): { readonly id: string; readonly after?: string }[] {
  const { inputs } = body as { inputs: { id: string; after?: string }[] }; // The shape of every batch read.
  return inputs;
}

export function propertiesOf({ body }: HubspotCall): string[] {
  return (body as { properties: string[] }).properties; // The shape of every batch read of records.
}

export interface OperationFacts extends Partial<CallContext> {
  readonly maxCalls?: number;
  /** On which its deadline is its end; one that stands still when it is left out. */
  readonly clock?: ManualClock;
  readonly signal?: AbortSignal;
}

/** The context of a request; each has a viewer of its own unless `facts` name one. */
export function request(facts: OperationFacts = {}): RequestContext {
  const { maxCalls = 50, clock = new ManualClock(), signal, deadlineAt = 25_000, ...callContext } = facts;
  operations += 1;
  return new RequestContext({
    callContext: { fairnessKey: `viewer ${operations}`, priority: 'interactive', deadlineAt, ...callContext },
    calls: new CallBudget(maxCalls),
    clock,
    endsAt: deadlineAt,
    signal,
  });
}
let operations = 0;

/** A contact as HubSpot answers it, with its default properties. */
export function contact(id: string, properties: Readonly<Record<string, string | null>> = {}) {
  return {
    id,
    properties: { createdate: '2026-01-01T00:00:00Z', hs_object_id: id, ...properties },
    createdAt: '2026-01-01T00:00:00Z',
    updatedAt: '2026-01-01T00:00:00Z',
    archived: false,
  };
}

/** The answer of a portal in which every contact exists. Each value names its contact and property. */
export function contactsFor(call: HubspotCall) {
  return {
    results: inputsOf(call).map(({ id }) =>
      contact(id, Object.fromEntries(propertiesOf(call).map((name) => [name, sampleValue(id, name)]))),
    ),
  };
}

export function sampleValue(id: string, property: string): string {
  return `${property} of ${id}`;
}
