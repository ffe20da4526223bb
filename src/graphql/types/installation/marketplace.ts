import type { AuthorizedInstall } from '../../../installations/connect/marketplace.ts';
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
