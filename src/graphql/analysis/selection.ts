import {
  type FieldNode,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLNamedType,
  GraphQLObjectType,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  getArgumentValues,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  type SelectionNode,
  type ValueNode,
} from 'graphql';
import type { InlineAssociationSelection } from '../../connector/record-selection.ts';
import { crmObject, type ObjectType } from '../../crm/objects.ts';
import type { ScopeSet } from '../../hubspot/oauth/scope-set.ts';
import { type FieldMetadata, metadataOf } from './field-metadata.ts';
import { DEFAULT_FIRST, MAX_FIRST } from './page-sizes.ts';
import { preflight } from './required-scopes.ts';

/** The data that the connector must read for a selection of records. */
export interface Selection {
  /** Sorted, without duplicates. */
  readonly properties: readonly string[];
  /** The `properties` that come from arguments and have no field in the type. */
  readonly named: readonly string[];
  readonly associations: readonly ObjectType[];
  /** Associated records that the connector can read for all rows of a list together. */
  readonly associatedRecords: readonly InlineAssociationSelection[];
  /** True when fields of the records need further calls. */
  readonly readsMore: boolean;
  /** False when the record's id is enough to answer the selection. */
  readonly needsRecord: boolean;
  readonly needsLabels: boolean;
}

/** By typename, because the field `node(id)` has one selection for each type of record. */
const selections = new Map<string, WeakMap<FieldNode, WeakMap<ScopeSet, Selection>>>();

/**
 * The selection of the resolved field on objects of the type `typename`. Follows connections, edges and fragments, applies
 * `@skip` and `@include`, and leaves out fields whose scopes the grant lacks. Cached per type, document node and grant
 * when the selection does not depend on variables.
 * @throws GatewayError BAD_USER_INPUT for an argument with an invalid property name
 */
export function selectionOf(info: GraphQLResolveInfo, typename: string, granted: ScopeSet): Selection {
  const [node] = info.fieldNodes;
  const known = info.fieldNodes.length === 1 && node ? selections.get(typename)?.get(node)?.get(granted) : undefined;
  if (known) return known;
  const collector = new Collector(info, typename, preflight(info, granted).refused);
  for (const fieldNode of info.fieldNodes) {
    collector.collect(fieldNode.selectionSet?.selections ?? [], getNamedType(info.returnType));
  }
  const selection = collector.selection();
  if (node && info.fieldNodes.length === 1 && !collector.dependsOnVariables) {
    const ofType = selections.get(typename) ?? new WeakMap();
    selections.set(typename, ofType.set(node, (ofType.get(node) ?? new WeakMap()).set(granted, selection)));
  }
  return selection;
}

const standardByType = new WeakMap<GraphQLObjectType, ReadonlySet<string>>();

/** The properties that have a field in `type`. HubSpot defines them in every portal, and they are not sensitive. */
export function standardProperties(type: GraphQLObjectType): ReadonlySet<string> {
  const cached = standardByType.get(type);
  if (cached) return cached;
  const names = Object.values(type.getFields()).flatMap((field) => {
    const { properties = [] } = metadataOf(field);
    return typeof properties === 'function' ? [] : properties;
  });
  const standard = new Set(names);
  standardByType.set(type, standard);
  return standard;
}

interface AssociatedRecordsSelection {
  readonly objectType: ObjectType;
  readonly definition: GraphQLField<unknown, unknown>;
  readonly nodes: FieldNode[];
}

class Collector {
  dependsOnVariables = false;
  readonly #info: GraphQLResolveInfo;
  readonly #type: GraphQLObjectType;
  readonly #refused: ReadonlySet<string>;
  readonly #properties = new Set<string>();
  readonly #named = new Set<string>();
  readonly #associations = new Set<ObjectType>();
  readonly #visitedFragments = new Set<string>();
  /** By response key. GraphQL merges fields with the same response key. */
  readonly #associatedRecords = new Map<string, AssociatedRecordsSelection>();
  #needsRecord = false;
  #needsLabels = false;
  #readsMore = false;

  constructor(info: GraphQLResolveInfo, typename: string, refused: ReadonlySet<string>) {
    const type = info.schema.getType(typename);
    if (!isObjectType(type)) throw new TypeError(`${typename} is no object type`);
    this.#info = info;
    this.#type = type;
    this.#refused = refused;
  }

