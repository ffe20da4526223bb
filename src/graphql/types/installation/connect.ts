import type { ScopeRequirement } from '../../../crm/scopes.ts';
import { GatewayError } from '../../../errors.ts';
import type { StartedFlow } from '../../../installations/connect/connect.ts';
import type { Installation } from '../../../storage/installation.ts';
import { requirementsOf } from '../../analysis/required-scopes.ts';
import { builder } from '../../builder.ts';
import { type GatewayContext, ownerOf } from '../../context.ts';
import { inputOf, REPLACED_BY_INPUT } from '../../ids/input-of.ts';
import { requireInstallation } from '../../ids/require-installation.ts';
import { InstallationRef } from '../../refs.ts';

/** The most documents in one request. Their tokens have a limit of their own. */
const MAX_DOCUMENTS = 200;

const ConnectHubSpotInput = builder.inputType('ConnectHubSpotInput', {
  description: 'The scopes to request from a portal, and the URL for the browser afterwards.',
  fields: (t) => ({
    scopes: t.stringList({
      description: 'HubSpot scopes to request, in addition to the scopes that the app has registered as required.',
    }),
    optionalScopes: t.stringList({
      description:
        'HubSpot scopes that the portal can refuse to grant. Without it: the scopes that the app has registered as optional, or none with `documents` or `installationId`.',
    }),
    documents: t.stringList({
      description: `Operations that the frontend will send, up to ${MAX_DOCUMENTS} documents. The gateway requests the smallest set of scopes that they need, and no optional scopes except \`optionalScopes\`.`,
    }),
    installationId: t.id({
      description:
        'Global id of an installation to connect again, or to request more scopes for. The gateway also requests the scopes that it has granted. Without it: any portal.',
    }),
    returnTo: t.string({
      description:
        'Absolute URL that the browser returns to. The configuration of the gateway must allow it. Without it: a page of the gateway.',
    }),
  }),
});

const ConnectHubSpotPayload = builder.objectRef<StartedFlow>('ConnectHubSpotPayload').implement({
  description: 'The started connect flow.',
  fields: (t) => ({
    authorizeUrl: t.exposeString('authorizeUrl', {
      description: "URL of HubSpot's consent page for this flow. Send the browser there.",
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'The time at which the flow expires. Then start a new flow.',
      resolve: ({ expiresAt }) => expiresAt,
    }),
    scopes: t.stringList({
      description: 'HubSpot scopes that the flow requests as required.',
      resolve: ({ scopes }) => [...scopes],
    }),
    optionalScopes: t.stringList({
      description: 'HubSpot scopes that the flow requests as optional.',
      resolve: ({ optionalScopes }) => [...optionalScopes],
    }),
  }),
});

const connectionHandle = 'The handle from the parameter `connection` of the return URL.';
const CompleteHubSpotConnectionInput = builder.inputType('CompleteHubSpotConnectionInput', {
  description: 'The flow whose browser returned without its cookie.',
  fields: (t) => ({ connection: t.string({ required: true, description: connectionHandle }) }),
});

const CompletePayload = builder.objectRef<Installation>('CompleteHubSpotConnectionPayload').implement({
  description: 'The installation that is now connected.',
  fields: (t) => ({
    installation: t.field({
      type: InstallationRef,
      description: 'The installation after the mutation.',
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
      'Starts a flow that connects a HubSpot portal. The response sets a cookie that binds the flow to this browser, so send the request with credentials.',
    args: {
      input: t.arg({
        type: ConnectHubSpotInput,
        description: 'The scopes to request. Without it: the configured scopes, of any portal.',
      }),
    },
    async resolve(_root, { input }, context) {
      // The flow also requests the granted scopes, so the grant must be current.
      const installation =
        input?.installationId == null ? undefined : await requireInstallation(context, input.installationId);
      const started = context.connect.start(ownerOf(context), {
        scopes: input?.scopes ?? undefined,
        optionalScopes: input?.optionalScopes ?? undefined,
        needs: input?.documents ? await needsOf(context, input.documents) : undefined,
        returnTo: input?.returnTo ?? undefined,
        installation: installation && (await context.connectors.currentOf(installation)),
      });
      const flow = await context.operation.untilStored(started);
      context.responseCookies.push(...flow.cookies);
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
      'Completes a flow whose browser returned without its cookie. Only the viewer who started the flow can complete it. A call by another viewer makes the handle invalid.',
    args: {
      input: t.arg({ type: CompleteHubSpotConnectionInput, description: 'The flow. Required.' }),
      connection: t.arg.string({ description: connectionHandle, deprecationReason: REPLACED_BY_INPUT }),
    },
    async resolve(_root, { input, ...older }, context) {
      const { connection } = inputOf(input, older, 'connection');
      const installation = await context.operation.until(context.connect.complete(ownerOf(context), connection));
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
