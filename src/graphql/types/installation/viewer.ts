import { builder } from '../../builder.ts';
import type { Viewer } from '../../context.ts';
import { QueryRef } from '../../refs.ts';

const ViewerRef = builder.objectRef<Viewer>('Viewer').implement({
  description: 'The user who sent the request, from the bearer JWT.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the user: `sub` of the JWT.' }),
    tenantId: t.exposeID('tenantId', {
      description: "The user's tenant, from the JWT claim that the gateway is configured for.",
    }),
    permissions: t.exposeStringList('permissions', {
      description:
        "The viewer's permissions at the gateway, from `scope` of the JWT: `hubspot:read`, `hubspot:write`, `hubspot:erase`, `hubspot:connect`. They are not HubSpot scopes.",
    }),
  }),
});

builder.objectField(QueryRef, 'viewer', (t) =>
  t.field({
    type: ViewerRef,
    description: 'The user and tenant of the bearer JWT.',
    resolve: (_root, _args, { viewer }) => viewer,
  }),
);
