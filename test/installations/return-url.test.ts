import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isGatewayError } from '../../src/errors.ts';
import { acceptReturnUrl } from '../../src/installations/connect/return-url.ts';

const ALLOWED = [new URL('https://app.example/app'), new URL('http://localhost:3000')];

function accepted(returnTo: string): string | undefined {
  try {
    return acceptReturnUrl(returnTo, ALLOWED);
  } catch (error) {
    if (!isGatewayError(error, 'BAD_USER_INPUT')) throw error;
    expect(error.extensions.argument).toBe('returnTo');
    return undefined;
  }
}

it.each([
  ['https://app.example/app', 'https://app.example/app'],
  ['https://app.example/app/', 'https://app.example/app/'],
  ['https://app.example/app/settings?tab=crm#top', 'https://app.example/app/settings?tab=crm#top'],
  ['HTTPS://APP.EXAMPLE/app', 'https://app.example/app'],
  ['https://app.example:443/app', 'https://app.example/app'],
  ['http://localhost:3000', 'http://localhost:3000/'],
  ['http://localhost:3000/anything', 'http://localhost:3000/anything'],
])('accepts %s', (returnTo, normalised) => {
  expect(accepted(returnTo)).toBe(normalised);
});

it.each([
  'https://app.example/application',
  'https://app.example/',
  'https://app.example/app/../admin',
  'https://app.example/app/%2e%2e/admin',
  'https://app.example/app/.%2e\\admin',
  'https://app.example.evil.example/app',
  'https://evil.example/app',
  'https://evil.example/https://app.example/app',
  'https://evil.example#https://app.example/app',
  'https://evil.example?https://app.example/app',
  'https://evil.example\\app.example/app',
  'https://app.example@evil.example/app',
  'https://app.example:password@app.example/app',
  'https://user@app.example/app',
  'https://app.example:8443/app',
  'http://app.example/app',
  'http://localhost:3001/',
  'http://localhost.evil.example:3000/',
  'http://127.0.0.1:3000/',
  '//evil.example/app',
  '///evil.example/app',
  '/\\evil.example/app',
  '\\\\evil.example/app',
  '/app',
  'app',
  '?x',
  '#x',
  '',
  ' ',
  'https:evil.example',
  'https:/evil.example',
  'https:\\\\evil.example',
  'https://\tevil.example/app',
  'https://app.example\n.evil.example/app',
  'https://app。example.evil.example/app',
  'https://app.example%2eevil.example/app',
  'https://app.example%00.evil.example/app',
  'https://[::1]/app',
  'javascript:alert(1)',
  'JavaScript://app.example/app%0aalert(1)',
  'data:text/html,<script>alert(1)</script>',
  'file:///app.example/app',
  'blob:https://app.example/app',
  'ws://app.example/app',
  'http://localhost:3000@evil.example/',
  'https://ⓐpp.evil.example/app',
  `https://app.example/app/${'x'.repeat(2_048)}`,
])('refuses %s', (returnTo) => {
  expect(accepted(returnTo)).toBeUndefined();
});

it('never lets a browser leave for another origin, whatever the text', () => {
  const pieces = fc.constantFrom(
    'https:',
    'http:',
    '/',
    '//',
    '\\',
    '@',
    ':',
    '.',
    '%2e',
    '%2f',
    '%5c',
    '?',
    '#',
    '\t',
    '\n',
    'app.example',
    'localhost:3000',
    'evil.example',
    '/app',
    ' ',
    '\u3002',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 10 }), (parts) => {
      const url = accepted(parts.join(''));
      if (url !== undefined) expect(ALLOWED.map(({ origin }) => origin)).toContain(new URL(url).origin);
    }),
    { numRuns: 5_000 },
  );
});
