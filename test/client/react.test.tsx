import { createGatewayClient, createRefusals } from 'hubspot-graphql-gateway-client';
import {
  ConnectHubSpot,
  HubSpotProvider,
  MissingScopes,
  useHubSpotConnection,
  useMissingScopes,
} from 'hubspot-graphql-gateway-client/react';
import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';

const client = createGatewayClient({ url: 'https://gateway.example/graphql', getToken: () => 'none' });
const render = (children: ReactNode) =>
  renderToStaticMarkup(<HubSpotProvider client={client}>{children}</HubSpotProvider>);

const refusals = createRefusals();
const Remembered = () => <MissingScopes missing={useMissingScopes(refusals)} />;
const Outside = () => <p>{String(useHubSpotConnection().isConnecting)}</p>;

const refusal = (installationId: string, coordinate: string, missing: string[]) => ({
  message: 'refused',
  path: ['contacts'],
  extensions: {
    code: 'MISSING_SCOPES',
    ...{ installationId, coordinate, requiredScopes: [missing], missingScopes: missing },
    remedy: { mutation: 'connectHubSpot', input: { installationId, scopes: ['oauth', ...missing] } },
  },
});

it('shows a button that connects', () => {
  expect(render(<ConnectHubSpot />)).toBe('<button aria-busy="false" type="button">Connect HubSpot</button>');
  expect(render(<ConnectHubSpot className="primary">Connect another portal</ConnectHubSpot>)).toBe(
    '<button aria-busy="false" class="primary" type="button">Connect another portal</button>',
  );
});

it('shows one button for each portal, with all scopes that it lacks', () => {
  const errors = [
    refusal('Installation:1', 'Contact.deals', ['crm.objects.deals.read']),
    refusal('Installation:2', 'Crm.owners', ['crm.objects.owners.read']),
    refusal('Installation:1', 'Contact.owner', ['crm.objects.owners.read']),
  ];
  expect(render(<MissingScopes of={{ data: {}, errors }} />)).toBe(
    '<button aria-busy="false" type="button">Allow reading deals and reading owners in HubSpot</button>' +
      '<button aria-busy="false" type="button">Allow reading owners in HubSpot</button>',
  );
  expect(render(<MissingScopes of={errors}>{({ coordinates }) => coordinates.join()}</MissingScopes>)).toBe(
    '<button aria-busy="false" type="button">Contact.deals,Contact.owner</button>' +
      '<button aria-busy="false" type="button">Crm.owners</button>',
  );
  expect(render(<MissingScopes of={undefined} />)).toBe('');
});

it('shows what was remembered', () => {
  refusals.remember('Deals', [refusal('Installation:1', 'Contact.custom', ['crm.schemas.custom.read'])]);
  expect(render(<Remembered />)).toContain('Allow crm.schemas.custom.read in HubSpot');
});

it('says what a hook needs', () => {
  expect(() => renderToStaticMarkup(<Outside />)).toThrow('useHubSpotConnection needs a <HubSpotProvider> around it');
});
