import { ClientError, GraphQLClient } from 'graphql-request';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BOTH_PORTALS, CREATE_CONTACT, ONE_PORTAL, startTwoPortals, type TwoPortals } from '../helpers/two-portals.ts';

let portals: TwoPortals;
beforeAll(async () => {
  portals = await startTwoPortals();
});
afterAll(() => portals.stop());

function createClient(options: ConstructorParameters<typeof GraphQLClient>[1] = {}) {
  const { url, authorization, fetch } = portals;
  portals.sent();
  return new GraphQLClient(url, { fetch, headers: { authorization }, ...options });
}

it('queries and writes', async () => {
  const client = createClient();
  expect(await client.request(BOTH_PORTALS)).toEqual((await portals.ask(BOTH_PORTALS)).data);
  const input = { installationId: portals.first, email: 'request@example.com' };
  expect(await client.request(CREATE_CONTACT, { input })).toMatchObject({ createContact: { userErrors: [] } });
  expect(portals.sent()).toEqual(['POST 200', 'POST 200']);
});

it('queries by GET where it is told to', async () => {
  const data = await createClient({ method: 'GET' }).request(ONE_PORTAL, { installation: portals.first });
  expect(data).toEqual((await portals.ask(ONE_PORTAL, { installation: portals.first })).data);
  expect(portals.sent()).toEqual(['GET 200']);
});

it("shows a refused field beside the data with errorPolicy 'all'", async () => {
  const { data, errors } = await createClient({ errorPolicy: 'all' }).rawRequest<{ installation: object }>(ONE_PORTAL, {
    installation: portals.second,
  });
  expect(data.installation).toMatchObject({ contacts: { nodes: expect.any(Array) }, owners: null });
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['MISSING_SCOPES']);
});

it('without it rejects, with the data in the error', async () => {
  const failure = await createClient()
    .request(ONE_PORTAL, { installation: portals.second })
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ClientError);
  expect(failure).toMatchObject({ response: { status: 294, data: { installation: { owners: null } } } });
});
