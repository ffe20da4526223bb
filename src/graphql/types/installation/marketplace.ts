import type { AuthorizedInstall, StartedClaim } from '../../../installations/connect/marketplace.ts';
import { builder } from '../../builder.ts';
import { ownerOf } from '../../context.ts';

const AuthorizeMarketplaceInstallInput = builder.inputType('AuthorizeMarketplaceInstallInput', {
  description: "An install that was started in HubSpot's marketplace.",
  fields: (t) => ({
    returnUrl: t.string({
      required: true,
      description: 'The parameter `returnUrl` with which the gateway has opened the page `INSTALL_URL`.',
    }),
  }),
});

const AuthorizeMarketplaceInstallPayload = builder
  .objectRef<AuthorizedInstall>('AuthorizeMarketplaceInstallPayload')
  .implement({
    description: "The install that HubSpot's marketplace goes on with.",
    fields: (t) => ({
      url: t.exposeString('url', { description: 'URL of HubSpot for this install. Send the browser there.' }),
      expiresAt: t.field({
        type: 'DateTime',
        description: 'The time at which the install expires. Then it must be started again in the marketplace.',
        resolve: ({ expiresAt }) => expiresAt,
      }),
    }),
  });

builder.mutationField('authorizeMarketplaceInstall', (t) =>
  t.field({
    type: AuthorizeMarketplaceInstallPayload,
    nullable: true,
    permission: 'hubspot:connect',
    description:
      "Goes on with an install that was started in HubSpot's marketplace: the portal will belong to the tenant of this viewer. The response sets cookies that bind the install to this browser, so send the request with credentials.",
    args: {
      input: t.arg({
        type: AuthorizeMarketplaceInstallInput,
        required: true,
        description: 'The install to go on with.',
      }),
    },
    async resolve(_root, { input }, context) {
      const install = await context.operation.untilStored(
        context.marketplace.authorize(ownerOf(context), input.returnUrl),
      );
      context.responseCookies.push(...install.cookies);
      return install;
    },
  }),
);

const ClaimMarketplaceInstallInput = builder.inputType('ClaimMarketplaceInstallInput', {
  description: "The claim of an install from HubSpot's marketplace.",
  fields: (t) => ({
    returnTo: t.string({
      description:
        'Absolute URL that the browser returns to. The configuration of the gateway must allow it. Without it: a page of the gateway.',
    }),
  }),
});

const ClaimMarketplaceInstallPayload = builder.objectRef<StartedClaim>('ClaimMarketplaceInstallPayload').implement({
  description: 'The started claim.',
  fields: (t) => ({
    claimUrl: t.exposeString('claimUrl', {
      description: 'URL of the page on which the person chooses the portal. Send the browser there.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'The time at which the claim expires. Then start a new claim.',
      resolve: ({ expiresAt }) => expiresAt,
    }),
  }),
});

builder.mutationField('claimMarketplaceInstall', (t) =>
  t.field({
    type: ClaimMarketplaceInstallPayload,
    nullable: true,
    permission: 'hubspot:connect',
    description:
      "Starts a flow that connects a portal in which the app was installed from HubSpot's marketplace, in this browser and without a viewer. The response sets a cookie that binds the flow to this browser, so send the request with credentials. The browser returns as after `connectHubSpot`.",
    args: {
      input: t.arg({ type: ClaimMarketplaceInstallInput, description: 'The URL for the browser afterwards.' }),
    },
    async resolve(_root, { input }, context) {
      const claim = await context.operation.untilStored(
        context.marketplace.claim(ownerOf(context), input?.returnTo ?? undefined),
      );
      context.responseCookies.push(...claim.cookies);
      return claim;
    },
  }),
);
