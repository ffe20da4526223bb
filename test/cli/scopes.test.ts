import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../helpers/cli.ts';

const [CONTACTS, DEALS] = ['crm.objects.contacts.read', 'crm.objects.deals.read'];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'scopes-'));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  write('card.graphql', 'fragment Card on Contact { email deals { nodes { name } } }');
  write('people.graphql', 'query People { contacts { nodes { ...Card } } }');
  write('one.graphql', '{ viewer { id } }');
  write('two.graphql', '{ contactByEmail(email: "a@b.example") { id } }');
  write('broken.gql', 'query Broken {\n  contacts { nodes { emial } }\n}');
});
afterAll(() => rmSync(folder, { recursive: true }));

const scopes = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runCli(['scopes', ...args], { cwd: folder, env });

describe('hubspot-gateway scopes', () => {
  it('prints the least scopes, what needs each, and what is configured for nothing', async () => {
    const { code, stdout } = await scopes(['*.graphql'], { HUBSPOT_OPTIONAL_SCOPES: 'crm.objects.owners.read' });
    expect(code).toBe(0);
    expect(stdout).toBe(`Needed by 3 operation(s): ${CONTACTS} ${DEALS}

${CONTACTS}
  People (people.graphql): Query.contacts, Contact.deals
  query (two.graphql): Query.contactByEmail

${DEALS}
  People (people.graphql): Contact.deals

Configured, but needed by no operation: crm.objects.owners.read
HUBSPOT_SCOPES and HUBSPOT_OPTIONAL_SCOPES cover all of them.
`);
  });

  it('prints the same as JSON', async () => {
    const { stdout } = await scopes(['--json', 'people.graphql', 'card.graphql'], { HUBSPOT_SCOPES: 'oauth' });
    expect(JSON.parse(stdout)).toEqual({
      scopes: [CONTACTS, DEALS],
      operations: [
        {
          operation: 'People',
          file: 'people.graphql',
          scopes: [CONTACTS, DEALS],
          fields: [
            { coordinate: 'Query.contacts', anyOf: [[CONTACTS]] },
            { coordinate: 'Contact.deals', anyOf: [[CONTACTS, DEALS]] },
          ],
        },
      ],
      missing: [CONTACTS, DEALS],
      unused: [],
    });
  });

  it('exits with 1 on --check when the configured scopes do not cover them, and says which', async () => {
    const { code, stdout } = await scopes(['--check', '*.graphql'], { HUBSPOT_SCOPES: `oauth ${CONTACTS}` });
    expect(code).toBe(1);
    expect(stdout).toContain(`Needed, but neither in HUBSPOT_SCOPES nor in HUBSPOT_OPTIONAL_SCOPES: ${DEALS}\n`);
    expect((await scopes(['--check', '*.graphql'])).code).toBe(0);
  });

  it.each([
    ['a file that does not fit the schema, with its place', ['broken.gql'], 'broken.gql:2:22'],
    ['a fragment that no file has', ['people.graphql'], 'Unknown fragment "Card"'],
    ['a pattern that matches nothing', ['src/**/*.graphql'], 'No file matches src/**/*.graphql'],
    ['no pattern at all', [], "missing required argument 'files'"],
  ])('refuses %s', async (_title, args, message) => {
    const { code, stdout, stderr } = await scopes(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it('refuses settings that are no scopes', async () => {
    const { code, stderr } = await scopes(['*.graphql'], { HUBSPOT_SCOPES: 'a,b' });
    expect(code).toBe(1);
    expect(stderr).toContain('HUBSPOT_SCOPES');
  });
});
