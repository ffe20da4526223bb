import { builder } from '../../builder.ts';
import type { Viewer } from '../../context.ts';
import { QueryRef } from '../../refs.ts';

const ViewerRef = builder.objectRef<Viewer>('Viewer').implement({
  description: 'Who calls: a user of one tenant, as the bearer JWT says.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the user: `sub` of the JWT.' }),
    tenantId: t.exposeID('tenantId', {
      description: 'Tenant of the user, from the claim of the JWT that the gateway is configured for.',
    }),
    permissions: t.exposeStringList('permissions', {
      description:
        'What the viewer may do at the gateway, from `scope` of the JWT: `hubspot:read`, `hubspot:write`, `hubspot:connect`. Not HubSpot scopes.',
    }),
  }),
});

builder.objectField(QueryRef, 'viewer', (t) =>
  t.field({
    type: ViewerRef,
    description: 'Who calls: the user and tenant of the bearer JWT.',
    resolve: (_root, _args, { viewer }) => viewer,
  }),
);
