import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  const scopes = stack.config.hubspot.optionalScopes;
  await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

/** Calls that write, in the order in which HubSpot was sent them. */
const writes = () =>
  stack.simulator.log
    .crm()
    .filter(({ method, path }) => method !== 'GET' && !/batch\/read$|search$/.test(path))
    .map(({ method, path, body }) => [`${method} ${path.replace(/.*2026-09\//, '')}`, body]);

it('every read of an operation sees what the operation wrote before, associations and labels included', async () => {
  const [portal] = stack.simulator.portals;
  const person = portal?.create('contacts', { email: 'ada@one.example', firstname: 'Ada', city: 'Oslo' }).id ?? '';
  const deal = portal?.create('deals', { dealname: 'Pilot', dealstage: 'contractsent', pipeline: 'default' }).id ?? '';
  const pair = `from: { objectType: CONTACT, id: "${person}" }, to: { objectType: DEAL, id: "${deal}" }`;
  const shown = 'contact { city phone deals { edges { labels node { name } } } }';
  const update = (city: string) => `updateContact(input: { id: "${person}", city: "${city}" }) { ${shown} }`;
  const { data, errors } = await stack.query(`mutation {
    a: ${update('A')}
    b: associate(input: { ${pair} }) { userErrors { code } }
    c: ${update('C')}
    d: associate(input: { ${pair}, labels: ["Decision maker"] }) { userErrors { code } }
    e: updateDeal(input: { id: "${deal}", name: "Rollout" }) { deal { contacts { nodes { city } } } }
    f: ${update('F')}
    g: archiveDeal(input: { id: "${deal}" }) { archivedId }
    h: ${update('H')}
    i: updateDeal(input: { id: "${deal}", name: "Late" }) { deal { name } userErrors { code } }
  }`);
  expect(errors).toBeUndefined();
  expect(data).toMatchInlineSnapshot(`
    {
      "a": {
        "contact": {
          "city": "A",
          "deals": {
            "edges": [],
          },
          "phone": null,
        },
      },
      "b": {
        "userErrors": [],
      },
      "c": {
        "contact": {
          "city": "C",
          "deals": {
            "edges": [
              {
                "labels": [],
                "node": {
                  "name": "Pilot",
                },
              },
            ],
          },
          "phone": null,
        },
      },
      "d": {
        "userErrors": [],
      },
      "e": {
        "deal": {
          "contacts": {
            "nodes": [
              {
                "city": "C",
              },
            ],
          },
        },
      },
      "f": {
        "contact": {
          "city": "F",
          "deals": {
            "edges": [
              {
                "labels": [
                  "Decision maker",
                ],
                "node": {
                  "name": "Rollout",
                },
              },
            ],
          },
          "phone": null,
        },
      },
      "g": {
        "archivedId": "Deal:1234567:300061",
      },
      "h": {
        "contact": {
          "city": "H",
          "deals": {
            "edges": [],
          },
          "phone": null,
        },
      },
      "i": {
        "deal": null,
        "userErrors": [
          {
            "code": "NOT_FOUND",
          },
        ],
      },
    }
  `);
});

it('equal mutation fields are not merged, and run in their order', async () => {
  const create = 'createContact(input: { firstName: "Twin" }) { contact { hubspotId } }';
  const PAIR = 'from: { objectType: CONTACT, id: "100020" }, to: { objectType: DEAL, id: "300040" }';
  const { data } = await stack.query(`mutation {
    a: ${create}
    b: updateContact(input: { id: "100005", city: "B" }) { created }
    c: ${create}
    d: updateContact(input: { id: "100005", city: "D" }) { created }
    e: associate(input: { ${PAIR} }) { toId }
    f: associate(input: { ${PAIR} }) { toId }
    g: ${create}
  }`);
  const created = data as unknown as Record<string, { contact: { hubspotId: string } }>;
  expect(new Set(['a', 'c', 'g'].map((alias) => created[alias]?.contact.hubspotId)).size).toBe(3);
  const [post, patch, put] = [
    'POST contacts',
    'PATCH contacts/100005',
    'PUT contacts/100020/associations/default/deals/300040',
  ];
  expect(writes().map(([call]) => call)).toEqual([post, patch, post, patch, put, put, post]);
  expect(stack.simulator.portals[0]?.record('contacts', '100005')?.properties.get('city')).toBe('D');
});

it('an error that the user cannot fix fails only its mutation: the mutations before and after it are written', async () => {
  const { data, errors } = await stack.query(`mutation {
    a: updateContact(input: { id: "100006", city: "Written" }) { created }
    b: updateContact(input: { id: "1e3", city: "Refused" }) { created }
    c: updateContact(input: { id: "100006", city: "Later" }) { contact { city } }
  }`);
  expect(data).toEqual({ a: { created: false }, b: null, c: { contact: { city: 'Later' } } });
  expect(errors).toMatchObject([{ path: ['b'], extensions: { code: 'BAD_USER_INPUT', argument: 'id' } }]);
  expect(writes()).toEqual(['Written', 'Later'].map((city) => ['PATCH contacts/100006', { properties: { city } }]));
});

it('an error that the user can fix stops no other mutation', async () => {
  const { data, errors } = await stack.query(`mutation {
    a: createContact(input: { email: "nope" }) { userErrors { code } }
    b: updateContact(input: { id: "100006", city: "Later" }) { contact { city } userErrors { code } }
  }`);
  expect(errors).toBeUndefined();
  expect(data).toEqual({
    a: { userErrors: [{ code: 'VALIDATION_FAILED' }] },
    b: { contact: { city: 'Later' }, userErrors: [] },
  });
});

it('the next operation sees it at once, but for searches, which HubSpot answers from an older index', async () => {
  await stack.query('mutation { updateContact(input: { id: "100007", city: "Reykjavik" }) { created } }');
  const found = async () => {
    const { data } = await stack.query(
      '{ contact(id: "100007") { city } contacts(filter: { city: { eq: "Reykjavik" } }) { totalCount } }',
    );
    return data;
  };
  expect(await found()).toEqual({ contact: { city: 'Reykjavik' }, contacts: { totalCount: 0 } });
  stack.clock.advance(10_000);
  expect(await found()).toEqual({ contact: { city: 'Reykjavik' }, contacts: { totalCount: 1 } });
});
