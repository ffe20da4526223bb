import { builder } from '../builder.ts';
import type { Viewer } from '../context.ts';
import { QueryRef } from '../refs.ts';

const ViewerRef = builder.objectRef<Viewer>('Viewer').implement({
  description: 'Who calls: a user of one tenant, as the bearer JWT says.',
  fields: (t) => ({
    id: t.exposeID('id', { description: "The JWT's `sub`." }),
    tenantId: t.exposeID('tenantId', { description: 'The tenant, from the claim that the gateway is configured for.' }),
    permissions: t.exposeStringList('permissions', {
      description: 'What the viewer may do at the gateway: `hubspot:read`, `hubspot:write`, `hubspot:connect`.',
    }),
  }),
});

builder.objectField(QueryRef, 'viewer', (t) =>
  t.field({ type: ViewerRef, description: 'Who calls.', resolve: (_root, _args, { viewer }) => viewer }),
);
