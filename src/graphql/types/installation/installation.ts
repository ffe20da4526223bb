import { plainScope } from '../../../lib/plain-scope.ts';
import type { Installation, InstallationStatus, InstallationStatusReason } from '../../../storage/installation.ts';
import { builder } from '../../builder.ts';
import { CrmRef, InstallationRef, QueryRef } from '../../refs.ts';

const Status = builder.enumType('InstallationStatus', {
  description: 'Whether the gateway can read and write the portal of an installation.',
  values: {
    ACTIVE: { description: 'HubSpot accepts the grant.' },
    REAUTHORIZATION_REQUIRED: {
      description: 'HubSpot no longer accepts the grant. Connect again with `connectHubSpot`.',
    },
    DISCONNECTED: { description: 'A viewer disconnected the installation. Connecting again restores it.' },
  } satisfies Record<InstallationStatus, object>,
});

const StatusReason = builder.enumType('InstallationStatusReason', {
  description: 'The reason why an installation is not active.',
  values: {
    REVOKED: { description: 'HubSpot reports that the grant is invalid, for example after the app was uninstalled.' },
    LOST_ROTATION: {
      description: "HubSpot replaced the refresh token, but the gateway did not receive HubSpot's answer.",
    },
    UNINSTALLED: { description: 'The app was uninstalled from the portal.' },
    DISCONNECTED_BY_VIEWER: { description: 'A viewer disconnected the installation with `disconnectInstallation`.' },
  } satisfies Record<InstallationStatusReason, object>,
});

builder.objectType(InstallationRef, {
  description:
    'The connection of this tenant to one HubSpot portal, or that of this viewer alone, with the scopes that the portal has granted.',
  interfaces: [builder.nodeInterfaceRef(), CrmRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Global id. It does not change when the portal is connected again.' }),
    hubId: t.id({
      description: "HubSpot's id of the portal.",
      resolve: ({ hubId }) => String(hubId),
    }),
    isUserLevel: t.boolean({
      description:
        'Whether the app of the gateway is a user-level app: the installation belongs to this viewer alone, and HubSpot answers with the rights of the person who gave consent. Otherwise all viewers of the tenant share it.',
      resolve: ({ viewerId }) => viewerId !== null,
    }),
    hubDomain: t.exposeString('hubDomain', {
      nullable: true,
      description: "The portal's domain when it was connected. Null when HubSpot did not return it.",
    }),
    status: t.field({
      type: Status,
      description: 'Whether the gateway can read and write the portal.',
      resolve: ({ status }) => status,
    }),
    statusReason: t.field({
      type: StatusReason,
      nullable: true,
      description: 'The reason why the installation is not active. Null when it is active.',
      resolve: ({ statusReason }) => statusReason,
    }),
    grantedScopes: t.stringList({
      nullable: true,
      description: 'HubSpot scopes that this portal has granted, sorted.',
      resolve: async (installation, _args, { connectors }) =>
        (await connectors.currentOf(installation)).grantedScopes.toSorted(),
    }),
    missingScopes: t.stringList({
      nullable: true,
      description:
        'HubSpot scopes that the configuration of the gateway requires and that this portal has not granted.',
      async resolve(installation, _args, { connectors, requiredScopes }) {
        const missingOf = ({ grantedScopes }: Installation) => {
          const granted = new Set(grantedScopes.map(plainScope));
          return requiredScopes.filter((scope) => !granted.has(plainScope(scope)));
        };
        const missing = missingOf(installation);
        return missing.length > 0 ? missingOf(await connectors.currentOf(installation)) : missing;
      },
    }),
    isDefault: t.boolean({
      nullable: true,
      description:
        "Whether the viewer's operations use this installation when they name none: the viewer has chosen it with `setDefaultInstallation`, or no other installation is connected. Null only when the gateway's database does not answer.",
      resolve: async ({ id }, _args, { connectors }) => (await connectors.defaultInstallation())?.id === id,
    }),
    installedBy: t.exposeString('installedBy', {
      nullable: true,
      description: 'E-mail address of the HubSpot user who last gave consent. Null when HubSpot did not return it.',
    }),
    connectedAt: t.field({
      type: 'DateTime',
      description: 'The time of the last connection of the portal.',
      resolve: ({ connectedAt }) => new Date(connectedAt),
    }),
    updatedAt: t.field({
      type: 'DateTime',
      description: 'The time of the last change of the installation.',
      resolve: ({ updatedAt }) => new Date(updatedAt),
    }),
    accessTokenExpiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'The expiry time of the access token. The gateway refreshes a token in use before it expires. Null when there is no token, for example when the installation is not active.',
      async resolve(installation, _args, { connectors }) {
        const expiry = await connectors.tokenExpiry(installation);
        return expiry === undefined ? null : new Date(expiry);
      },
    }),
    pausedUntil: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'The end of a pause that HubSpot requested for this portal, for example because the daily limit is used up or HubSpot is migrating the portal. During the pause, the gateway sends one call per minute to find out whether it has ended. Null without a pause. Each replica of the gateway knows only the pauses that it has received itself.',
      resolve(installation, _args, { connectors }) {
        const until = connectors.pausedUntil(installation);
        return until === undefined ? null : new Date(until);
      },
    }),
  }),
});

builder.objectField(QueryRef, 'installation', (t) =>
  t.field({
    type: InstallationRef,
    nullable: true,
    permission: 'hubspot:read',
    description:
      "One installation by its id. Without `id`: the viewer's default, else the only installation that is not disconnected. Null when there is none.",
    args: { id: t.arg.id({ description: 'Global id of an installation.' }) },
    resolve: async (_root, { id }, { connectors }) =>
      (await (id == null ? connectors.onlyInstallation() : connectors.installation(id))) ?? null,
  }),
);

builder.objectField(QueryRef, 'installations', (t) =>
  t.field({
    type: [InstallationRef],
    nullable: true,
    permission: 'hubspot:read',
    description:
      'All installations of the tenant and of the viewer, also the disconnected ones, oldest first. Those of other viewers are not in the list.',
    resolve: async (_root, _args, { connectors }) => [...(await connectors.current())],
  }),
);
