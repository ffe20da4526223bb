import { beforeEach, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import type { Installation } from '../../src/storage/installation.ts';
import { contactsFor, FakeHubspot, quiet, request } from '../helpers/batching.ts';
import { installation, portalClientsFor } from '../helpers/portal-clients.ts';

// Tenants of one portal share its rate limiter: a permit that one tenant does not return is missing for the other.
const FAULTY = installation({ tenantId: 'faulty', id: 'Installation:faulty' });
const SOUND = installation({ tenantId: 'sound', id: 'Installation:sound' });

let hubspot: FakeHubspot;
beforeEach(() => {
  hubspot = new FakeHubspot();
});

const unavailable = () => new GatewayError('HUBSPOT_UNAVAILABLE', 'The access token could not be renewed.', {});

/** A token that is there at the first request, and not when the call is sent. */
function vanishingToken(): (of: Installation) => Promise<{ value: string; version: number }> {
  let asked = 0;
  return async ({ tenantId }) => {
    asked += 1;
    if (tenantId === 'faulty' && asked % 2 === 0) throw unavailable();
    return { value: 'token', version: 1 };
  };
}

it.each<[string, Installation, Parameters<typeof portalClientsFor>[1], string]>([
  ['its scopes are missing', { ...FAULTY, grantedScopes: [] }, {}, 'MISSING_SCOPES'],
  [
    'no token can be had',
    FAULTY,
    {
      accessToken: async ({ tenantId }) => {
        if (tenantId === 'faulty') throw unavailable();
        return { value: 'token', version: 1 };
      },
    },
    'HUBSPOT_UNAVAILABLE',
  ],
  ['the token is gone at the last moment', FAULTY, { accessToken: vanishingToken() }, 'HUBSPOT_UNAVAILABLE'],
])('gives a permit back once when the call it was for never leaves: %s', async (_case, faulty, options, code) => {
  const clients = portalClientsFor(hubspot, options);
  const load = (of: Installation, id: string) =>
    clients
      .of(of)
      .records('contacts')
      .load({ id, properties: ['email'] }, request());
  for (let turn = 0; turn < 200; turn += 1) {
    await expect(load(faulty, String(turn))).rejects.toMatchObject({ code });
  }
  expect(hubspot.sentCalls).toEqual([]);

  // No permit is lost: a burst does not wait.
  const contacts = clients.of(SOUND);
  hubspot.autoAnswer = contactsFor;
  for (let turn = 0; turn < 30; turn += 1) await load(SOUND, String(turn));
  hubspot.autoAnswer = undefined;
  hubspot.sentCalls.length = 0;

  // No permit was returned twice: at most ten calls are in flight.
  const lists = Array.from({ length: 12 }, () =>
    contacts.api.send({ name: 'test', method: 'GET', path: '/', scopes: [[]], callContext: request().callContext }),
  );
  await quiet();
  expect(hubspot.sentCalls).toHaveLength(10);
  for (const sent of hubspot.sentCalls) sent.answer({});
  await quiet();
  for (const sent of hubspot.sentCalls) sent.answer({});
  expect(await Promise.all(lists)).toHaveLength(12);
});

it('returns a permit when all clients of the call disconnected before the grant', async () => {
  const clients = portalClientsFor(hubspot);
  const { api } = clients.of(SOUND);
  const call = { name: 'test', method: 'GET', path: '/', scopes: [[]] } as const;
  const busy = Array.from({ length: 10 }, () => api.send({ ...call, callContext: request().callContext }));
  await quiet();
  const client = new AbortController();
  const load = clients
    .of(SOUND)
    .records('contacts')
    .load({ id: '1', properties: ['email'] }, request({ signal: client.signal }));
  const abandoned = expect(load).rejects.toMatchObject({ code: 'HUBSPOT_UNAVAILABLE' });
  await quiet();
  // A permit is returned and the client disconnects in one turn of the event loop.
  hubspot.last().answer({});
  await Promise.resolve();
  client.abort();
  await abandoned;
  await quiet();
  const next = api.send({ ...call, callContext: request().callContext });
  await quiet();
  expect(hubspot.sentCalls).toHaveLength(11);
  for (const sent of hubspot.sentCalls) sent.answer({});
  await Promise.all([...busy, next]);
});
