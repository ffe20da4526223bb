import type { InstallationStatus, InstallationStatusReason } from '../../storage/installation-store.ts';
import { builder } from '../builder.ts';
import { CrmRef, InstallationRef, QueryRef } from '../refs.ts';

const Status = builder.enumType('InstallationStatus', {
  description: 'Whether the grant of an installation can be used.',
  values: {
    ACTIVE: { description: 'Answers.' },
    REAUTHORIZATION_REQUIRED: { description: 'HubSpot does not accept the grant any more: connect again.' },
    DISCONNECTED: { description: 'Disconnected by a viewer; connecting again restores the same installation.' },
  } satisfies Record<InstallationStatus, object>,
});

const StatusReason = builder.enumType('InstallationStatusReason', {
  description: 'Why an installation is not active.',
  values: {
    REVOKED: { description: 'HubSpot says that the grant is invalid.' },
    LOST_ROTATION: { description: 'HubSpot replaced the refresh token while the answer was lost.' },
    UNINSTALLED: { description: 'The app was uninstalled in HubSpot.' },
    DISCONNECTED_BY_VIEWER: { description: 'A viewer disconnected it here.' },
  } satisfies Record<InstallationStatusReason, object>,
});

builder.objectType(InstallationRef, {
  description: 'The stored fact that the app is installed in one HubSpot portal for this tenant.',
  interfaces: [builder.nodeInterfaceRef(), CrmRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Global id. It stays when the portal is connected again.' }),
    hubId: t.id({ description: "The portal's number.", resolve: ({ hubId }) => String(hubId) }),
    hubDomain: t.exposeString('hubDomain', { nullable: true, description: "The portal's domain, as HubSpot told it." }),
    status: t.field({ type: Status, description: 'Whether the grant can be used.', resolve: ({ status }) => status }),
    statusReason: t.field({
      type: StatusReason,
      nullable: true,
      description: 'Why the installation is not active; null when it is.',
      resolve: ({ statusReason }) => statusReason,
    }),
    grantedScopes: t.stringList({
      description: 'HubSpot scopes that this portal granted, sorted.',
      resolve: ({ grantedScopes }) => [...grantedScopes].sort(),
    }),
    missingScopes: t.stringList({
      description: 'Scopes that are configured as required and that this portal has not granted.',
      resolve: ({ grantedScopes }, _args, { requiredScopes }) =>
        requiredScopes.filter((scope) => !grantedScopes.includes(scope)),
    }),
    installedBy: t.exposeString('installedBy', {
      nullable: true,
      description: 'E-mail address of the person who consented.',
    }),
    connectedAt: t.field({
      type: 'DateTime',
      description: 'When consent was last given.',
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
      description: 'When the current access token expires; it is renewed before. Null when there is none.',
      async resolve(installation, _args, { connectors }) {
        const expiry = await connectors.tokenExpiry(installation);
        return expiry === undefined ? null : new Date(expiry);
      },
    }),
  }),
});

builder.objectField(QueryRef, 'installation', (t) =>
  t.field({
    type: InstallationRef,
    nullable: true,
    permission: 'hubspot:read',
    description: 'One installation; without an id the only one that is not disconnected. Null when there is none.',
    args: { id: t.arg.id({ description: 'Global id of an installation.' }) },
    resolve: async (_root, { id }, { connectors }) =>
      (await (id == null ? connectors.onlyInstallation() : connectors.installation(id))) ?? null,
  }),
);

builder.objectField(QueryRef, 'installations', (t) =>
  t.field({
    type: [InstallationRef],
    permission: 'hubspot:read',
    description: "All of the tenant's installations, the disconnected ones included; the oldest first.",
    resolve: async (_root, _args, { connectors }) => [...(await connectors.installations())],
  }),
);
