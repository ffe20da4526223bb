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
import type { Installation } from '../storage/installation-store.ts';
import { preflight } from './analysis/required-scopes.ts';
import { contextOf, type GatewayContext } from './context.ts';
import { underCurrentGrant } from './execution/current-grant.ts';
import type { WriteInput } from './ids/require-installation.ts';
import { type Given, targetConnector } from './ids/target-portal.ts';

/** Announces in the SDL what a field's portal must have granted. Not federation's `@requiresScopes`: that is about the caller. */
export const hubspotScopesDirective = new GraphQLDirective({
  name: 'hubspotScopes',
  description:
    "A field marked so answers only when the installation's grant holds every scope of at least one inner list.",
  locations: [DirectiveLocation.FIELD_DEFINITION, DirectiveLocation.OBJECT],
  args: {
    anyOf: {
      description: 'HubSpot scopes: every one of at least one inner list.',
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(GraphQLString))))),
    },
  },
});

/** The parent of a field that reads a portal: the root, the connector that the plugin below chose, or an installation. */
export type CrmParent = undefined | object | { readonly connector: Connector } | Installation;

/**
 * The connector that a field of `parent` reaches HubSpot through. To a field of the root that demands scopes, the plugin
 * below hands over the one of the portal that the arguments name.
 * @throws GatewayError when there is none
 */
export function connectorOf(parent: CrmParent, context: GatewayContext): PromiseOrValue<Connector> {
  if (parent === undefined) return context.connectors.only();
  if ('connector' in parent) return parent.connector;
  return 'hubId' in parent ? context.connectors.of(parent) : context.connectors.only();
}

/** What a field needs by the value of its argument `objectType`. */
export type ScopesOfType = (objectType: ObjectType) => ScopeRequirement;

/**
 * Option `hubspotScopes` of a field, and of an object type for the ids that may name it: printed as a directive, readable
 * at run time, and enforced before the resolver runs. What an argument decides has no directive.
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
    const answer = (
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
    // Pothos types what a plugin sees as unknown; the options stand on the same field.
    const given = field.pothosOptions.given as Given<object> | undefined;
    return underCurrentGrant((parent, args, context, info) => {
      const { connectors } = contextOf(context);
      const ids = given?.ids(args) ?? [];
      if (isRead(parent)) return parent.connector && answer(parent.connector, parent, args, context, info);
      const granting = (connector: Connector) =>
        connectors.granting(connector, (granted) => !preflight(info, granted).mayRefuse);
      if (parent !== undefined) {
        // The option stands only on fields of a CrmParent.
        const granted = andThen(connectorOf(parent as CrmParent, contextOf(context)), granting);
        return andThen(granted, (connector) => answer(connector, parent, args, context, info));
      }
      return andThen(targetConnector(inputOf(args)?.installationId, ids, contextOf(context)), (named) => {
        if (!named && given?.absent) return given.absent(args);
        const granted = andThen(named ?? connectors.only(), granting);
        return andThen(granted, (connector) => answer(connector, { connector }, args, context, info));
      });
    });
  }
}

/** As `fieldMetadata` notes it. */
function readsHubspot<Types extends SchemaTypes>({ extensions }: PothosOutputFieldConfig<Types>): boolean {
  const source: unknown = extensions?.hubspot;
  return typeof source === 'object' && source !== null && 'reads' in source;
}

/** A mutation that writes to HubSpot names its installation in `input`. */
function inputOf(args: object): WriteInput | undefined {
  return Reflect.get(args, 'input');
}

/** A record, and what a mutation came to, were read under the grant that their other fields are read under, too. */
function isRead(parent: unknown): parent is { readonly connector: RecordConnector | null } {
  return typeof parent === 'object' && parent !== null && 'connector' in parent;
}

interface Announcing {
  readonly description?: string | undefined | null;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined | null;
}

/** Introspection tells of no directives, so descriptions say it, too. What an argument decides, they say themselves. */
function withScopesDirective({ description, extensions }: Announcing, anyOf: ScopeRequirement | ScopesOfType) {
  if (typeof anyOf === 'function') return { extensions: { ...extensions, hubspotScopesOf: anyOf } };
  return {
    description: `${description ?? ''} ${grantSentence(anyOf)}`.trimStart(),
    extensions: { ...extensions, hubspotScopes: anyOf, directives: { hubspotScopes: { anyOf } } },
  };
}

/** `The portal must have granted …` */
export function grantSentence(anyOf: ScopeRequirement): string {
  const alternatives = anyOf.map((scopes) => scopes.map((scope) => `\`${scope}\``).join(' and '));
  return `The portal must have granted ${alternatives.join(', or ')}.`;
}

/** @throws GatewayError MISSING_SCOPES */
export function refuse(connector: RecordConnector, requirement: ScopeRequirement, info: GraphQLResolveInfo): never {
  throw connector.refusal(requirement, `${info.parentType.name}.${info.fieldName}`);
}
