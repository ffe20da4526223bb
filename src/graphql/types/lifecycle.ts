import type { Installation } from '../../storage/installation-store.ts';
import { builder } from '../builder.ts';
import type { GatewayContext } from '../context.ts';
import { named } from '../named-installation.ts';
import { InstallationRef } from '../refs.ts';

/** A payload that shows the installation as it is after the mutation. */
function payload(name: string, description: string) {
  return builder.objectRef<Installation>(name).implement({
    description,
    fields: (t) => ({
      installation: t.field({
        type: InstallationRef,
        description: 'The installation, as it is now.',
        resolve: (installation) => installation,
      }),
    }),
  });
}

const RefreshInstallationPayload = payload(
  'RefreshInstallationPayload',
  'The installation with an access token that is new, or younger than a minute.',
);
const DisconnectInstallationPayload = payload('DisconnectInstallationPayload', 'The installation without its tokens.');
const installationId = 'Global id of the installation.';

builder.mutationField('refreshInstallation', (t) =>
  t.field({
    type: RefreshInstallationPayload,
    nullable: true,
    permission: 'hubspot:connect',
    description:
      'Renews the access token now, unless it is younger than a minute. Nobody needs this in ordinary life: tokens are renewed before they expire.',
    args: { installationId: t.arg.id({ required: true, description: installationId }) },
    async resolve(_root, args, context) {
      const installation = await named(context, args.installationId);
      // A connector stands for a grant that can be used; there is none for any other.
      await context.connectors.of(installation);
      return changed(context, await context.lifecycle.refresh(installation));
    },
  }),
);

builder.mutationField('disconnectInstallation', (t) =>
  t.field({
    type: DisconnectInstallationPayload,
    nullable: true,
    permission: 'hubspot:connect',
    description:
      'Erases the tokens at once and has HubSpot revoke them in the background. Connecting again restores the installation.',
    args: {
      installationId: t.arg.id({ required: true, description: installationId }),
      uninstall: t.arg.boolean({
        defaultValue: false,
        description:
          'Also uninstall the app from the portal, for every tenant that connected it. Its admins get an e-mail from HubSpot.',
      }),
    },
    async resolve(_root, args, context) {
      const installation = await named(context, args.installationId);
      return changed(context, await context.lifecycle.disconnect(installation, args.uninstall ?? false));
    },
  }),
);

function changed({ connectors }: GatewayContext, installation: Installation): Installation {
  connectors.forget();
  return installation;
}
