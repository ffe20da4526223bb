import type { GatewayClient, GatewayError } from 'hubspot-graphql-gateway-client';
import { callsAfter, type HubSpotCall } from './control.ts';

/** An operation of the page, and the HubSpot calls that the gateway made for it. */
export interface Activity {
  readonly number: number;
  readonly name: string;
  readonly document: string;
  readonly variables: unknown;
  /** `undefined` until the answer has come. */
  readonly answer?: {
    readonly ms: number;
    readonly errors: readonly GatewayError[];
    readonly calls: readonly HubSpotCall[];
    /** The HubSpot calls of a server that makes one for each list, and one for each record of a list below a record. */
    readonly oneByOne: number;
  };
}

const MOST = 20;

let activities: readonly Activity[] = [];
const listeners = new Set<() => void>();
let last: Promise<unknown> = Promise.resolve();
let started = 0;

export const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** The latest operations, newest first. */
export const latest = () => activities;

/**
 * The client, with a record of its operations. It sends one after the other, so that the simulator's log shows which
 * calls belong to which.
 */
export function recorded(client: GatewayClient): GatewayClient {
  return {
    ...client,
    request(operation, variables) {
      const next = last.then(() => record(operation, variables, () => client.request(operation, variables)));
      last = next.catch(() => {});
      return next;
    },
  };
}

async function record<Result extends { readonly data: unknown; readonly errors: readonly GatewayError[] }>(
  operation: { toString(): string },
  variables: unknown,
  send: () => Promise<Result>,
): Promise<Result> {
  const document = operation.toString();
  const name = /(?:query|mutation)\s+(\w+)/.exec(document)?.[1] ?? 'Operation';
  started += 1;
  const activity: Activity = { number: started, name, document: document.trim(), variables };
  put(activity);
  const { received } = await callsAfter();
  const startedAt = performance.now();
  const result = await send();
  const ms = Math.round(performance.now() - startedAt);
  const { calls } = await callsAfter(received);
  put({ ...activity, answer: { ms, errors: result.errors, calls, oneByOne: oneByOne(result.data) } });
  return result;
}

function oneByOne(value: unknown, isBelowRecord = false): number {
  if (typeof value !== 'object' || value === null) return 0;
  const nodes: unknown = Reflect.get(value, 'nodes');
  if (!Array.isArray(nodes)) {
    return Object.values(value).reduce((sum: number, child) => sum + oneByOne(child, isBelowRecord), 0);
  }
  const own = 1 + (isBelowRecord ? nodes.length : 0);
  return nodes.reduce((sum: number, node) => sum + oneByOne(node, true), own);
}

function put(activity: Activity): void {
  activities = [activity, ...activities.filter(({ number }) => number !== activity.number)]
    .sort((a, b) => b.number - a.number)
    .slice(0, MOST);
  for (const listener of listeners) listener();
}
