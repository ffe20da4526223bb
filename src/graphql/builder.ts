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
import type { Given } from './ids/target-portal.ts';
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
       * Scopes that the portal must have granted: every one of at least one inner list; a function where the field's
       * argument `objectType` decides.
       */
      hubspotScopes?: ScopeRequirement | ScopesOfType;
      /** The portals that its arguments name. */
      given?: Given<InputShapeFromFields<Args>>;
      /** What the viewer's JWT must allow. */
      permission?: Permission;
    }

    interface ObjectTypeOptions<Types extends SchemaTypes = SchemaTypes, Shape = unknown> {
      /** Scopes without which no object of this type can be read, whatever names it. */
      hubspotScopes?: ScopeRequirement;
    }
  }
}

SchemaBuilder.registerPlugin('hubspotScopes', HubspotScopesPlugin);
SchemaBuilder.registerPlugin('permission', PermissionPlugin);

/** The schema under construction. It defines no types: those are in types/. */
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
  // Outermost first: the viewer's permission is asked before the portal's scopes.
  plugins: ['permission', 'hubspotScopes', RelayPlugin],
  defaultFieldNullability: false,
  relay: {
    cursorType: 'String',
    nodeTypeOptions: {
      description:
        'Whatever has a global id: records, owners, pipelines and their stages, and installations. `Query.node` reads it by that id.',
      resolveType: (node) => nodeTypename(node),
    },
    idFieldOptions: { description: 'Global id: unique among everything that the gateway serves.' },
    pageInfoTypeOptions: { description: 'Where a page of a connection stands. Connections page forward only.' },
    hasNextPageFieldOptions: { description: 'True when there is more behind this page.' },
    hasPreviousPageFieldOptions: { description: 'True when the page was asked for with `after`.' },
    startCursorFieldOptions: { description: 'Cursor of the first edge. Null when the page is empty.' },
    endCursorFieldOptions: {
      description: 'Cursor of the last edge: `after` of the next page. Null when the page is empty.',
    },
    defaultEdgeTypeOptions: { description: 'An item of a connection, and its place there.' },
    cursorFieldOptions: { description: 'The place of the item: as `after`, it asks for what comes behind.' },
    pageInfoFieldOptions: {
      description: 'Where the page stands, and whether more follows.',
      extensions: defaultResolved('pageInfo'),
    },
    nodesOnConnection: {
      description: 'The items of the page, without their cursors.',
      extensions: defaultResolved('nodes'),
    },
    // node(id) needs the selection, which the plugin's own loaders are not told: see types/node.ts.
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    edgesFieldOptions: {
      nullable: { list: false, items: false },
      description: 'The items of the page, each with its cursor.',
      extensions: defaultResolved('edges'),
    },
    nodeFieldOptions: { nullable: false, description: 'The item itself.', extensions: defaultResolved('node') },
  },
});
