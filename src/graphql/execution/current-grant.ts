import type { GraphQLFieldResolver, GraphQLResolveInfo } from 'graphql';
import type { Connector } from '../../connector/connector.ts';
import { CrmRecord } from '../../connector/crm-record.ts';
import { GrantShrunkError } from '../../connector/middleware/recheck-grant.ts';
import { missingScopesAt } from '../../connector/middleware/scope-gate.ts';
import { isGatewayError } from '../../errors.ts';
import { contextOf } from '../context.ts';

/**
 * Wraps a resolver that calls HubSpot. When HubSpot's refusal shows that the portal's grant has shrunk, the resolver runs
 * once more under the current grant, and each field reports the scopes that it lacks. A mutation is never repeated: it
 * fails with the missing scopes.
 */
export function underCurrentGrant<Context extends object>(
  resolve: GraphQLFieldResolver<unknown, Context>,
): GraphQLFieldResolver<unknown, Context> {
  return (parent, args, context, info) => {
    const retry = async (error: unknown): Promise<unknown> => {
      if (!(error instanceof GrantShrunkError)) throw located(error, info);
      const connector = await contextOf(context).connectors.regranted(error.installation);
      if (info.parentType === info.schema.getMutationType()) throw refusal(error, connector, info);
      try {
        return await resolve(underGrantOf(connector, parent), args, context, info);
      } catch (failure) {
        throw failure instanceof GrantShrunkError ? refusal(failure, connector, info) : located(failure, info);
      }
    };
    let result: unknown;
    try {
      result = resolve(parent, args, context, info);
    } catch (error) {
      if (error instanceof GrantShrunkError) return retry(error);
      throw located(error, info);
    }
    return result instanceof Promise ? result.catch(retry) : result;
  };
}

function underGrantOf(connector: Connector, parent: unknown): unknown {
  if (parent instanceof CrmRecord) return connector.adopt(parent);
  // The payload of a mutation.
  return typeof parent === 'object' && parent !== null && 'connector' in parent ? { ...parent, connector } : parent;
}

/** A MISSING_SCOPES error, or HubSpot's error when the current grant has all scopes of the call. */
function refusal(error: GrantShrunkError, connector: Connector, info: GraphQLResolveInfo): Error {
  return connector.granted.satisfies(error.scopes) ? error : connector.refusal(error.scopes, coordinateOf(info));
}

/** Adds the field's coordinate. The connector does not know it when it refuses a call. */
function located(error: unknown, info: GraphQLResolveInfo): unknown {
  if (!isGatewayError(error, 'MISSING_SCOPES') || error.extensions.coordinate !== '') return error;
  return missingScopesAt(coordinateOf(info), error);
}

function coordinateOf({ parentType, fieldName }: GraphQLResolveInfo): string {
  return `${parentType.name}.${fieldName}`;
}
