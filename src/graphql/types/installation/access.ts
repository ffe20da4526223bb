import { type Access, accessTo, leastScopes, type RefusedField } from '../../../connector/access.ts';
import { MAX_CALLS } from '../../../connector/start-operation.ts';
import type { Remedy } from '../../../errors.ts';
import type { ExecutableOperation } from '../../analysis/executable-operation.ts';
import { estimateCalls } from '../../analysis/query-cost.ts';
import { type FieldRequiredScopes, requirementsOf } from '../../analysis/required-scopes.ts';
import { estimateRows } from '../../analysis/row-estimate.ts';
import { builder } from '../../builder.ts';
import { InstallationRef, QueryRef } from '../../refs.ts';

const FieldScopesRef = builder.objectRef<FieldRequiredScopes>('FieldScopes').implement({
  description: 'What one field of an operation needs.',
  fields: (t) => ({
    coordinate: t.exposeString('coordinate', {
      description: 'Type and field, such as `Contact.deals`; never an interface.',
    }),
    anyOf: t.field({
      type: t.listRef(['String']),
      description: 'Every scope of at least one inner list must be granted.',
      resolve: ({ anyOf }) => anyOf.map((alternative) => [...alternative]),
    }),
  }),
});

const ScopeRequirementRef = builder.objectRef<ExecutableOperation>('ScopeRequirement').implement({
  description: 'What an operation needs of a portal, whatever the portal granted.',
  fields: (t) => ({
    scopes: t.stringList({
      description:
        'The smallest set of scopes that is enough, sorted. Where alternatives are equal, always the same one.',
      resolve: (operation) => [...leastScopes(requirementsOf(operation))],
    }),
    fields: t.field({
      type: [FieldScopesRef],
      description:
        'The fields that need scopes, in the order of the document. What `node(id)` needs is told by the fragments on it.',
      resolve: (operation) => [...requirementsOf(operation)],
    }),
  }),
});

const RefusedFieldRef = builder.objectRef<RefusedField>('RefusedField').implement({
  description: 'A field that would be null, and why.',
  fields: (t) => ({
    coordinate: t.exposeString('coordinate', {
      description: 'Type and field, such as `Contact.deals`; never an interface.',
    }),
    requiredScopes: t.field({
      type: t.listRef(['String']),
      description: 'Every scope of at least one inner list must be granted.',
      resolve: ({ requiredScopes }) => requiredScopes.map((alternative) => [...alternative]),
    }),
    missingScopes: t.stringList({
      description: 'What the portal has not granted of the list in `requiredScopes` that lacks the least.',
      resolve: ({ missingScopes }) => [...missingScopes],
    }),
  }),
});

const RemedyInputRef = builder.objectRef<Remedy['input']>('RemedyInput').implement({
  description: 'The whole `input` of `connectHubSpot`, to be sent as it is.',
  fields: (t) => ({
    installationId: t.id({
      nullable: true,
      description: 'Global id of the installation to connect again. Null where there is none to name.',
      resolve: ({ installationId }) => installationId ?? null,
    }),
    scopes: t.stringList({
      nullable: true,
      description:
        'Scopes to ask for: those that are granted and those that are missing. Null where the configured ones do.',
      resolve: ({ scopes }) => (scopes ? [...scopes] : null),
    }),
  }),
});

const RemedyRef = builder.objectRef<Remedy>('Remedy').implement({
  description: 'What mends a refusal: the mutation behind a button.',
  fields: (t) => ({
    mutation: t.exposeString('mutation', { description: 'Name of the mutation: always `connectHubSpot`.' }),
    input: t.field({ type: RemedyInputRef, description: 'Its `input`.', resolve: ({ input }) => input }),
  }),
});

const OperationAccessRef = builder
  .objectRef<Access & { readonly maxHubspotCalls: number; readonly maxRows: number }>('OperationAccess')
  .implement({
    description: 'How an operation would fare in a portal. Nothing is called to find out.',
    fields: (t) => ({
      allowed: t.exposeBoolean('allowed', {
        description: '`true` when every field would be answered: the installation is active and grants enough.',
      }),
      scopes: t.stringList({
        description: 'The smallest set of scopes that is enough, what is granted being preferred.',
        resolve: ({ scopes }) => [...scopes],
      }),
      missingScopes: t.stringList({
        description: 'Those of `scopes` that the portal has not granted.',
        resolve: ({ missingScopes }) => [...missingScopes],
      }),
      refusedFields: t.field({
        type: [RefusedFieldRef],
        description: 'Fields that would be null, in the order of the document.',
        resolve: ({ refusedFields }) => [...refusedFields],
      }),
      maxHubspotCalls: t.exposeInt('maxHubspotCalls', {
        description:
          'How many HubSpot calls the operation may take at most, with page sizes in variables at their largest and nothing cached. The gateway ends an operation at 50 calls of its own. What is read once for all viewers comes on top: owners, pipelines and definitions. Owners take a call for each hundred; while the gateway has not read how many there are, they count as 200 calls. When a grant turns out to have shrunk at HubSpot, what was refused for it is read once more, within the same limit.',
      }),
      maxRows: t.exposeInt('maxRows', {
        description:
          'How many rows the operation may answer with at most: items of connections and values of `properties`, with page sizes in variables at their largest. The gateway refuses an operation that asks for more than its limit, 25000 unless it is configured otherwise, before anything is read.',
      }),
      remedy: t.field({
        type: RemedyRef,
        nullable: true,
        description: 'What mends the refusals. Null when there is nothing to mend.',
        resolve: ({ remedy }) => remedy,
      }),
    }),
  });

const document = 'A GraphQL document with the operation and its fragments, as the frontend sends it.';
const operationName = 'Which operation of the document; needed only when it has several.';

builder.objectField(QueryRef, 'requiredScopes', (t) =>
  t.field({
    type: ScopeRequirementRef,
    nullable: true,
    description:
      'The HubSpot scopes that an operation needs. Needs no portal and calls nothing. Null when the document is refused.',
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
      'A dry run: which fields of an operation this portal would answer, and what is missing. Calls nothing. Null when the document is refused.',
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

/** GraphQL's Int ends at 2³¹ - 1. */
function toInt(rows: number): number {
  return Math.min(rows, 2 ** 31 - 1);
}
