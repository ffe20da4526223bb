import { type Access, accessTo, leastScopes, type RefusedField } from '../../../connector/access.ts';
import { MAX_CALLS } from '../../../connector/start-operation.ts';
import type { Remedy } from '../../../errors.ts';
import type { ExecutableOperation } from '../../analysis/operations.ts';
import { estimateCalls } from '../../analysis/query-cost.ts';
import { type FieldRequiredScopes, requirementsOf } from '../../analysis/required-scopes.ts';
import { estimateRows } from '../../analysis/row-estimate.ts';
import { builder } from '../../builder.ts';
import { InstallationRef, QueryRef } from '../../refs.ts';

const FieldScopesRef = builder.objectRef<FieldRequiredScopes>('FieldScopes').implement({
  description: 'The scopes that one field of an operation needs.',
  fields: (t) => ({
    coordinate: t.exposeString('coordinate', {
      description: 'Type and field, such as `Contact.deals`; never an interface.',
    }),
    anyOf: t.field({
      type: t.listRef(['String']),
      description: 'Alternative lists of scopes. The portal must grant all scopes of at least one list.',
      resolve: ({ anyOf }) => anyOf.map((alternative) => [...alternative]),
    }),
  }),
});

const ScopeRequirementRef = builder.objectRef<ExecutableOperation>('ScopeRequirement').implement({
  description: 'The scopes that an operation needs, independent of the grant of a portal.',
  fields: (t) => ({
    scopes: t.stringList({
      description:
        'The smallest set of scopes that is enough, sorted. The choice between equal alternatives is always the same.',
      resolve: (operation) => [...leastScopes(requirementsOf(operation))],
    }),
    fields: t.field({
      type: [FieldScopesRef],
      description:
        'The fields that need scopes, in the order of the document. The scopes of `node(id)` follow from its fragments.',
      resolve: (operation) => [...requirementsOf(operation)],
    }),
  }),
});

const RefusedFieldRef = builder.objectRef<RefusedField>('RefusedField').implement({
  description: 'A field that would be null, and the scopes that it lacks.',
  fields: (t) => ({
    coordinate: t.exposeString('coordinate', {
      description: 'Type and field, such as `Contact.deals`; never an interface.',
    }),
    requiredScopes: t.field({
      type: t.listRef(['String']),
      description: 'Alternative lists of scopes. The portal must grant all scopes of at least one list.',
      resolve: ({ requiredScopes }) => requiredScopes.map((alternative) => [...alternative]),
    }),
    missingScopes: t.stringList({
      description:
        'The scopes that the portal has not granted, of the list in `requiredScopes` with the fewest such scopes.',
      resolve: ({ missingScopes }) => [...missingScopes],
    }),
  }),
});

const RemedyInputRef = builder.objectRef<Remedy['input']>('RemedyInput').implement({
  description: 'The complete `input` of `connectHubSpot`. Send it unchanged.',
  fields: (t) => ({
    installationId: t.id({
      nullable: true,
      description: 'Global id of the installation to connect again. Null when there is none.',
      resolve: ({ installationId }) => installationId ?? null,
    }),
    scopes: t.stringList({
      nullable: true,
      description:
        'Scopes to request: the granted scopes and the missing ones. Null when the configured scopes are enough.',
      resolve: ({ scopes }) => (scopes ? [...scopes] : null),
    }),
  }),
});

const RemedyRef = builder.objectRef<Remedy>('Remedy').implement({
  description: 'The mutation that fixes the error, for example behind a button.',
  fields: (t) => ({
    mutation: t.exposeString('mutation', { description: 'Name of the mutation: always `connectHubSpot`.' }),
    input: t.field({ type: RemedyInputRef, description: 'Its `input`.', resolve: ({ input }) => input }),
  }),
});

const OperationAccessRef = builder
  .objectRef<Access & { readonly maxHubspotCalls: number; readonly maxRows: number }>('OperationAccess')
  .implement({
    description: 'The expected result of an operation in a portal. The gateway computes it without a HubSpot call.',
    fields: (t) => ({
      allowed: t.exposeBoolean('allowed', {
        description: '`true` when the installation is active and its grant has the scopes of all fields.',
      }),
      scopes: t.stringList({
        description: 'The smallest set of scopes that is enough. Granted scopes are preferred.',
        resolve: ({ scopes }) => [...scopes],
      }),
      missingScopes: t.stringList({
        description: 'The `scopes` that the portal has not granted.',
        resolve: ({ missingScopes }) => [...missingScopes],
      }),
      refusedFields: t.field({
        type: [RefusedFieldRef],
        description: 'Fields that would be null, in the order of the document.',
        resolve: ({ refusedFields }) => [...refusedFields],
      }),
      maxHubspotCalls: t.exposeInt('maxHubspotCalls', {
        description:
          'An upper bound of the HubSpot calls of the operation, with the largest page sizes for variables and an empty cache. The gateway stops an operation at 50 calls. Reads that all viewers share do not count towards this limit, but are included here: owners, pipelines and definitions. Owners need one call per 100 owners. Until the gateway knows the number of owners, they count as 200 calls. When the grant has shrunk in HubSpot, the gateway repeats the refused reads once, within the same limit.',
      }),
      maxRows: t.exposeInt('maxRows', {
        description:
          'An upper bound of the rows of the answer, with the largest page sizes for variables. Rows are items of connections and values of `properties`. The gateway refuses an operation with more rows than its limit before it reads anything. The default limit is 25000.',
      }),
      remedy: t.field({
        type: RemedyRef,
        nullable: true,
        description: 'The mutation that fixes the refusals. Null when no field is refused.',
        resolve: ({ remedy }) => remedy,
      }),
    }),
  });

const document = 'A GraphQL document with the operation and its fragments, as the frontend sends it.';
const operationName = 'Name of the operation. Required only when the document has several operations.';

builder.objectField(QueryRef, 'requiredScopes', (t) =>
  t.field({
    type: ScopeRequirementRef,
    nullable: true,
    description:
      'The HubSpot scopes that an operation needs. Needs no portal and no HubSpot call. Null when the document is invalid.',
    args: {
      document: t.arg.string({ required: true, description: document }),
      operationName: t.arg.string({ description: operationName }),
    },
    resolve: (_root, args, context) => context.documents.operation(args, context),
  }),
);

builder.objectField(InstallationRef, 'access', (t) =>
  t.field({
    type: OperationAccessRef,
    nullable: true,
    description:
      'A dry run of an operation in this portal: the refused fields and the missing scopes. Needs no HubSpot call. Null when the document is invalid.',
    args: {
      document: t.arg.string({ required: true, description: document }),
      operationName: t.arg.string({ description: operationName }),
    },
    async resolve(installation, args, context) {
      const operation = await context.documents.operation(args, context);
      const requirements = requirementsOf(operation);
      const known = accessTo(installation, requirements);
      const access = known.allowed ? known : accessTo(await context.connectors.currentOf(installation), requirements);
      const owners = context.connectors.mostOwnerCalls(installation);
      const maxHubspotCalls = estimateCalls(operation, { limit: MAX_CALLS, owners });
      return { ...access, maxHubspotCalls, maxRows: toInt(estimateRows(operation)) };
    },
  }),
);

/** The largest value of GraphQL's Int is 2³¹ - 1. */
function toInt(rows: number): number {
  return Math.min(rows, 2 ** 31 - 1);
}
