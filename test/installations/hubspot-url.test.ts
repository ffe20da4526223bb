import { expect, it } from 'vitest';
import { acceptHubspotUrl, withState } from '../../src/installations/connect/hubspot-url.ts';

const HUBSPOT = 'https://app.hubspot.com/oauth/authorize';
const SIMULATOR = 'http://localhost:4010/oauth/authorize';

it.each([
  'https://app.hubspot.com/',
  'https://app.hubspot.com/app-install/1?portalId=2#x',
  'https://app-eu1.hubspot.com/a',
  'https://app-na2.hubspot.com/a',
  'https://app-ap12.hubspot.com?a=b',
  'https://app.hubspot.com/a?next=https://evil.example/@x',
])('accepts %s', (url) => {
  expect(acceptHubspotUrl(url, HUBSPOT)).toBe(new URL(url).href);
});

it.each([
  '',
  '/',
  '//app.hubspot.com/',
  'http://app.hubspot.com/',
  'https://hubspot.com/',
  'https://evil.example/',
  'https://app.hubspot.com.evil.example/',
  'https://evilapp.hubspot.com/',
  'https://app-.hubspot.com/',
  'https://app-eu.hubspot.com/',
  'https://app-eu1a.hubspot.com/',
  'https://app-eu1.evil.hubspot.com/',
  'https://app-EU1.hubspot.com/',
  'https://APP.hubspot.com/',
  'https://app.hubspot.com./',
  'https://app.hubspot.com:443/',
  'https://app.hubspot.com:8443/',
  'https://app.hubspot.com@evil.example/',
  'https://user@app.hubspot.com/',
  'https://user:pass@app.hubspot.com/',
  'https://app.hubspot.com\\@evil.example/',
  'https://evil.example\\.app.hubspot.com/',
  'https:\\\\app.hubspot.com/',
  'https:app.hubspot.com/',
  'https:///app.hubspot.com/',
  ' https://app.hubspot.com/',
  'https://app.hubspot.com/ a',
  'https://app.hubspot.com/\n',
  'https://app.hub\tspot.com/',
  'https://app.hubspot.com%2eevil.example/',
  'https://app。hubspot.com/',
  'https://app.hubspοt.com/',
  'https://app.xn--hubspt-obd.com/',
  'https://app.hubspot.com/é',
  'javascript:alert(1)//app.hubspot.com/',
  'data:text/html,https://app.hubspot.com/',
  `https://app.hubspot.com/${'a'.repeat(2_048)}`,
  'http://localhost:4010/marketplace',
])('refuses %j', (url) => {
  expect(acceptHubspotUrl(url, HUBSPOT)).toBeUndefined();
});

it('accepts the origin of the configured authorize URL, with its port', () => {
  expect(acceptHubspotUrl('http://localhost:4010/marketplace?a=b', SIMULATOR)).toBe(
    'http://localhost:4010/marketplace?a=b',
  );
  for (const url of [
    'http://localhost/',
    'https://localhost:4010/',
    'http://localhost:40100/',
    'http://a@localhost:4010/',
  ])
    expect(acceptHubspotUrl(url, SIMULATOR)).toBeUndefined();
});

it('adds the state, and leaves HubSpot’s own parameters as they are', () => {
  expect(withState('https://app.hubspot.com/a', 's')).toBe('https://app.hubspot.com/a?state=s');
  expect(withState('https://app.hubspot.com/a?b=c+d%20e#f', 's')).toBe('https://app.hubspot.com/a?b=c+d%20e&state=s#f');
  expect(withState('https://app.hubspot.com/a?state=x', 's')).toBeUndefined();
  expect(withState('https://app.hubspot.com/a?%73tate=x', 's')).toBeUndefined();
});
