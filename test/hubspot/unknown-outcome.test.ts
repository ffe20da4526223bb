import { describe, expect, it } from 'vitest';
import type { GatewayError } from '../../src/errors.ts';
import type { HubspotCall } from '../../src/hubspot/client.ts';
import { hubspotError } from '../../src/hubspot/failed-answer.ts';
import { HubspotError, NOT_UNDERSTOOD } from '../../src/hubspot/hubspot-error.ts';
import { NetworkError } from '../../src/hubspot/network-error.ts';
import { annotateUnknownOutcome } from '../../src/hubspot/unknown-outcome.ts';

const UNKNOWN = /may have succeeded: read before you write again/;

async function failure(error: unknown, call: Partial<HubspotCall>): Promise<Error> {
  const send = annotateUnknownOutcome(() => Promise.reject(error));
  return send({ name: 'any', method: 'POST', path: '/', scopes: [], ...call }).then(
    () => expect.unreachable('the call succeeded'),
    (reason) => reason,
  );
}

function lost(code: 'HUBSPOT_TIMEOUT' | 'HUBSPOT_UNAVAILABLE', cause: object = {}): GatewayError {
  return new NetworkError(code, Object.assign(new Error('socket'), cause));
}

function socketError(code: string, syscall?: string): Error {
  return Object.assign(new Error('socket'), { code, syscall });
}

describe('the failure of a write', () => {
  it.each(['HUBSPOT_TIMEOUT', 'HUBSPOT_UNAVAILABLE'] as const)(
    'that nobody answered is still one that nobody answered: %s',
    async (code) => {
      const cause = socketError('UND_ERR_SOCKET');
      const told = await failure(new NetworkError(code, cause), {});
      expect(told).toBeInstanceOf(HubspotError);
      expect(told).toMatchObject({ code, cause, reachedHubSpot: 'maybe', message: expect.stringMatching(UNKNOWN) });
    },
  );

  it.each<[string, GatewayError]>([
    ['a timeout', lost('HUBSPOT_TIMEOUT')],
    ['a reset', lost('HUBSPOT_UNAVAILABLE', { code: 'UND_ERR_SOCKET' })],
    [
      'an answer that is none',
      new HubspotError('HUBSPOT_BAD_RESPONSE', 'No JSON.', { hubspot: { status: 201 } }, NOT_UNDERSTOOD),
    ],
    ...[408, 500, 502, 503, 504, 524].map(
      (status) => [`a ${status}`, hubspotError({ status })] as [string, GatewayError],
    ),
  ])('says that it may be done after %s, and keeps what else is known', async (_case, error) => {
    for (const method of ['POST', 'PATCH', 'PUT', 'DELETE'] as const) {
      const told = await failure(error, { method });
      expect(told.message).toMatch(UNKNOWN);
      expect(told).toMatchObject({ code: error.code, extensions: error.extensions });
    }
  });

  it.each<[string, unknown]>([
    ...[400, 401, 403, 404, 409, 423, 429, 477].map(
      (status) => [`a ${status}`, hubspotError({ status })] as [string, unknown],
    ),
    ['no connection', lost('HUBSPOT_UNAVAILABLE', { code: 'ECONNREFUSED' })],
    ['no way there', new NetworkError('HUBSPOT_UNAVAILABLE', socketError('EHOSTUNREACH', 'connect'))],
    ['no connection in time', lost('HUBSPOT_UNAVAILABLE', { code: 'UND_ERR_CONNECT_TIMEOUT' })],
    ['no address', lost('HUBSPOT_UNAVAILABLE', { code: 'ENOTFOUND' })],
    ['a mistake here', new TypeError('x is not a function')],
  ])('stays as it is after %s, which proves that nothing was done', async (_case, error) => {
    expect(await failure(error, {})).toBe(error);
  });

  it.each([{ method: 'GET' }, { method: 'POST', idempotent: true }] as const)(
    'is no matter of a read: %j',
    async (call) => {
      const error = lost('HUBSPOT_TIMEOUT');
      expect(await failure(error, call)).toBe(error);
    },
  );
});
