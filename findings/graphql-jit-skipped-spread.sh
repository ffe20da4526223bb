#!/usr/bin/env bash
# graphql-jit 0.8.9 leaves out the fields of a fragment that is spread twice when the first spread is skipped:
# `{ other ...F @skip(if: true) ...F }` answers without the fields of F. In the other order they are there. graphql 16.15.0
# answers both documents alike, and both are valid.
# GraphQL specification, September 2025, CollectFields(): a spread whose @skip is true is passed over before the
# fragment's name is noted as visited.
# Source: graphql-jit dist/ast.js (collectFieldsImpl).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund graphql-jit@0.8.9 graphql@16.15.0
cat > seen.mjs <<'JS'
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { buildSchema, execute, parse, validate } = require('graphql');
const { compileQuery } = require('graphql-jit');

const schema = buildSchema('type Query { hello: String other: String }');
const rootValue = { hello: 'world', other: 'moon' };
const FRAGMENT = 'fragment F on Query { hello }';
async function answers(selection) {
  const document = parse(`{ other ${selection} } ${FRAGMENT}`);
  const invalid = validate(schema, document).length;
  const reference = JSON.stringify(await execute({ schema, document, rootValue }));
  const compiled = JSON.stringify(await compileQuery(schema, document).query(rootValue, {}, {}));
  console.log(`${selection} (${invalid} validation errors)\n  graphql     ${reference}\n  graphql-jit ${compiled}`);
  return [invalid, reference, compiled];
}
console.log(`graphql-jit ${require('graphql-jit/package.json').version} on Node ${process.version}`);
const seen = [await answers('...F @skip(if: true) ...F'), await answers('...F ...F @skip(if: true)')];
const whole = '{"data":{"other":"moon","hello":"world"}}';
const expected = [
  [0, whole, '{"data":{"other":"moon"}}'],
  [0, whole, whole],
];
const same = JSON.stringify(seen) === JSON.stringify(expected);
console.log(same ? 'as seen' : `changed: expected ${JSON.stringify(expected)}`);
process.exit(same ? 0 : 1);
JS
node seen.mjs
