import { expect, it } from 'vitest';
import { answerTypeFor, isJsonRequest } from '../../src/http/media-types.ts';

it.each([
  ['application/json', true],
  ['Application/JSON', true],
  ['application/json;charset=UTF-8', true],
  ['application/json; charset="utf-8"', true],
  ['application/json; Charset=utf8; profile="a;b"', true],
  ['application/json ; charset=utf-8', true],
  ['application/graphql+json', true],
  ['application/json; charset=utf-16', false],
  ['application/json; charset=iso-8859-1', false],
  ['application/json, text/plain', false],
  ['application/graphql-response+json', false],
  ['application/jsonx', false],
  ['text/plain', false],
  ['text/plain; x=application/json', false],
  ['application/x-www-form-urlencoded', false],
  ['json', false],
  ['', false],
])('%j is a body of JSON: %s', (contentType, isJson) => {
  expect(isJsonRequest(contentType)).toBe(isJson);
});

const JSON_TYPE = 'application/json';
const RESPONSE = 'application/graphql-response+json';

it.each([
  ['', JSON_TYPE],
  ['*/*', JSON_TYPE],
  ['application/*', JSON_TYPE],
  [RESPONSE, RESPONSE],
  ['Application/GraphQL-Response+JSON', RESPONSE],
  [`${RESPONSE},${JSON_TYPE};q=0.9`, RESPONSE],
  [`${RESPONSE};q=0.1, ${JSON_TYPE}`, JSON_TYPE],
  [`${JSON_TYPE}, ${RESPONSE}`, JSON_TYPE],
  [`*/*, ${RESPONSE};q=0.5`, JSON_TYPE],
  [`${JSON_TYPE};q=0, */*`, RESPONSE],
  [`${JSON_TYPE};q=0`, undefined],
  [`${JSON_TYPE}; charset=utf-8`, JSON_TYPE],
  [`${JSON_TYPE}; charset="UTF-8"`, JSON_TYPE],
  [`${JSON_TYPE}; charset=latin1`, undefined],
  ['text/event-stream, application/json;q=0.1', JSON_TYPE],
  ['text/event-stream, multipart/mixed', 'text/event-stream'],
  ['multipart/mixed;deferSpec=20220824, application/graphql-response+json, application/json', RESPONSE],
  ['application/graphql+json', undefined],
  ['text/html', undefined],
  ['text/html, */*;q=0.1', JSON_TYPE],
  ['nonsense,,;', undefined],
])('Accept: %j is answered in %s', (accept, type) => {
  expect(answerTypeFor(accept)).toBe(type);
});
