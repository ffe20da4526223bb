import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kind, parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { runDemo } from '../../src/demo.ts';
import { schema } from '../../src/graphql/schema.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)];

const blocksOf = (page: string, language: string) =>
  [...readFileSync(join(ROOT, page), 'utf8').matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
    ([, text = '']) => text,
  );

it('the operations that the pages show fit the schema', () => {
  const documents = PAGES.flatMap((page) => blocksOf(page, 'graphql').map((text) => ({ page, document: parse(text) })));
  const operations = documents.filter(({ document }) =>
    document.definitions.every(({ kind }) => kind === Kind.OPERATION_DEFINITION),
  );
  expect(operations.length).toBeGreaterThan(4);
  expect(
    operations.flatMap(({ page, document }) => validate(schema, document).map(({ message }) => [page, message])),
  ).toEqual([]);
});

it('the JSON that the pages show is JSON', () => {
  for (const page of PAGES)
    for (const text of blocksOf(page, 'json')) expect(() => JSON.parse(text), page).not.toThrow();
});

it('the demo answers the first query of the README as the README shows', async () => {
  const [query = ''] = blocksOf('README.md', 'graphql');
  const [answer = ''] = blocksOf('README.md', 'json');
  const demo = await runDemo('0');
  try {
    const url = /http:\/\/\S+\/graphql/.exec(demo.introduction)?.[0] ?? '';
    const token = /eyJ[\w.-]+/.exec(demo.introduction)?.[0];
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    });
    expect(await response.json()).toEqual(JSON.parse(answer));
  } finally {
    await demo.close();
  }
});
