import { expect, it } from 'vitest';
import { pathOf } from '../src/request-path.ts';

it.each([
  'http://localhost:4010/crm/objects/2026-09/contacts',
  'http://localhost:4010/crm/objects/2026-09/contacts?properties=a,b&url=http://x.example/y',
  'http://localhost:4010/crm/v3/objects/contacts/ada%40one.example?idProperty=email',
  'http://localhost:4010/?a',
  'http://localhost:4010/a#b?c',
  'http://localhost:4010/a?b#c/d',
  'https://[::1]/',
])('takes the path of a request for what URL says it is: %s', (url) => {
  expect(pathOf(url)).toBe(new URL(url).pathname);
});
