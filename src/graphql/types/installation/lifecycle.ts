import type { Installation } from '../../../storage/installation.ts';
import { builder } from '../../builder.ts';
import type { GatewayContext } from '../../context.ts';
import { inputOf, REPLACED_BY_INPUT } from '../../ids/input-of.ts';
import { requireInstallation } from '../../ids/require-installation.ts';
import { InstallationRef } from '../../refs.ts';

/** A payload with the installation after the mutation. */
function payload(name: string, description: string) {
  return builder.objectRef<Installation>(name).implement({
    description,
    fields: (t) => ({
      installation: t.field({
        type: InstallationRef,
        description: 'The installation after the mutation.',
        resolve: (installation) => installation,
      }),
    }),
  });
}

const RefreshInstallationPayload = payload(
  'RefreshInstallationPayload',
  'The installation with a new access token, or with one that is less than a minute old.',
);
const DisconnectInstallationPayload = payload('DisconnectInstallationPayload', 'The installation without its tokens.');
const SetDefaultInstallationPayload = builder
  .objectRef<{ readonly installation: Installation | undefined }>('SetDefaultInstallationPayload')
  .implement({
    description: "The installation that the viewer's operations now use when they name none.",
    fields: (t) => ({
      installation: t.field({
        type: InstallationRef,
        nullable: true,
        description: 'The installation. Null when operations must name an installation, or none is connected.',
        resolve: ({ installation }) => installation,
      }),
    }),
  });
const installationId = 'Global id of the installation.';
const uninstall =
  'Also uninstalls the app from the portal, for all tenants that have connected it. HubSpot sends an e-mail to the admins of the portal. Not possible for an installation with `isUserLevel`, because it would end the installations of all other people.';

const RefreshInstallationInput = builder.inputType('RefreshInstallationInput', {
  description: 'The installation whose access token the gateway refreshes.',
  fields: (t) => ({ installationId: t.id({ required: true, description: installationId }) }),
});
const DisconnectInstallationInput = builder.inputType('DisconnectInstallationInput', {
  description: 'The installation to disconnect.',
  fields: (t) => ({
    installationId: t.id({ required: true, description: installationId }),
    uninstall: t.boolean({ defaultValue: false, description: uninstall }),
  }),
});
const SetDefaultInstallationInput = builder.inputType('SetDefaultInstallationInput', {
  description: 'The default installation of the viewer.',
  fields: (t) => ({
    installationId: t.id({ description: `${installationId} Null, or no value, removes the default.` }),
  }),
});

builder.mutationField('refreshInstallation', (t) =>
  t.field({
    type: RefreshInstallationPayload,
    nullable: true,
    permission: 'hubspot:connect',
    description:
      'Refreshes the access token now, unless it is less than a minute old. Usually not needed, because the gateway refreshes tokens before they expire.',
    args: {
      input: t.arg({ type: RefreshInstallationInput, description: 'The installation. Required.' }),
      installationId: t.arg.id({ description: installationId, deprecationReason: REPLACED_BY_INPUT }),
    },
    async resolve(_root, { input, ...older }, context) {
      const given = inputOf(input, older, 'installationId');
      const installation = await requireInstallation(context, given.installationId);
      // Throws when the installation is not active.
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
      'Deletes the tokens immediately, and revokes them at HubSpot in the background. Connecting again restores the installation.',
    args: {
      input: t.arg({ type: DisconnectInstallationInput, description: 'The installation. Required.' }),
      installationId: t.arg.id({ description: installationId, deprecationReason: REPLACED_BY_INPUT }),
      uninstall: t.arg.boolean({
        defaultValue: false,
        description: uninstall,
        deprecationReason: REPLACED_BY_INPUT,
      }),
    },
    async resolve(_root, { input, ...older }, context) {
      // Its default is no value of the client.
      const given = inputOf(input, { ...older, uninstall: older.uninstall || undefined }, 'installationId');
      const installation = await requireInstallation(context, given.installationId);
      const disconnected = context.lifecycle.disconnect(installation, given.uninstall ?? false);
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
      "Sets the installation that this viewer's operations use when they name none. The gateway stores the default per viewer. It has no effect while the installation is disconnected.",
    args: {
      input: t.arg({ type: SetDefaultInstallationInput, description: 'Null, or no value, removes the default.' }),
      installationId: t.arg.id({
        description: `${installationId} Null, or no value, removes the default.`,
        deprecationReason: REPLACED_BY_INPUT,
      }),
    },
    async resolve(_root, { input, ...older }, context) {
      const { viewer, operation, lifecycle, connectors } = context;
      const id = input ? inputOf(input, older, 'installationId').installationId : older.installationId;
      const installation = id == null ? undefined : await requireInstallation(context, id);
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
