import { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import { GatewayError } from '../errors.ts';
import { contextOf, type GatewayContext, type Permission } from './context.ts';

/** @throws GatewayError FORBIDDEN */
export function requirePermission({ viewer }: GatewayContext, permission: Permission): void {
  if (viewer.permissions.includes(permission)) return;
  throw new GatewayError('FORBIDDEN', `This needs the permission ${permission}.`, { requiredPermission: permission });
}

/** Field option `permission`: the permission that the viewer's JWT must have before the resolver runs. */
export class PermissionPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const { permission } = field.pothosOptions;
    if (!permission) return field;
    const description = `${field.description ?? ''} Viewers need \`${permission}\`.`.trimStart();
    return { ...field, description, extensions: { ...field.extensions, permission } };
  }

  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    field: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const { permission } = field.pothosOptions;
    if (!permission) return resolver;
    return (parent, args, context, info) => {
      requirePermission(contextOf(context), permission);
      return resolver(parent, args, context, info);
    };
  }
}