  selection(): Selection {
    const associatedRecords = [...this.#associatedRecords.values()].flatMap((field) => this.#inline(field) ?? []);
    return {
      properties: [...this.#properties].sort(),
      named: [...this.#named.difference(standardProperties(this.#type))],
      associations: [...this.#associations].sort(),
      associatedRecords,
      readsMore: this.#readsMore || associatedRecords.length < this.#associatedRecords.size,
      needsRecord: this.#needsRecord,
      needsLabels: this.#needsLabels,
    };
  }

  collect(selections: readonly SelectionNode[], type: GraphQLNamedType): void {
    // The caller has resolved an abstract field such as node(id) to this type.
    const concrete = isAbstractType(type) ? this.#type : type;
    for (const selection of selections) {
      if (!this.#included(selection)) continue;
      if (selection.kind === Kind.FIELD) this.#collectField(selection, concrete);
      else if (selection.kind === Kind.INLINE_FRAGMENT) {
        this.#collectFragment(selection.typeCondition?.name.value, selection.selectionSet.selections, concrete);
      } else {
        const fragment = this.#info.fragments[selection.name.value];
        if (!fragment || this.#visitedFragments.has(selection.name.value)) continue;
        this.#visitedFragments.add(selection.name.value);
        this.#collectFragment(fragment.typeCondition.name.value, fragment.selectionSet.selections, concrete);
      }
    }
  }

  #collectField(node: FieldNode, type: GraphQLNamedType): void {
    if (!(type instanceof GraphQLObjectType) || node.name.value === '__typename') return;
    const definition = type.getFields()[node.name.value];
    if (!definition || this.#refused.has(`${type.name}.${definition.name}`)) return;
    const metadata = metadataOf(definition);
    if (metadata.labels) this.#needsLabels = true;
    if (metadata.association) this.#collectAssociatedRecords(metadata.association, definition, node);
    else if (metadata.reads) this.#readsMore = true;
    this.#collectProperties(metadata, definition, node);
    if (type === this.#type && !metadata.fromId) this.#needsRecord = true;
    if (metadata.association || !node.selectionSet) return;
    this.collect(node.selectionSet.selections, getNamedType(definition.type));
  }

  #collectAssociatedRecords(objectType: ObjectType, definition: GraphQLField<unknown, unknown>, node: FieldNode): void {
    this.#associations.add(objectType);
    const responseKey = node.alias?.value ?? node.name.value;
    const known = this.#associatedRecords.get(responseKey);
    if (known) known.nodes.push(node);
    else this.#associatedRecords.set(responseKey, { objectType, definition, nodes: [node] });
  }

  /** `undefined` when the associated records cannot be read together with a list, or when `first` is invalid. */
  #inline({ objectType, definition, nodes }: AssociatedRecordsSelection): InlineAssociationSelection | undefined {
    const below = new Collector(this.#info, crmObject(objectType).typename, this.#refused);
    for (const node of nodes) {
      below.collect(node.selectionSet?.selections ?? [], getNamedType(definition.type));
      if (node.arguments?.some(({ value }) => hasVariable(value))) this.dependsOnVariables = true;
    }
    const { properties, named, needsRecord, needsLabels } = below.selection();
    if (below.dependsOnVariables) this.dependsOnVariables = true;
    const [node] = nodes;
    const args = node ? getArgumentValues(definition, node, this.#info.variableValues) : {};
    const first = args.first ?? DEFAULT_FIRST;
    if (typeof first !== 'number' || first < 1 || first > MAX_FIRST.nested) return undefined;
    const isInline = args.after == null && named.length === 0 && !needsLabels;
    return isInline ? { objectType, first, properties, needsRecord } : undefined;
  }

  #collectProperties(
    { properties = [] }: FieldMetadata,
    definition: GraphQLField<unknown, unknown>,
    node: FieldNode,
  ): void {
    if (typeof properties !== 'function') {
      for (const name of properties) this.#properties.add(name);
      return;
    }
    if (node.arguments?.some(({ value }) => hasVariable(value))) this.dependsOnVariables = true;
    for (const name of properties(getArgumentValues(definition, node, this.#info.variableValues))) {
      this.#properties.add(name);
      this.#named.add(name);
    }
  }

  #collectFragment(condition: string | undefined, selections: readonly SelectionNode[], type: GraphQLNamedType): void {
    const target = condition === undefined ? type : this.#info.schema.getType(condition);
    const applies =
      target === type || (isAbstractType(target) && isObjectType(type) && this.#info.schema.isSubType(target, type));
    if (applies) this.collect(selections, type);
  }

  #included({ directives = [] }: SelectionNode): boolean {
    return directives.every((directive) => {
      const definition = [GraphQLSkipDirective, GraphQLIncludeDirective].find(
        ({ name }) => name === directive.name.value,
      );
      if (!definition) return true;
      if (directive.arguments?.some(({ value }) => hasVariable(value))) this.dependsOnVariables = true;
      const { if: condition } = getArgumentValues(definition, directive, this.#info.variableValues);
      return definition === GraphQLSkipDirective ? condition !== true : condition !== false;
    });
  }
}

function hasVariable(value: ValueNode): boolean {
  if (value.kind === Kind.LIST) return value.values.some(hasVariable);
  return value.kind === Kind.VARIABLE;
}
