import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAnswerHeaders } from '../../src/http/answer-headers.ts';
import { createApp } from '../../src/http/app.ts';
import { recordRequests } from '../../src/http/request-log.ts';
import { createLogger } from '../../src/lib/logging/logger.ts';
import { createMetrics } from '../../src/lib/metrics.ts';
import { Stack } from '../helpers/stack.ts';

const QUERY = JSON.stringify({ query: '{ viewer { id } }' });

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start({
    env: { GRAPHIQL: 'on', CORS_ORIGINS: 'https://app.example https://admin.example http://localhost:3000' },
  });
});
afterAll(() => stack.stop());

const get = (path: string, init: RequestInit = {}) => fetch(`${stack.url}${path}`, init);

describe('health', () => {
  it('is alive and ready', async () => {
    for (const path of ['/health/live', '/health/ready']) {
      const response = await get(path);
      expect({ status: response.status, text: await response.text() }).toEqual({ status: 200, text: 'ok' });
      expect((await get(path, { method: 'HEAD' })).status).toBe(200);
    }
  });

  it('is alive but not ready while the database is away', async () => {
    const own = await Stack.start();
    await own.db.database.close();
    const ready = await fetch(`${own.url}/health/ready`);
    expect({ status: ready.status, text: await ready.text() }).toEqual({ status: 503, text: 'not ready' });
    expect((await fetch(`${own.url}/health/live`)).status).toBe(200);
    await own.stop();
  });

  it('stays ready while HubSpot is away', async () => {
    const own = await Stack.start();
    await own.simulator.close();
    expect((await fetch(`${own.url}/health/ready`)).status).toBe(200);
    await own.stop();
  });

  it.each(['POST', 'PUT', 'DELETE'])('is not for %s', async (method) => {
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      const response = await get(path, { method, body: '' });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('GET');
    }
  });
});

describe('metrics', () => {
  it('are Prometheus text about routes, never about what was asked', async () => {
    await stack.query('query Canary4711 { viewer { id } }');
    await get('/canary-4711');
    const response = await get('/metrics');
    const text = await response.text();
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(text).toMatch(/^gateway_http_request_duration_seconds_count\{route="\/graphql",status="200"\} \d+$/m);
    expect(text).toMatch(/^gateway_http_request_duration_seconds_count\{route="unknown",status="404"\} \d+$/m);
    expect(text).not.toMatch(/canary/i);
  });
});

describe('GraphiQL', () => {
  it('is one page that loads nothing from elsewhere', async () => {
    const response = await get('/graphql', { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
    const page = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('x-frame-options')).toBe('DENY');
    expect(page).toContain('HubSpot GraphQL gateway');
    // Scripts and styles stand in the page itself; what remains of its tags points nowhere else.
    const tags = page.replace(/(<(script|style)[^>]*>).*?<\/\2>/gs, '$1');
    expect(tags.length).toBeLessThan(page.length / 2);
    expect([...tags.matchAll(/<(script|link|img|iframe)[^>]*\b(?:src|href)="(?!data:)([^"]*)"/g)]).toEqual([]);
    expect(page).not.toMatch(/@import\s|url\(["']?(https?:)?\/\//);
  });

  it('is not what a program gets', async () => {
    for (const accept of ['application/json', '*/*']) {
      const response = await get('/graphql', { headers: { accept } });
      expect({ status: response.status, type: response.headers.get('content-type') }).toEqual({
        status: 401,
        type: 'application/json',
      });
    }
  });

  it('is off where it is configured so, and in production', async () => {
    for (const env of [{ GRAPHIQL: 'off' }, { NODE_ENV: 'production' }]) {
      const own = await Stack.start({ env });
      const response = await fetch(`${own.url}/graphql`, { headers: { accept: 'text/html' } });
      expect(response.status).toBe(406);
      expect(response.headers.get('content-type')).toBe('application/json');
      await own.stop();
    }
  });
});

describe('CORS', () => {
  const preflight = (origin: string) =>
    get('/graphql', {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
  const post = (origin: string) =>
    get('/graphql', {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json', authorization: `Bearer ${stack.token()}` },
      body: QUERY,
    });

  it.each(['https://app.example', 'https://admin.example', 'http://localhost:3000'])('lets %s in', async (origin) => {
    const allowed = await preflight(origin);
    expect(allowed.status).toBe(204);
    expect(Object.fromEntries(allowed.headers)).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'authorization,content-type',
      'access-control-max-age': '86400',
      vary: 'Access-Control-Request-Headers, Origin',
    });
    const answered = await post(origin);
    expect(answered.headers.get('access-control-allow-origin')).toBe(origin);
    expect(answered.headers.get('access-control-allow-credentials')).toBe('true');
    expect(answered.headers.get('vary')).toContain('Origin');
  });

  it.each([
    'https://evil.example',
    'null',
    'http://app.example',
    'https://app.example:8443',
    'https://app.example.evil.example',
    'https://evil-app.example',
    'https://x.app.example',
    'https://APP.example',
    'http://localhost:3001',
    'https://app.example https://admin.example',
    '*',
    '',
  ])('B12 says nothing to %j, neither before nor after', async (origin) => {
    for (const response of [await preflight(origin), await post(origin)]) {
      expect([...response.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
      expect(response.headers.get('vary')).toBe('Origin');
    }
  });

  it('B12 says nothing to anybody where no origin is configured', async () => {
    const own = await Stack.start({ env: { CORS_ORIGINS: '' } });
    for (const origin of ['https://app.example', 'null', own.url]) {
      const response = await fetch(`${own.url}/graphql`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
      expect([...response.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
    await own.stop();
  });
});

describe('every answer', () => {
  it('has an id of its own, which stands in the log', async () => {
    const ids = await Promise.all(
      ['/health/live', '/nowhere', '/graphql', '/metrics'].map(async (path) => {
        const response = await get(path, { headers: { 'x-request-id': 'mine' } });
        return response.headers.get('x-request-id') ?? '';
      }),
    );
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) {
      expect(id).toMatch(/^[0-9a-f-]{36}$/);
      expect(stack.logs.filter((line) => JSON.parse(line).requestId === id)).toHaveLength(1);
    }
  });

  it.each(['/', '/nowhere', '/favicon.ico', '/health', '/oauth/hubspot', '/.env'])('at %s is 404', async (path) => {
    const response = await get(path);
    expect({ status: response.status, text: await response.text() }).toEqual({ status: 404, text: 'Not Found' });
  });

  it('hides what went wrong inside', async () => {
    const lines: string[] = [];
    const logger = createLogger('info', { write: (line) => lines.push(line) });
    const metrics = createMetrics();
    const app = createApp({
      graphql: () => Promise.reject(new Error('canary-4711')),
      graphiql: undefined,
      oauthCallback: () => Promise.resolve(new Response()),
      ready: () => Promise.resolve(true),
      metrics,
      answerHeaders: createAnswerHeaders([]),
      record: recordRequests({ metrics, clock: new ManualClock(), logger }),
      logger,
    });
    const response = await app(new Request('http://localhost/graphql', { method: 'POST' }));
    expect({ status: response.status, answer: await response.json() }).toEqual({
      status: 500,
      answer: {
        errors: [{ message: 'Something went wrong in the gateway.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
      },
    });
    const [failure, request] = lines.map((line) => JSON.parse(line));
    expect(failure).toMatchObject({ level: 'error', err: { message: 'canary-4711' } });
    expect(request).toMatchObject({ status: 500, requestId: failure.requestId });
    expect(response.headers.get('x-request-id')).toBe(failure.requestId);
  });
});
