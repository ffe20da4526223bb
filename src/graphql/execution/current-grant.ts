import type { GraphQLFieldResolver, GraphQLResolveInfo } from 'graphql';
import type { Connector } from '../../connector/connector.ts';
import { CrmRecord } from '../../connector/crm-record.ts';
import { GrantShrunkError } from '../../connector/middleware/recheck-grant.ts';
import { missingScopesAt } from '../../connector/middleware/scope-gate.ts';
import { isGatewayError } from '../../errors.ts';
import { contextOf } from '../context.ts';

/**
 * A resolver that reaches HubSpot. When HubSpot's refusal shows that the portal's grant shrank, what it reads is read
 * once more under the grant that holds now, as an operation that comes later would: each field is then refused by its
 * own coordinate. A mutation is never repeated; it tells what it lacks.
 */
export function underCurrentGrant<Context extends object>(
  resolve: GraphQLFieldResolver<unknown, Context>,
): GraphQLFieldResolver<unknown, Context> {
  return (parent, args, context, info) => {
    const again = async (error: unknown): Promise<unknown> => {
      if (!(error instanceof GrantShrunkError)) throw located(error, info);
      const connector = await contextOf(context).connectors.regranted(error.installation);
      if (info.parentType === info.schema.getMutationType()) throw refusal(error, connector, info);
      try {
        return await resolve(underGrantOf(connector, parent), args, context, info);
      } catch (failure) {
        throw failure instanceof GrantShrunkError ? refusal(failure, connector, info) : located(failure, info);
      }
    };
    let answered: unknown;
    try {
      answered = resolve(parent, args, context, info);
    } catch (error) {
      if (error instanceof GrantShrunkError) return again(error);
      throw located(error, info);
    }
    return answered instanceof Promise ? answered.catch(again) : answered;
  };
}

function underGrantOf(connector: Connector, parent: unknown): unknown {
  if (parent instanceof CrmRecord) return connector.adopt(parent);
  // What a mutation came to.
  return typeof parent === 'object' && parent !== null && 'connector' in parent ? { ...parent, connector } : parent;
}

/** The scopes that the call lacks under the current grant; where it lacks none, the error of HubSpot. */
function refusal(error: GrantShrunkError, connector: Connector, info: GraphQLResolveInfo): Error {
  return connector.granted.satisfies(error.scopes) ? error : connector.refusal(error.scopes, coordinateOf(info));
}

/** A call that was refused before it left knows no coordinate. */
function located(error: unknown, info: GraphQLResolveInfo): unknown {
  if (!isGatewayError(error, 'MISSING_SCOPES') || error.extensions.coordinate !== '') return error;
  return missingScopesAt(coordinateOf(info), error);
}

function coordinateOf({ parentType, fieldName }: GraphQLResolveInfo): string {
  return `${parentType.name}.${fieldName}`;
}
