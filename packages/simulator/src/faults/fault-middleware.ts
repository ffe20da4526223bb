import type { ServerResponse } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context, MiddlewareHandler } from 'hono';
import { json } from '../answers.ts';
import { pathOf } from '../request-path.ts';
import { type Clock, sleep } from '../time/clock.ts';
import type { Fault, Faults } from './faults.ts';

/** Applies the active fault rules. Socket-level faults need a real socket. */
export function faultMiddleware(faults: Faults, clock: Clock): MiddlewareHandler<{ Bindings: HttpBindings }> {
  return async (c, next) => {
    if (faults.all().length === 0) return next();
    const body = c.req.method === 'GET' ? '' : await c.req.text();
    const active = faults.strike(c.req.method, pathOf(c.req.url), body);
    if (!active) return next();
    const { fault } = active.rule;
    if (fault.kind === 'hold') {
      if (!fault.processed) await active.held();
      await next();
      if (fault.processed) await active.held();
      return undefined;
    }
    const answer = await inflict(fault, c, next, clock);
    if (!answer) return undefined;
    // Hono ignores a returned answer when there is one already, and copies the headers of the old answer to a new one.
    c.res = undefined;
    c.res = answer;
    return undefined;
  };
}

async function inflict(
  fault: Exclude<Fault, { kind: 'hold' }>,
  c: Context<{ Bindings: HttpBindings }>,
  next: () => Promise<void>,
  clock: Clock,
): Promise<Response | undefined> {
  switch (fault.kind) {
    case 'delay':
      await sleep(clock, fault.ms);
      await next();
      return undefined;
    case 'answer':
      if (fault.processed) await next();
      return new Response(fault.body ?? null, { status: fault.status, headers: { ...fault.headers } });
    case 'rewrite': {
      await next();
      const answer = (await c.res.json()) as Record<string, unknown>; // The simulator's own answers are objects.
      return json(c.res.status, { ...answer, ...fault.set });
    }
    case 'reset':
      if (fault.processed) await next();
      return reset(c.env.outgoing, fault.at);
    case 'drip':
      await next();
      return drip(c.env.outgoing, await c.res.text(), fault.bytesPerSecond);
    case 'flood':
      return flood(c.env.outgoing, fault.bytes);
  }
}

const JSON_HEADERS = { 'content-type': 'application/json' };

function reset(outgoing: HttpBindings['outgoing'], at: 'before' | 'after-headers' | 'mid-body'): Response {
  const response = outgoing as ServerResponse; // The simulator uses only HTTP/1.1.
  if (at !== 'before') {
    response.writeHead(200, { ...JSON_HEADERS, 'content-length': '1000' });
    response.flushHeaders();
    if (at === 'mid-body') response.write('{"access_token":"');
  }
  // The written bytes must reach the client before the connection ends.
  setImmediate(() => response.destroy());
  return RESPONSE_ALREADY_SENT;
}

function drip(outgoing: HttpBindings['outgoing'], text: string, bytesPerSecond: number): Response {
  const response = outgoing as ServerResponse;
  response.writeHead(200, { ...JSON_HEADERS, 'content-length': String(Buffer.byteLength(text)) });
  const bytes = Buffer.from(text);
  let sent = 0;
  const timer = setInterval(() => {
    if (sent < bytes.length) response.write(bytes.subarray(sent, ++sent));
    else response.end();
  }, 1000 / bytesPerSecond);
  response.on('close', () => clearInterval(timer));
  return RESPONSE_ALREADY_SENT;
}

function flood(outgoing: HttpBindings['outgoing'], bytes: number): Response {
  const response = outgoing as ServerResponse;
  response.writeHead(200, JSON_HEADERS);
  const chunk = Buffer.alloc(64 * 1024, ' ');
  let left = bytes;
  const pump = () => {
    while (left > 0 && !response.destroyed) {
      left -= chunk.length;
      if (!response.write(chunk)) return void response.once('drain', pump);
    }
    response.end();
  };
  pump();
  return RESPONSE_ALREADY_SENT;
}
