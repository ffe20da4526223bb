import SchemaBuilder, {
  type FieldNullability,
  type InputFieldMap,
  type InputShapeFromFields,
  type SchemaTypes,
  type TypeParam,
} from '@pothos/core';
import RelayPlugin from '@pothos/plugin-relay';
import type { ScopeRequirement } from '../crm/scopes.ts';
import type { GatewayContext, Permission } from './context.ts';
import { defaultResolved } from './execution/default-resolved-fields.ts';
import { nodeTypename } from './ids/global-id.ts';
import type { ArgumentIds } from './ids/target-portal.ts';
import { PermissionPlugin } from './permissions.ts';
import { HubspotScopesPlugin, type ScopesOfType } from './scopes.ts';

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      hubspotScopes: HubspotScopesPlugin<Types>;
      permission: PermissionPlugin<Types>;
    }

    // Declaration merging demands the parameters of Pothos's own declaration.
    interface FieldOptions<
      Types extends SchemaTypes = SchemaTypes,
      ParentShape = unknown,
      Type extends TypeParam<Types> = TypeParam<Types>,
      Nullable extends FieldNullability<Type> = FieldNullability<Type>,
      Args extends InputFieldMap = InputFieldMap,
      ResolveShape = unknown,
      ResolveReturnShape = unknown,
    > {
      /**
       * Scopes that the portal must have granted: all scopes of at least one inner list. A function when the scopes
       * depend on the field's argument `objectType`.
       */
      hubspotScopes?: ScopeRequirement | ScopesOfType;
      /** The portals that the field's arguments name. */
      argumentIds?: ArgumentIds<InputShapeFromFields<Args>>;
      /** The permission that the viewer's JWT must have. */
      permission?: Permission;
    }

    interface ObjectTypeOptions<Types extends SchemaTypes = SchemaTypes, Shape = unknown> {
      /** Scopes that are needed to read objects of this type through `node(id)`. */
      hubspotScopes?: ScopeRequirement;
    }
  }
}

SchemaBuilder.registerPlugin('hubspotScopes', HubspotScopesPlugin);
SchemaBuilder.registerPlugin('permission', PermissionPlugin);

/** The Pothos schema builder. The folder types/ defines the types. */
export const builder = new SchemaBuilder<{
  Context: GatewayContext;
  DefaultFieldNullability: false;
  DefaultNodeNullability: false;
  DefaultEdgesNullability: { list: false; items: false };
  Scalars: {
    Date: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date | string };
    Decimal: { Input: string; Output: string };
    ID: { Input: string; Output: string };
  };
}>({
  // Outermost first: the viewer's permission is checked before the portal's scopes.
  plugins: ['permission', 'hubspotScopes', RelayPlugin],
  defaultFieldNullability: false,
  relay: {
    cursorType: 'String',
    nodeTypeOptions: {
      description:
        'An object with a global id: a record, an owner, a pipeline, a stage of a pipeline, or an installation. `Query.node` reads it by that id.',
      resolveType: (node) => nodeTypename(node),
    },
    idFieldOptions: { description: 'The global id, unique among all objects of the gateway.' },
    pageInfoTypeOptions: { description: 'The position of a page in its connection. Connections page forward only.' },
    hasNextPageFieldOptions: { description: 'True when more items follow this page.' },
    hasPreviousPageFieldOptions: { description: 'True when the page was requested with `after`.' },
    startCursorFieldOptions: { description: 'Cursor of the first edge. Null when the page is empty.' },
    endCursorFieldOptions: {
      description: 'Cursor of the last edge: `after` of the next page. Null when the page is empty.',
    },
    defaultEdgeTypeOptions: { description: 'An item of a connection with its cursor.' },
    cursorFieldOptions: { description: 'The cursor of the item. As `after`, it requests the items that follow.' },
    pageInfoFieldOptions: {
      description: 'The position of the page, and whether more items follow.',
      extensions: defaultResolved('pageInfo'),
    },
    nodesOnConnection: {
      description: 'The items of the page, without their cursors.',
      extensions: defaultResolved('nodes'),
    },
    // The plugin's loaders do not receive the selection, so types/node.ts defines node(id).
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    edgesFieldOptions: {
      nullable: { list: false, items: false },
      description: 'The items of the page, each with its cursor.',
      extensions: defaultResolved('edges'),
    },
    nodeFieldOptions: { nullable: false, description: 'The item.', extensions: defaultResolved('node') },
  },
});
