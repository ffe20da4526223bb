import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isGatewayErrorExtensions } from '../../src/errors.ts';
import { ERROR_CODE_LIST } from '../../src/graphql/error-codes.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const namesIn = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name = '']) => name);

/** What GraphiQL lists, which the compiler holds to the type. */
const CODES = namesIn(ERROR_CODE_LIST, /^- `(\w+)`/gm);

describe('every code of the type', () => {
  it('has one row in the page', () => {
    expect(namesIn(read('docs/errors.md'), /^\| `(\w+)`/gm).sort()).toEqual(CODES.toSorted());
  });

  it('is known to the guard', () => {
    expect(CODES.filter((code) => !isGatewayErrorExtensions({ code }))).toEqual([]);
  });

  it('names in its row what stands beside it', () => {
    const members = /^ {2}([A-Z_]+): ([\s\S]*?);$/gm;
    const declared = read('src/errors.ts').split('export interface ExtensionsByCode {')[1]?.split('\n}\n')[0] ?? '';
    for (const [, code, type = ''] of `${declared}\n`
      .replaceAll(/\n {4}.*|\n {2}\}/g, (line) => line.trim())
      .matchAll(members)) {
      const row =
        read('docs/errors.md')
          .match(new RegExp(`^\\| \`${code}\`.*$`, 'm'))?.[0]
          .split('|')
          .at(-2) ?? '';
      expect(namesIn(row, /`(\w+)`/g).sort(), code).toEqual(namesIn(type, /readonly (\w+)\??:/g).sort());
    }
  });
});

it('every code that a source names is in the type', () => {
  const files = readdirSync(new URL('../../src', import.meta.url), { recursive: true, encoding: 'utf8' });
  const named = files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      namesIn(read(`src/${file}`), /(?:new GatewayError\(|errorBody\(|coded\(\w+, |\bcode: )\s*'([A-Z_]{5,})'/g),
    );
  expect(named.length).toBeGreaterThan(40);
  expect([...new Set(named)].filter((code) => !CODES.includes(code))).toEqual([]);
});

it('what is no code of the gateway is told apart', () => {
  for (const extensions of [
    undefined,
    null,
    'MISSING_SCOPES',
    {},
    { code: 1 },
    { code: 'toString' },
    { code: 'OF_2030' },
  ]) {
    expect(isGatewayErrorExtensions(extensions)).toBe(false);
  }
});

it('a browser can load the module: it imports nothing', () => {
  expect(read('src/errors.ts')).not.toMatch(/^import\b|\bimport\(|\bprocess\b|\brequire\(/m);
});
