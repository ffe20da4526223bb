import type {
  Installation,
  InstallationStatus,
  InstallationStatusReason,
} from '../../../storage/installation-store.ts';
import { builder } from '../../builder.ts';
import { CrmRef, InstallationRef, QueryRef } from '../../refs.ts';

const Status = builder.enumType('InstallationStatus', {
  description: 'Whether the portal of an installation can be read and written.',
  values: {
    ACTIVE: { description: 'HubSpot accepts the grant: fields answer.' },
    REAUTHORIZATION_REQUIRED: {
      description: 'HubSpot does not accept the grant any more: connect again, with `connectHubSpot`.',
    },
    DISCONNECTED: { description: 'Disconnected by a viewer; connecting again restores the same installation.' },
  } satisfies Record<InstallationStatus, object>,
});

const StatusReason = builder.enumType('InstallationStatusReason', {
  description: 'Why an installation is not active.',
  values: {
    REVOKED: { description: 'HubSpot says that the grant is invalid, as after somebody uninstalled the app.' },
    LOST_ROTATION: { description: 'HubSpot replaced the refresh token, and its answer was lost on the way.' },
    UNINSTALLED: { description: 'The app was uninstalled from the portal.' },
    DISCONNECTED_BY_VIEWER: { description: 'A viewer disconnected it, with `disconnectInstallation`.' },
  } satisfies Record<InstallationStatusReason, object>,
});

builder.objectType(InstallationRef, {
  description:
    'The stored fact that the app is installed in one HubSpot portal for this tenant, and what that portal granted.',
  interfaces: [builder.nodeInterfaceRef(), CrmRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Global id. It stays the same when the portal is connected again.' }),
    hubId: t.id({
      description: "HubSpot's number of the portal, also called portal id.",
      resolve: ({ hubId }) => String(hubId),
    }),
    hubDomain: t.exposeString('hubDomain', {
      nullable: true,
      description: "The portal's domain, as HubSpot told it when it was connected. Null when HubSpot did not tell.",
    }),
    status: t.field({
      type: Status,
      description: 'Whether the portal can be read and written.',
      resolve: ({ status }) => status,
    }),
    statusReason: t.field({
      type: StatusReason,
      nullable: true,
      description: 'Why the installation is not active. Null when it is.',
      resolve: ({ statusReason }) => statusReason,
    }),
    grantedScopes: t.stringList({
      nullable: true,
      description: 'HubSpot scopes that this portal granted, sorted.',
      resolve: async (installation, _args, { connectors }) =>
        (await connectors.currentOf(installation)).grantedScopes.toSorted(),
    }),
    missingScopes: t.stringList({
      nullable: true,
      description: 'HubSpot scopes that the gateway is configured to require and that this portal has not granted.',
      async resolve(installation, _args, { connectors, requiredScopes }) {
        const missingOf = ({ grantedScopes }: Installation) =>
          requiredScopes.filter((scope) => !grantedScopes.includes(scope));
        const missing = missingOf(installation);
        return missing.length > 0 ? missingOf(await connectors.currentOf(installation)) : missing;
      },
    }),
    isDefault: t.boolean({
      nullable: true,
      description:
        "Whether the viewer's operations mean this installation when they name none: the viewer chose it with `setDefaultInstallation`, or no other one is connected. Null only when the gateway's database does not answer.",
      resolve: async ({ id }, _args, { connectors }) => (await connectors.defaultInstallation())?.id === id,
    }),
    installedBy: t.exposeString('installedBy', {
      nullable: true,
      description: 'E-mail address of the person who last consented in HubSpot. Null when HubSpot did not tell.',
    }),
    connectedAt: t.field({
      type: 'DateTime',
      description: 'When the portal was last connected.',
      resolve: ({ connectedAt }) => new Date(connectedAt),
    }),
    updatedAt: t.field({
      type: 'DateTime',
      description: 'When the installation last changed.',
      resolve: ({ updatedAt }) => new Date(updatedAt),
    }),
    accessTokenExpiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When the access token expires; one that is used is renewed before. Null when there is none, as when the installation is not active.',
      async resolve(installation, _args, { connectors }) {
        const expiry = await connectors.tokenExpiry(installation);
        return expiry === undefined ? null : new Date(expiry);
      },
    }),
    pausedUntil: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        "Until when HubSpot asked not to be called for this portal, as when the day's calls are used up or the portal is being moved; meanwhile one call a minute finds out whether that is over. Null while calls are made. Each replica of the gateway tells what it was told itself.",
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
      "One installation; without `id` the viewer's default, else the only one that is not disconnected. Null when there is none.",
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
    description: "All of the tenant's installations, the disconnected ones included; the oldest first.",
    resolve: async (_root, _args, { connectors }) => [...(await connectors.current())],
  }),
);
