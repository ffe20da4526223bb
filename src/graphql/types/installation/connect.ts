import type { ScopeRequirement } from '../../../crm/scopes.ts';
import { GatewayError } from '../../../errors.ts';
import type { StartedFlow } from '../../../installations/connect.ts';
import type { Installation } from '../../../storage/installation-store.ts';
import { requirementsOf } from '../../analysis/required-scopes.ts';
import { builder } from '../../builder.ts';
import type { GatewayContext } from '../../context.ts';
import { requireInstallation } from '../../ids/require-installation.ts';
import { InstallationRef } from '../../refs.ts';

/** More than any frontend sends at once; their size is bounded apart. */
const MAX_DOCUMENTS = 200;

const ConnectHubSpotInput = builder.inputType('ConnectHubSpotInput', {
  description: 'What to ask a portal for, and where the browser goes afterwards.',
  fields: (t) => ({
    scopes: t.stringList({
      description:
        'HubSpot scopes to ask for. Those that the app registered as required are always asked for; left out: nothing else.',
    }),
    optionalScopes: t.stringList({
      description:
        'HubSpot scopes that the portal may withhold. Left out: those that the app registered as optional; none with `documents` or `installationId`.',
    }),
    documents: t.stringList({
      description: `Operations that the frontend will send, up to ${MAX_DOCUMENTS} documents: the least scopes that they need are asked for, and no optional ones beside them unless \`optionalScopes\` says so.`,
    }),
    installationId: t.id({
      description:
        'Global id of an installation to connect again, or to ask for more: what it granted is asked for again, too. Left out: any portal.',
    }),
    returnTo: t.string({
      description:
        'Where the browser goes afterwards: an absolute URL that the gateway is configured to allow. Left out: a page of the gateway.',
    }),
  }),
});

const ConnectHubSpotPayload = builder.objectRef<StartedFlow>('ConnectHubSpotPayload').implement({
  description: 'Where to send the browser.',
  fields: (t) => ({
    authorizeUrl: t.exposeString('authorizeUrl', { description: "URL of HubSpot's consent page, for one flow." }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'When the flow ends: after this it must be started again.',
      resolve: ({ expiresAt }) => expiresAt,
    }),
    scopes: t.stringList({
      description: 'HubSpot scopes that are asked for as required.',
      resolve: ({ scopes }) => [...scopes],
    }),
    optionalScopes: t.stringList({
      description: 'HubSpot scopes that are asked for as optional.',
      resolve: ({ optionalScopes }) => [...optionalScopes],
    }),
  }),
});

const CompletePayload = builder.objectRef<Installation>('CompleteHubSpotConnectionPayload').implement({
  description: 'The installation that is now connected.',
  fields: (t) => ({
    installation: t.field({
      type: InstallationRef,
      description: 'The installation, as it is now.',
      resolve: (installation) => installation,
    }),
  }),
});

builder.mutationField('connectHubSpot', (t) =>
  t.field({
    type: ConnectHubSpotPayload,
    nullable: true,
    permission: 'hubspot:connect',
    description:
      'Starts connecting a HubSpot portal. The answer sets a cookie that binds the flow to this browser: send the request with credentials.',
    args: {
      input: t.arg({
        type: ConnectHubSpotInput,
        description: 'What to ask for. Left out: the configured scopes, of any portal.',
      }),
    },
    async resolve(_root, { input }, context) {
      // What is asked for is what was granted and more: of a grant as it stands now.
      const installation =
        input?.installationId == null ? undefined : await requireInstallation(context, input.installationId);
      const started = context.connect.start(owner(context), {
        scopes: input?.scopes ?? undefined,
        optionalScopes: input?.optionalScopes ?? undefined,
        needs: input?.documents ? await needsOf(context, input.documents) : undefined,
        returnTo: input?.returnTo ?? undefined,
        installation: installation && (await context.connectors.currentOf(installation)),
      });
      const flow = await context.operation.untilStored(started);
      context.responseCookies.push(flow.cookie);
      return flow;
    },
  }),
);

builder.mutationField('completeHubSpotConnection', (t) =>
  t.field({
    type: CompletePayload,
    nullable: true,
    permission: 'hubspot:connect',
    description:
      'Completes a flow whose browser came back without its cookie. Only the viewer who started it may; any other spends the handle.',
    args: {
      connection: t.arg.string({ required: true, description: 'The handle: `connection` of the return URL.' }),
    },
    async resolve(_root, { connection }, context) {
      const installation = await context.operation.until(context.connect.complete(owner(context), connection));
      context.connectors.forget();
      return installation;
    },
  }),
);

async function needsOf(context: GatewayContext, documents: readonly string[]): Promise<readonly ScopeRequirement[]> {
  if (documents.length > MAX_DOCUMENTS) {
    throw new GatewayError('BAD_USER_INPUT', `documents may hold ${MAX_DOCUMENTS} documents.`, {
      argument: 'documents',
    });
  }
  const needs: ScopeRequirement[] = [];
  for (const document of new Set(documents)) {
    const operations = await context.documents.operations(document, 'documents', context);
    needs.push(...operations.flatMap(requirementsOf).map(({ anyOf }) => anyOf));
  }
  return needs;
}

function owner({ viewer }: GatewayContext) {
  return { tenantId: viewer.tenantId, viewerId: viewer.id };
}
