import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type ConcreteRequest,
  commitMutation,
  createOperationDescriptor,
  Environment,
  fetchQuery,
  Network,
  RecordSource,
  type RequestParameters,
  Store,
} from 'relay-runtime';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BOTH_PORTALS, CREATE_CONTACT, ONE_PORTAL, startTwoPortals, type TwoPortals } from '../helpers/two-portals.ts';

const ROOT = join(import.meta.dirname, '..', '..');

let portals: TwoPortals;
let project: string;
beforeAll(async () => {
  [portals, project] = await Promise.all([startTwoPortals(), compile()]);
});
afterAll(() => Promise.all([portals.stop(), rm(project, { recursive: true })]));

/** A project as its authors would set it up; Relay wants operations named after their file. */
async function compile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'relay-'));
  await mkdir(join(folder, 'src'));
  await cp(join(ROOT, 'schema', 'schema.graphql'), join(folder, 'schema.graphql'));
  const named = [BOTH_PORTALS, ONE_PORTAL, CREATE_CONTACT].map((text) =>
    text
      .replace('query BothPortals', 'query pageBothPortalsQuery')
      .replace('query OnePortal', 'query pageOnePortalQuery')
      .replace('mutation CreateContact', 'mutation pageCreateContactMutation'),
  );
  const source = `import { graphql } from 'relay-runtime';\n${named.map((text) => `graphql\`${text}\`;`).join('\n')}`;
  await writeFile(join(folder, 'src', 'page.js'), source);
  const customScalarTypes = { Date: 'string', DateTime: 'string', Decimal: 'string' };
  const options = { language: 'javascript', eagerEsModules: false, requireCustomScalarTypes: true, customScalarTypes };
  const config = { src: './src', schema: './schema.graphql', ...options };
  await writeFile(join(folder, 'relay.config.json'), JSON.stringify(config));
  await writeFile(join(folder, 'package.json'), '{"type":"commonjs"}');
  await promisify(execFile)(process.execPath, [join(ROOT, 'node_modules/relay-compiler/cli.js')], { cwd: folder });
  return folder;
}

function artifact(name: string): ConcreteRequest {
  return createRequire(import.meta.url)(join(project, 'src', '__generated__', `${name}.graphql.js`));
}

/** The network function of Relay's own guide. */
function createEnvironment(bodyOf: (request: RequestParameters) => object = ({ text }) => ({ query: text })) {
  portals.sent();
  const network = Network.create(async (request, variables) => {
    const response = await portals.fetch(portals.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: portals.authorization },
      body: JSON.stringify({ ...bodyOf(request), variables }),
    });
    return response.json();
  });
  return new Environment({ network, store: new Store(new RecordSource()) });
}

const read = (environment: Environment, query: ConcreteRequest, variables = {}) =>
  environment.lookup(createOperationDescriptor(query, variables).fragment).data;

it('compiles against the schema as it is, and its store keeps two portals apart', async () => {
  const environment = createEnvironment();
  const query = artifact('pageBothPortalsQuery');
  await fetchQuery(environment, query, {}).toPromise();
  expect(JSON.parse(JSON.stringify(read(environment, query)))).toEqual((await portals.ask(BOTH_PORTALS)).data);
});

it('reads null where a portal refuses, beside the data', async () => {
  const environment = createEnvironment();
  const query = artifact('pageOnePortalQuery');
  await fetchQuery(environment, query, { installation: portals.second }).toPromise();
  expect(read(environment, query, { installation: portals.second })).toMatchObject({
    installation: { contacts: { nodes: [{}, {}] }, owners: null },
  });
});

it('writes', async () => {
  const environment = createEnvironment();
  const answer = await new Promise((resolve, reject) => {
    commitMutation(environment, {
      mutation: artifact('pageCreateContactMutation'),
      variables: { input: { installationId: portals.first, email: 'relay@example.com' } },
      onCompleted: resolve,
      onError: reject,
    });
  });
  expect(answer).toMatchObject({ createContact: { contact: { email: 'relay@example.com' }, userErrors: [] } });
});

it('may send an id beside the text, as network layers do', async () => {
  const environment = createEnvironment(({ name, text }) => ({ id: name, query: text }));
  await fetchQuery(environment, artifact('pageOnePortalQuery'), { installation: portals.first }).toPromise();
  expect(portals.sent()).toEqual(['POST 200']);
});

it('hears that ids alone are not supported', async () => {
  const environment = createEnvironment(({ name }) => ({ doc_id: name }));
  const asked = fetchQuery(environment, artifact('pageOnePortalQuery'), { installation: portals.first }).toPromise();
  await expect(asked).rejects.toThrow('PersistedQueryNotSupported');
});
