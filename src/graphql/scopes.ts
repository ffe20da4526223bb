import { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import {
  DirectiveLocation,
  GraphQLDirective,
  type GraphQLFieldResolver,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
} from 'graphql';
import type { Connector, CrmRecord } from '../connector/connector.ts';
import { GatewayError, isGatewayError } from '../errors.ts';
import type { ScopeRequirement } from '../hubspot/scope-set.ts';
import type { Installation } from '../storage/installation-store.ts';
import { contextOf, type GatewayContext } from './context.ts';

/** Announces in the SDL what a field's portal must have granted. Not federation's `@requiresScopes`: that is about the caller. */
export const hubspotScopesDirective = new GraphQLDirective({
  name: 'hubspotScopes',
  description:
    "A field marked so answers only when the installation's grant holds every scope of at least one inner list.",
  locations: [DirectiveLocation.FIELD_DEFINITION, DirectiveLocation.OBJECT],
  args: {
    anyOf: {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(GraphQLString))))),
    },
  },
});

/** Whatever a field that reaches HubSpot hangs on: the query root, which has no value, an installation, or a record. */
export type CrmParent = undefined | object | Installation | CrmRecord;

/** The connector that a field of `parent` reaches HubSpot through. @throws GatewayError when there is none */
export function connectorOf(parent: CrmParent, context: GatewayContext): Connector | Promise<Connector> {
  if (parent === undefined) return context.connectors.only();
  if ('connector' in parent) return parent.connector;
  return 'hubId' in parent ? context.connectors.of(parent) : context.connectors.only();
}

/** Field option `hubspotScopes`: printed as a directive, readable at run time, and enforced before the resolver runs. */
export class HubspotScopesPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const anyOf = field.pothosOptions.hubspotScopes;
    if (!anyOf) return field;
    return {
      ...field,
      extensions: { ...field.extensions, hubspotScopes: anyOf, directives: { hubspotScopes: { anyOf } } },
    };
  }

  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    field: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const requirement = field.pothosOptions.hubspotScopes;
    if (!requirement) return resolver;
    return async (parent, args, context, info) => {
      // Pothos types the parent of a plugin's resolver as unknown; the option stands only on fields of a CrmParent.
      const connector = await connectorOf(parent as CrmParent, contextOf(context));
      const coordinate = `${info.parentType.name}.${info.fieldName}`;
      connector.requireScopes(requirement, coordinate);
      try {
        return await resolver(parent, args, context, info);
      } catch (error) {
        // Found out by HubSpot's answer, below the schema: the field that was refused is known here.
        if (!isGatewayError(error, 'MISSING_SCOPES')) throw error;
        throw new GatewayError(error.code, error.message, { ...error.extensions, coordinate });
      }
    };
  }
}

export function readable(...objectTypes: readonly string[]): ScopeRequirement {
  return [objectTypes.map((type) => `crm.objects.${type}.read`)];
}
