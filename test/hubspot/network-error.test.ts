import { errors } from 'undici';
import { describe, expect, it } from 'vitest';
import type { HubspotCall } from '../../src/hubspot/client.ts';
import { NetworkError } from '../../src/hubspot/network-error.ts';
import { annotateUnknownOutcome } from '../../src/hubspot/unknown-outcome.ts';

const WRITE: HubspotCall = { name: 'contacts.create', method: 'POST', path: '/', scopes: [[]] };

function socketError(code: string, syscall?: string): Error {
  return Object.assign(new Error(code), { code, ...(syscall !== undefined && { syscall }) });
}

/** Whether a write may be repeated, and whether its failure says that it may be done: never both, never neither. */
async function verdict(cause: unknown): Promise<'unsent' | 'unknown' | 'contradiction'> {
  const failure = new NetworkError('HUBSPOT_UNAVAILABLE', cause);
  const told: unknown = await annotateUnknownOutcome(() => Promise.reject(failure))(WRITE).catch(
    (error: unknown) => error,
  );
  const saysUnknown = told instanceof Error && /may have succeeded/.test(told.message);
  if (failure.mayBeDone !== saysUnknown || failure.mayBeDone !== (failure.reachedHubSpot === 'maybe')) {
    return 'contradiction';
  }
  return failure.reachedHubSpot === 'no' ? 'unsent' : 'unknown';
}

describe('a call', () => {
  it.each<[string, unknown]>([
    ...['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'].map(
      (code) => [code, socketError(code)] as [string, unknown],
    ),
    ['EHOSTUNREACH while connecting', socketError('EHOSTUNREACH', 'connect')],
    ['ETIMEDOUT while connecting', socketError('ETIMEDOUT', 'connect')],
    ['an address that is looked for in vain', socketError('EAI_NODATA', 'getaddrinfo')],
    ['a connection that takes too long', new errors.ConnectTimeoutError()],
    [
      'all addresses of a name',
      new AggregateError([socketError('ECONNREFUSED', 'connect'), socketError('ENETUNREACH', 'connect')]),
    ],
  ])('never reached HubSpot: %s', async (_case, cause) => {
    expect(await verdict(cause)).toBe('unsent');
  });

  it.each<[string, unknown]>([
    ['a socket that was reset', socketError('ECONNRESET', 'read')],
    ['a socket that ended', new errors.SocketError('other side closed')],
    ['a network that went away under an open connection', socketError('EHOSTUNREACH', 'read')],
    ['a write that found no way', socketError('ENETUNREACH', 'write')],
    ['silence of an open connection', socketError('ETIMEDOUT', 'read')],
    [
      'some addresses of a name',
      new AggregateError([socketError('ECONNREFUSED', 'connect'), socketError('ECONNRESET', 'read')]),
    ],
    ['nothing that is known', new Error('?')],
    ['no cause', undefined],
  ])('may have reached HubSpot: %s', async (_case, cause) => {
    expect(await verdict(cause)).toBe('unknown');
  });
});
