import type { Installation } from '../../../storage/installation-store.ts';
import { builder } from '../../builder.ts';
import type { GatewayContext } from '../../context.ts';
import { requireInstallation } from '../../ids/require-installation.ts';
import { InstallationRef } from '../../refs.ts';

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
const SetDefaultInstallationPayload = builder
  .objectRef<{ readonly installation: Installation | undefined }>('SetDefaultInstallationPayload')
  .implement({
    description: "The installation that the viewer's operations mean now when they name none.",
    fields: (t) => ({
      installation: t.field({
        type: InstallationRef,
        nullable: true,
        description: 'The installation. Null when operations have to name one, or none is connected.',
        resolve: ({ installation }) => installation,
      }),
    }),
  });
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
      const installation = await requireInstallation(context, args.installationId);
      // A connector stands for a grant that can be used; there is none for any other.
      await context.connectors.of(installation);
      return changed(context, await context.operation.until(context.lifecycle.refresh(installation)));
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
      const installation = await requireInstallation(context, args.installationId);
      const disconnected = context.lifecycle.disconnect(installation, args.uninstall ?? false);
      return changed(context, await context.operation.untilStored(disconnected));
    },
  }),
);

builder.mutationField('setDefaultInstallation', (t) =>
  t.field({
    type: SetDefaultInstallationPayload,
    nullable: true,
    permission: 'hubspot:read',
    description:
      'Chooses the installation that operations of this viewer mean when they name none. The choice is stored; other viewers keep theirs. While the installation is disconnected, the choice has no effect.',
    args: {
      installationId: t.arg.id({ description: `${installationId} Null, or left out: the choice is taken back.` }),
    },
    async resolve(_root, args, context) {
      const { viewer, operation, lifecycle, connectors } = context;
      const installation =
        args.installationId == null ? undefined : await requireInstallation(context, args.installationId);
      const { id: viewerId, tenantId } = viewer;
      await operation.untilStored(lifecycle.setDefault({ tenantId, viewerId }, installation));
      connectors.forget();
      return { installation: await connectors.defaultInstallation() };
    },
  }),
);

function changed({ connectors }: GatewayContext, installation: Installation): Installation {
  connectors.forget();
  return installation;
}
