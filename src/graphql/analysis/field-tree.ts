import {
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  type NamedTypeNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { memoize } from './memoize.ts';
import { type ExecutableOperation, operationNode, sizeOf } from './operations.ts';

/** Values of variables by name. The variables of a request have their default values. */
export type Variables = Readonly<Record<string, unknown>>;

/**
 * A field that an operation selects on one object type, merged from all its selections under one response name:
 * https://spec.graphql.org/September2025/#CollectFields()
 */
export class SelectedField {
  readonly parent: GraphQLObjectType;
  readonly definition: GraphQLField<unknown, unknown>;
  /** The first selection. Validation ensures that the others have the same arguments. */
  readonly node: FieldNode;
  /** All merged selections. */
  readonly nodes: readonly FieldNode[];
  readonly #tree: FieldTree;
  #collected: CollectedFields | undefined;

  constructor(tree: FieldTree, selected: Pick<SelectedField, 'parent' | 'definition' | 'node' | 'nodes'>) {
    this.parent = selected.parent;
    this.definition = selected.definition;
    this.nodes = selected.nodes;
    this.node = selected.node;
    this.#tree = tree;
  }

  get responseName(): string {
    return responseNameOf(this.node);
  }

  /** The object type and the field, such as `Contact.deals`. */
  get coordinate(): string {
    return `${this.parent.name}.${this.definition.name}`;
  }

  /** The fields selected below this one, for each object type that the field can return. */
  get fields(): readonly SelectedField[] {
    return this.#selection.fields;
  }

  /** Those of `fields` that a fragment with a type condition selects on some of the possible object types only. */
  get narrowed(): ReadonlySet<SelectedField> {
    return this.#selection.narrowed;
  }

  /** Collected at the first use. */
  get #selection(): CollectedFields {
    this.#collected ??= this.#tree.collect(
      this.nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
      getNamedType(this.definition.type),
    );
    return this.#collected;
  }
}

interface CollectedFields {
  readonly fields: readonly SelectedField[];
  readonly narrowed: ReadonlySet<SelectedField>;
}

const NONE: CollectedFields = { fields: [], narrowed: new Set() };

/**
 * The fields of an operation as they stand in its answer, without introspection. What the gateway knows about an
 * operation derives from its tree. All places with the same selections share one subtree, so fragments that spread each
 * other repeatedly do not multiply it.
 */
export class FieldTree {
  /** Whether the variables of a request can exclude fields. */
  readonly isConditional: boolean;
  readonly #operation: ExecutableOperation;
  readonly #variables: Variables | undefined;
  /** By the first selection. */
  readonly #known = new Map<FieldNode, SelectedField[]>();
  #fields: readonly SelectedField[] | undefined;

