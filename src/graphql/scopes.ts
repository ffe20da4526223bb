import { BasePlugin, type PothosOutputFieldConfig, type PothosTypeConfig, type SchemaTypes } from '@pothos/core';
import {
  DirectiveLocation,
  GraphQLDirective,
  type GraphQLFieldResolver,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLResolveInfo,
  GraphQLString,
} from 'graphql';
import type { Connector } from '../connector/connector.ts';
import type { RecordConnector } from '../connector/crm-record.ts';
import type { ObjectType } from '../crm/objects.ts';
import type { ScopeRequirement } from '../crm/scopes.ts';
import { andThen, type PromiseOrValue } from '../lib/promise-or-value.ts';
import type { Installation } from '../storage/installation.ts';
import { preflight } from './analysis/required-scopes.ts';
import { contextOf, type GatewayContext } from './context.ts';
import { underCurrentGrant } from './execution/current-grant.ts';
import { installationIdIn } from './ids/require-installation.ts';
import { type ArgumentIds, targetConnector } from './ids/target-portal.ts';

/**
 * Shows in the SDL the scopes that a portal must have granted. Differs from federation's `@requiresScopes`, which
 * concerns
 * the scopes of the client.
 */
export const hubspotScopesDirective = new GraphQLDirective({
  name: 'hubspotScopes',
  description: "The field needs all scopes of at least one inner list in the installation's grant.",
  locations: [DirectiveLocation.FIELD_DEFINITION, DirectiveLocation.OBJECT],
  args: {
    anyOf: {
      description: 'Alternative lists of HubSpot scopes. The grant must have all scopes of at least one list.',
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(GraphQLString))))),
    },
  },
});

/**
 * The parent value of a field that reads a portal: the root, the connector that the plugin selected, or an
 * installation.
 */
export type CrmParent = undefined | object | { readonly connector: Connector } | Installation;

/**
 * The connector of the portal that `parent` belongs to. For a root field with scopes, the plugin below has already put
 * the
 * connector of the portal that the arguments name into `parent`.
 * @throws GatewayError NOT_CONNECTED, INSTALLATION_AMBIGUOUS
 */
export function connectorOf(parent: CrmParent, context: GatewayContext): PromiseOrValue<Connector> {
  if (parent === undefined) return context.connectors.only();
  if ('connector' in parent) return parent.connector;
  return 'hubId' in parent ? context.connectors.of(parent) : context.connectors.only();
}

/** The scopes that a field needs for a value of its argument `objectType`. */
export type ScopesOfType = (objectType: ObjectType) => ScopeRequirement;

/**
 * Option `hubspotScopes` of a field or an object type. The plugin prints it as a directive, adds it to the extensions,
 * and
 * checks it before the resolver runs. Scopes that depend on an argument have no directive.
 */
export class HubspotScopesPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onTypeConfig(type: PothosTypeConfig): PothosTypeConfig {
    const anyOf = type.kind === 'Object' ? type.pothosOptions.hubspotScopes : undefined;
    return anyOf ? { ...type, ...withScopesDirective(type, anyOf) } : type;
  }

  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const anyOf = field.pothosOptions.hubspotScopes;
    return anyOf ? { ...field, ...withScopesDirective(field, anyOf) } : field;
  }

  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    field: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const option = field.pothosOptions.hubspotScopes;
    if (!option) return readsHubspot(field) ? underCurrentGrant(resolver) : resolver;
    const resolveWith = (
      connector: RecordConnector,
      ...[parent, args, context, info]: Parameters<typeof resolver>
    ): unknown => {
      const coordinate = `${info.parentType.name}.${info.fieldName}`;
      if (typeof option === 'function') {
        const requirement = option(Reflect.get(args, 'objectType'));
        if (!connector.granted.satisfies(requirement)) return refuse(connector, requirement, info);
      } else if (preflight(info, connector.granted).refused.has(coordinate)) {
        return refuse(connector, option, info);
      }
      return resolver(parent, args, context, info);
    };
    // Pothos gives plugins the field's options without the types of its arguments.
    const argumentIds = field.pothosOptions.argumentIds as ArgumentIds<object> | undefined;
    return underCurrentGrant((parent, args, context, info) => {
      const { connectors } = contextOf(context);
      const ids = argumentIds?.ids(args) ?? [];
      if (hasConnector(parent)) return parent.connector && resolveWith(parent.connector, parent, args, context, info);
      const granting = (connector: Connector) =>
        connectors.granting(connector, (granted) => !preflight(info, granted).mayRefuse);
      if (parent !== undefined) {
        // Only fields of a CrmParent have the option.
        const granted = andThen(connectorOf(parent as CrmParent, contextOf(context)), granting);
        return andThen(granted, (connector) => resolveWith(connector, parent, args, context, info));
      }
      return andThen(targetConnector(installationIdIn(args), ids, contextOf(context)), (target) => {
        if (!target && argumentIds?.absent) return argumentIds.absent(args);
        const granted = andThen(target ?? connectors.only(), granting);
        return andThen(granted, (connector) => resolveWith(connector, { connector }, args, context, info));
      });
    });
  }
}

/** Whether the field's metadata has `reads`, see analysis/field-metadata.ts. */
function readsHubspot<Types extends SchemaTypes>({ extensions }: PothosOutputFieldConfig<Types>): boolean {
  const metadata: unknown = extensions?.hubspot;
  return typeof metadata === 'object' && metadata !== null && 'reads' in metadata;
}

/** True for a record and for a mutation's payload. All their fields use the same connector, and so the same grant. */
function hasConnector(parent: unknown): parent is { readonly connector: RecordConnector | null } {
  return typeof parent === 'object' && parent !== null && 'connector' in parent;
}

interface Described {
  readonly description?: string | undefined | null;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined | null;
}

/**
 * Adds the directive, and a sentence to the description, because introspection does not show directives. Fields whose
 * scopes depend on an argument describe them in their own description.
 */
function withScopesDirective({ description, extensions }: Described, anyOf: ScopeRequirement | ScopesOfType) {
  if (typeof anyOf === 'function') return { extensions: { ...extensions, hubspotScopesOf: anyOf } };
  return {
    description: `${description ?? ''} ${grantSentence(anyOf)}`.trimStart(),
    extensions: { ...extensions, hubspotScopes: anyOf, directives: { hubspotScopes: { anyOf } } },
  };
}

/** The sentence `The portal must have granted …` for a description. */
export function grantSentence(anyOf: ScopeRequirement): string {
  const alternatives = anyOf.map((scopes) => scopes.map((scope) => `\`${scope}\``).join(' and '));
  return `The portal must have granted ${alternatives.join(', or ')}.`;
}

/** @throws GatewayError MISSING_SCOPES */
export function refuse(connector: RecordConnector, requirement: ScopeRequirement, info: GraphQLResolveInfo): never {
  throw connector.refusal(requirement, `${info.parentType.name}.${info.fieldName}`);
}
