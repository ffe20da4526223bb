import { readdirSync, readFileSync } from 'node:fs';
import { buildSchema, DangerousChangeType, findBreakingChanges, findDangerousChanges } from 'graphql';
import { expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';

/** What frontends rely on. */
const folder = new URL('./published/', import.meta.url);
const published = buildSchema(
  readdirSync(folder)
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n'),
);

it('keeps every type, field, argument, input field and enum value that is published', () => {
  expect(findBreakingChanges(published, schema)).toEqual([]);
});

it('keeps the defaults of arguments', () => {
  const changes = findDangerousChanges(published, schema);
  expect(changes.filter(({ type }) => type === DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE)).toEqual([]);
});