  /**
   * Leaves out fields that `@skip` and `@include` exclude. Without `variables`, a condition with a variable excludes
   * nothing.
   */
  constructor({ schema, operation, fragments }: ExecutableOperation, variables?: Variables) {
    this.#operation = { schema, operation, fragments };
    this.#variables = variables;
    this.isConditional = sizeOf(this.#operation).hasDirectives;
  }

  /** The root fields. */
  get fields(): readonly SelectedField[] {
    const { schema, operation } = this.#operation;
    const type = schema.getRootType(operation.operation);
    this.#fields ??= type ? this.collect([operation.selectionSet], type).fields : [];
    return this.#fields;
  }

  /** The field of `parent` that merges exactly these selections. */
  field(parent: GraphQLObjectType, nodes: readonly FieldNode[]): SelectedField | undefined {
    const node = nodes[0];
    if (!node) return undefined;
    const known = this.#known.get(node) ?? [];
    const same = known.find((field) => field.parent === parent && areSame(field.nodes, nodes));
    const definition = same?.definition ?? parent.getFields()[node.name.value];
    if (same || !definition) return same;
    const field = new SelectedField(this, { parent, definition, node, nodes });
    this.#known.set(node, [...known, field]);
    return field;
  }

  /** The fields of merged selection sets, for each object type that `type` can be, in the order of the document. */
  collect(selectionSets: readonly SelectionSetNode[], type: GraphQLNamedType): CollectedFields {
    if (selectionSets.length === 0) return NONE;
    const types = this.#objectTypes(type);
    const merged = new Map<string, { parent: GraphQLObjectType; nodes: Set<FieldNode>; isNarrowed: boolean }>();
    const visited = new Set<string>();
    const add = (node: FieldNode, parent: GraphQLObjectType, isNarrowed: boolean): void => {
      const key = `${parent.name} ${responseNameOf(node)}`;
      const field = merged.get(key) ?? { parent, nodes: new Set(), isNarrowed: false };
      field.nodes.add(node);
      field.isNarrowed ||= isNarrowed;
      merged.set(key, field);
    };
    const collect = ({ selections }: SelectionSetNode, among: readonly GraphQLObjectType[]): void => {
      for (const selection of selections) {
        if (this.#isExcluded(selection)) continue;
        if (selection.kind === Kind.FIELD) {
          for (const parent of among) add(selection, parent, among.length < types.length);
        } else if (selection.kind === Kind.INLINE_FRAGMENT) {
          collect(selection.selectionSet, this.#narrow(among, selection.typeCondition));
        } else {
          // A repeated spread is visited once. In a chain of fragments that each spread the next one twice, the visits
          // would otherwise double with each fragment.
          const visit = [selection.name.value, ...among].join();
          const fragment = visited.has(visit) ? undefined : this.#operation.fragments[selection.name.value];
          visited.add(visit);
          if (fragment) collect(fragment.selectionSet, this.#narrow(among, fragment.typeCondition));
        }
      }
    };
    for (const selectionSet of selectionSets) collect(selectionSet, types);
    const fields: SelectedField[] = [];
    const narrowed = new Set<SelectedField>();
    for (const { parent, nodes, isNarrowed } of merged.values()) {
      const field = this.field(parent, [...nodes]);
      if (field) fields.push(field);
      if (field && isNarrowed) narrowed.add(field);
    }
    return { fields, narrowed };
  }

  #narrow(types: readonly GraphQLObjectType[], condition: NamedTypeNode | undefined): readonly GraphQLObjectType[] {
    const type = condition && this.#operation.schema.getType(condition.name.value);
    const possible = type ? this.#objectTypes(type) : types;
    return types.filter((each) => possible.includes(each));
  }

  #objectTypes(type: GraphQLNamedType): readonly GraphQLObjectType[] {
    if (isObjectType(type)) return [type];
    return isAbstractType(type) ? this.#operation.schema.getPossibleTypes(type) : [];
  }

  #isExcluded({ directives = [] }: SelectionNode): boolean {
    return directives.some(({ name, arguments: [condition] = [] }) => {
      const excluding = name.value === 'skip' ? true : name.value === 'include' ? false : undefined;
      const value = condition?.value;
      if (value?.kind === Kind.BOOLEAN) return value.value === excluding;
      return value?.kind === Kind.VARIABLE && this.#variables?.[value.name.value] === excluding;
    });
  }
}

function responseNameOf({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}

function areSame(nodes: readonly FieldNode[], others: readonly FieldNode[]): boolean {
  return nodes.length === others.length && nodes.every((node, index) => node === others[index]);
}

/** The fields that an operation can select with any variables. Kept with the parsed operation. */
export const treeOf = memoize((operation: ExecutableOperation) => new FieldTree(operation), operationNode);

const treeOfRequest = memoize(
  (info: GraphQLResolveInfo) => new FieldTree(info, info.variableValues),
  ({ variableValues }) => variableValues,
);

/**
 * The field that a resolver resolves, with the fields below it that the request selects. Only the conditions of `@skip`
 * and `@include` make the tree of a request differ from that of its operation. The executors make one list of nodes for
 * each field of an object type: once per request, or once per compiled operation.
 */
export const resolvedField = memoize(
  (info: GraphQLResolveInfo): SelectedField => {
    const tree = treeOf(info).isConditional ? treeOfRequest(info) : treeOf(info);
    const field = tree.field(info.parentType, info.fieldNodes);
    if (!field) throw new TypeError(`${info.parentType.name} has no field ${info.fieldName}`);
    return field;
  },
  ({ fieldNodes }) => fieldNodes,
);
