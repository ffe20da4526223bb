import { beforeEach, describe, expect, it } from 'vitest';
import { FAULTS } from '../../src/faults/fault-presets.ts';
import type { Fault } from '../../src/faults/faults.ts';
import { createSimulator, type Simulator } from '../../src/simulator.ts';
import { ManualClock } from '../../src/time/manual-clock.ts';

const CONTACTS = 'http://hubspot.test/crm/objects/2026-09/contacts';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let simulator: Simulator;

beforeEach(() => {
  simulator = createSimulator({ clock: new ManualClock(), portals: [] });
});

/** Lets the fault strike once, set by another process. */
async function struckBy(fault: Fault): Promise<Response> {
  const body = JSON.stringify({ match: '^GET /crm/', times: 1, fault });
  await simulator.fetch(new Request('http://hubspot.test/_simulator/faults', { method: 'POST', body }));
  return simulator.fetch(new Request(CONTACTS));
}

describe('failures at hand', () => {
  it.each([
    ['a lock', FAULTS.locked, 423, { status: 'error', message: 'The resource is locked.' }, null],
    ['a migration', FAULTS.migrating(3_600), 477, { status: 'error', message: 'Migration in progress.' }, '3600'],
    ['the burst limit', FAULTS.tenSecondly, 429, { policyName: 'TEN_SECONDLY_ROLLING', errorType: 'RATE_LIMIT' }, null],
    ['the daily limit', FAULTS.daily, 429, { policyName: 'DAILY', errorType: 'RATE_LIMIT' }, null],
    ['the search limit', FAULTS.searchSecondly, 429, { message: 'You have reached your secondly limit.' }, null],
  ])('look as from HubSpot: %s', async (_case, fault, status, body, retryAfter) => {
    const response = await struckBy(fault);
    const correlationId = response.headers.get('x-hubspot-correlation-id');
    expect(response.status).toBe(status);
    expect(correlationId).toMatch(UUID);
    expect(response.headers.get('retry-after')).toBe(retryAfter);
    expect(await response.json()).toMatchObject({ ...body, correlationId });
    expect((await simulator.fetch(new Request(CONTACTS))).status).toBe(401);
  });

  it('name the search limit without a policy', async () => {
    const body: unknown = await (await struckBy(FAULTS.searchSecondly)).json();
    expect(Object.keys(body ?? {})).toEqual(['status', 'message', 'correlationId', 'category']);
  });

  it('come as HTML from the proxy', async () => {
    const response = await struckBy(FAULTS.badGatewayHtml);
    expect(response.status).toBe(502);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(await response.text()).toContain('<title>502 Bad Gateway</title>');
  });

  it('break off in the middle of the JSON', async () => {
    const response = await struckBy(FAULTS.truncatedJson);
    expect(response.status).toBe(200);
    await expect(response.json()).rejects.toThrow(SyntaxError);
  });
});
