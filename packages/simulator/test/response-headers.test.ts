import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_URL_CHARACTERS } from '../src/assumptions.ts';
import { type ErrorAnswer, type SimulatedPortal, simulatePortal } from './helpers/simulated-portal.ts';

const LIST = '/crm/objects/2026-09/contacts';

let world: SimulatedPortal;
beforeAll(() => {
  world = simulatePortal();
});
afterAll(() => world.simulator.close());

describe('every answer', () => {
  it.each([
    ['a list', LIST, 200],
    ['a refusal', `${LIST}?limit=0`, 400],
    ['a record that is not there', `${LIST}/1`, 404],
  ])('tells what support asks for: %s', async (_case, path, status) => {
    const answer = await world.hubspot.get<Partial<ErrorAnswer> & { readonly correlationId?: string }>(path);
    expect(answer.status).toBe(status);
    const correlationId = answer.headers.get('x-hubspot-correlation-id');
    expect(correlationId).toMatch(/^[0-9a-f-]{36}$/);
    if (status !== 200) expect(answer.body.correlationId).toBe(correlationId);
    expect(answer.headers.get('x-trace')).toMatch(/^2B[0-9A-F]{40}0{18}$/);
    expect(answer.headers.get('cf-ray')).toMatch(/^[0-9a-f]{16}-[A-Z]{3}$/);
    expect(answer.headers.get('server')).toBe('cloudflare');
    expect(answer.headers.get('content-type')).toBe('application/json;charset=utf-8');
  });

  it('differs in them from every other', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => world.hubspot.get(LIST)));
    for (const name of ['x-hubspot-correlation-id', 'x-trace', 'cf-ray']) {
      expect(new Set(answers.map(({ headers }) => headers.get(name))).size, name).toBe(20);
    }
  });
});

describe('a URL', () => {
  const longest = `${LIST}?properties=`.padEnd(MAX_URL_CHARACTERS, 'a');

  it('is answered up to a length, and is a 414 beyond', async () => {
    expect((await world.hubspot.get(longest)).status).toBe(200);
    expect(await world.hubspot.get(`${longest}a`)).toMatchObject({ status: 414, body: { message: 'URI Too Long' } });
  });

  it('is a 414 on a socket, too, where it is longer than any other server takes', async () => {
    const base = await world.simulator.listen();
    const response = await fetch(`${base}${longest.padEnd(200_000, 'a')}`);
    expect(response.status).toBe(414);
  });

  it('does not bound a batch read, whose properties are in its body', async () => {
    const properties = Array.from({ length: 1_000 }, (_, index) => `property_${index}`);
    const answer = await world.hubspot.post(`${LIST}/batch/read`, { inputs: [{ id: '1' }], properties });
    expect(answer.status).toBe(207);
  });
});
