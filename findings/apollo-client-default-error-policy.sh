#!/usr/bin/env bash
# @apollo/client 4.3.8 with TypeScript 5.9.3: `defaultOptions: { watchQuery: { errorPolicy: 'all' } }` does not compile.
# The expected type of the option is an English sentence that asks for a declaration of the default in the global namespace
# ApolloClient.DeclareDefaultOptions. @apollo/client 4.0.0 compiles the same file, and 4.3.8 executes it: with the policy,
# the data of a partial answer arrives beside its error. A default `fetchPolicy` needs no declaration.
# Within one major version, a client that wants partial answers everywhere stops compiling.
# Source: @apollo/client CHANGELOG.md, 4.2.0 (pull request 13132); core/defaultOptions.d.ts.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund old@npm:@apollo/client@4.0.0 @apollo/client@4.3.8 graphql@16.15.0 rxjs@7.8.2 typescript@5.9.3
options() {
  cat <<TS
import { ApolloClient, ApolloLink, gql, InMemoryCache } from '$1';
import { of } from 'rxjs';

const answer = { data: { a: 1, b: null }, errors: [{ message: 'b is refused' }] };
const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: new ApolloLink(() => of(answer)),
  defaultOptions: { $2 },
});
client.watchQuery({ query: gql('{ a b }') }).subscribe(({ data, error }) => {
  if (data) console.log(JSON.stringify({ data, error: error?.message }));
});
TS
}
options old "watchQuery: { errorPolicy: 'all' }" > old-policy.mts
options @apollo/client "watchQuery: { errorPolicy: 'all' }" > new-policy.mts
options @apollo/client "watchQuery: { fetchPolicy: 'network-only' }" > new-fetch.mts
# Diagnostics of the three files alone.
seen=$(npx tsc --noEmit --strict --skipLibCheck --module nodenext --target esnext ./*.mts | sed 's/(.*error \(TS[0-9]*\).*\(must be declared in [A-Za-z.]*\).*/ \1 \2/' || true)
npx tsc --outDir out --skipLibCheck --module nodenext --target esnext new-policy.mts >/dev/null || true
printf '{"type":"module"}' > out/package.json
ran=$(node out/new-policy.mjs)
echo "compiling: $seen"
echo "running:   $ran"
if [ "$seen" = 'new-policy.mts TS2322 must be declared in ApolloClient.DeclareDefaultOptions' ] &&
  [ "$ran" = '{"data":{"a":1,"b":null},"error":"b is refused"}' ]; then
  echo 'as seen'
else
  echo 'changed'
  exit 1
fi
