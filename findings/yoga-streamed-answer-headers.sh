#!/usr/bin/env bash
# graphql-yoga 5.24.1 answers a query that accepts `text/event-stream` with `Content-Encoding: none`, which is no content
# coding, and with `Connection: keep-alive`, although the request says `Connection: close`. The same query as JSON has
# neither header of its own, and Node closes the connection as it was asked to.
# RFC 9110 § 8.4.1: content codings are registered with IANA, and `none` is not. RFC 9112 § 9.6: a server that receives
# `close` closes the connection after the answer, and says `close` in it.
# Source: graphql-yoga esm/plugins/result-processor/sse.js (getSSEProcessor).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund graphql-yoga@5.24.1 graphql@16.15.0
cat > seen.mjs <<'JS'
import { createServer, request } from 'node:http';
import { createRequire } from 'node:module';
import { createSchema, createYoga } from 'graphql-yoga';

const { version } = createRequire(import.meta.url)('graphql-yoga/package.json');
const schema = createSchema({ typeDefs: 'type Query { hello: String }', resolvers: { Query: { hello: () => 'world' } } });
const server = createServer(createYoga({ schema, logging: false }));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address();
const ask = (accept) =>
  new Promise((resolve, reject) => {
    const headers = { accept, connection: 'close', 'content-type': 'application/json' };
    const sent = request({ port, path: '/graphql', method: 'POST', agent: false, headers }, (response) => {
      const { connection, 'content-encoding': coding } = response.headers;
      const line = `${response.statusCode} connection: ${connection}, content-encoding: ${coding ?? 'absent'}`;
      console.log(`Accept: ${accept} | Connection: close -> ${line}`);
      response.resume();
      response.on('end', () => resolve(line));
    });
    sent.on('error', reject);
    sent.end(JSON.stringify({ query: '{ hello }' }));
  });
console.log(`graphql-yoga ${version} on Node ${process.version}`);
const seen = [await ask('application/json'), await ask('text/event-stream')];
const expected = [
  '200 connection: close, content-encoding: absent',
  '200 connection: keep-alive, content-encoding: none',
];
const same = JSON.stringify(seen) === JSON.stringify(expected);
console.log(same ? 'as seen' : `changed: expected ${JSON.stringify(expected)}`);
process.exit(same ? 0 : 1);
JS
node seen.mjs
