#!/usr/bin/env bash
# graphql-yoga 5.24.1 compares the media type of a request by its letters: `Content-Type: Application/JSON` is answered
# 415, and so is `application/json ; charset=utf-8`. Of an `Accept` header it reads the order alone: weights are dropped,
# so `application/json;q=0` is answered in application/json.
# RFC 9110 § 8.3.1: type and subtype tokens are case-insensitive; § 12.4.2 and § 12.5.1: q=0 means "not acceptable".
# Source: graphql-yoga esm/plugins/request-parser/utils.js (isContentTypeMatch) and
# esm/plugins/result-processor/accept.js (getMediaTypesForRequestInOrder).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund graphql-yoga@5.24.1 graphql@16.15.0
cat > seen.mjs <<'JS'
import { createRequire } from 'node:module';
import { createSchema, createYoga } from 'graphql-yoga';

const { version } = createRequire(import.meta.url)('graphql-yoga/package.json');
const schema = createSchema({ typeDefs: 'type Query { hello: String }', resolvers: { Query: { hello: () => 'world' } } });
const yoga = createYoga({ schema, logging: false });
async function ask(contentType, accept) {
  const headers = { 'content-type': contentType, accept };
  const body = JSON.stringify({ query: '{ hello }' });
  const response = await yoga.fetch('http://localhost/graphql', { method: 'POST', headers, body });
  const line = `${response.status} ${response.headers.get('content-type')}`;
  console.log(`Content-Type: ${contentType} | Accept: ${accept} -> ${line}`);
  return line;
}
console.log(`graphql-yoga ${version} on Node ${process.version}`);
const seen = [
  await ask('application/json', 'application/json'),
  await ask('Application/JSON', 'application/json'),
  await ask('application/json ; charset=utf-8', 'application/json'),
  await ask('application/json', 'application/json;q=0'),
  await ask('application/json', 'application/graphql-response+json;q=0.1, application/json;q=0.9'),
];
const expected = [
  '200 application/json; charset=utf-8',
  '415 null',
  '415 null',
  '200 application/json; charset=utf-8',
  '200 application/graphql-response+json; charset=utf-8',
];
const same = JSON.stringify(seen) === JSON.stringify(expected);
console.log(same ? 'as seen' : `changed: expected ${JSON.stringify(expected)}`);
process.exit(same ? 0 : 1);
JS
node seen.mjs
