import { expect, it } from 'vitest';
import { type ProxySettings, proxyFor } from '../../src/lib/proxy.ts';

const [HTTPS, HTTP] = ['http://secure.example:3128', 'http://plain.example:3128'];
const HUBSPOT = 'https://api.hubapi.com/crm';

function way(target: string, settings: Partial<ProxySettings>): string | undefined {
  return proxyFor(target, { https: undefined, http: undefined, noProxy: undefined, ...settings });
}

it('leads where the scheme of the target says, and over the one proxy that there is', () => {
  expect(way(HUBSPOT, {})).toBeUndefined();
  expect(way(HUBSPOT, { https: HTTPS, http: HTTP })).toBe(HTTPS);
  expect(way('http://plain.test', { https: HTTPS, http: HTTP })).toBe(HTTP);
  expect(way(HUBSPOT, { http: HTTP })).toBe(HTTP);
  expect(way('http://plain.test', { https: HTTPS })).toBeUndefined();
});

it('never leads from this machine to itself', () => {
  for (const host of ['localhost', 'LOCALHOST', 'hubspot.localhost', '127.0.0.1', '127.1.2.3', '[::1]', 'localhost.']) {
    expect(way(`https://${host}:4010`, { https: HTTPS, http: HTTP }), host).toBeUndefined();
  }
  expect(way('https://localhost.example', { https: HTTPS })).toBe(HTTPS);
});

it.each([
  ['*', HUBSPOT],
  ['hubapi.com', HUBSPOT],
  ['.hubapi.com', HUBSPOT],
  ['*.hubapi.com', HUBSPOT],
  ['HUBAPI.com.', HUBSPOT],
  ['other.example, api.hubapi.com', HUBSPOT],
  ['other.example api.hubapi.com:443', HUBSPOT],
  ['10.1.2.3', 'https://10.1.2.3'],
  ['10.0.0.0/8', 'https://10.1.2.3:8443'],
  ['fd00::1', 'https://[fd00::1]'],
  ['[fd00::1]:8443', 'https://[fd00::1]:8443'],
  ['fd00::/8', 'https://[fd12::1]'],
  ['svc', 'https://keycloak.auth.svc/keys'],
])('does not lead where NO_PROXY is %s: %s', (noProxy, target) => {
  expect(way(target, { https: HTTPS, noProxy })).toBeUndefined();
});

it.each([
  ['', HUBSPOT],
  [' , ,', HUBSPOT],
  ['api.hubapi.com:8443', HUBSPOT],
  ['*.api.hubapi.com', HUBSPOT],
  ['bapi.com', HUBSPOT],
  ['hubapi.com.evil.example', HUBSPOT],
  ['10.0.0.0/8', 'https://11.1.2.3'],
  ['10.0.0.0/99', 'https://10.1.2.3'],
  ['10.0.0.0/8', 'https://10.example'],
  ['fd00::/8', 'https://[fe80::1]'],
  ['[fd00::1]:8443', 'https://[fd00::1]'],
  ['.', HUBSPOT],
])('leads where NO_PROXY is %j: %s', (noProxy, target) => {
  expect(way(target, { https: HTTPS, noProxy })).toBe(HTTPS);
});
