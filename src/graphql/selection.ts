import {
  type FieldNode,
  GraphQLIncludeDirective,
  type GraphQLNamedType,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  getArgumentValues,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  type SelectionNode,
} from 'graphql';
import type { ObjectType } from '../hubspot/objects.ts';
import type { ScopeSet } from '../hubspot/scope-set.ts';
import { refusedCoordinates } from './requirements.ts';

/** How a field is answered from a record: given to fields as `extensions.hubspot`. */
export interface FieldSource {
  /** A property that the field reads. */
  readonly property?: string;
  /** The field is the record's id, which everybody who names a record has already. */
  readonly identity?: true;
  /** The field leads to neighbours of this type; its own selection is about them, not about this record. */
  readonly association?: ObjectType;
  /** What the field makes the connector read: bounds the calls of an operation. */
  readonly reads?: 'record' | 'list' | 'neighbours' | 'metadata';
  /** The field shows association labels. */
  readonly labels?: true;
}

/** The field option `extensions` that says how the field is answered. */
export function from(source: FieldSource): { readonly hubspot: FieldSource } {
  return { hubspot: source };
}

/** What a selection of records asks of HubSpot. */
export interface Selection {
  /** Sorted, without repeats. */
  readonly properties: readonly string[];
  readonly associations: readonly ObjectType[];
  /** False when an id alone answers the selection. */
  readonly needsRecord: boolean;
  readonly needsLabels: boolean;
}

const plans = new WeakMap<FieldNode, WeakMap<ScopeSet, Selection>>();

/**
 * What the field being resolved selects of records of `typename`: through connections, edges and fragments, after
 * `@skip` and `@include`, without what the grant refuses. Kept per document node and grant when the selection does not
 * depend on variables.
 */
export function selectionOf(info: GraphQLResolveInfo, typename: string, granted: ScopeSet): Selection {
  const [node] = info.fieldNodes;
  const known = info.fieldNodes.length === 1 && node ? plans.get(node)?.get(granted) : undefined;
  if (known) return known;
  const collector = new Collector(info, typename, refusedCoordinates(info, granted));
  for (const fieldNode of info.fieldNodes) {
    collector.collect(fieldNode.selectionSet?.selections ?? [], getNamedType(info.returnType));
  }
  const selection = collector.selection();
  if (node && info.fieldNodes.length === 1 && !collector.dependsOnVariables) {
    plans.set(node, (plans.get(node) ?? new WeakMap()).set(granted, selection));
  }
  return selection;
}

class Collector {
  dependsOnVariables = false;
  readonly #info: GraphQLResolveInfo;
  readonly #typename: string;
  readonly #refused: ReadonlySet<string>;
  readonly #properties = new Set<string>();
  readonly #associations = new Set<ObjectType>();
  readonly #visitedFragments = new Set<string>();
  #needsRecord = false;
  #needsLabels = false;

  constructor(info: GraphQLResolveInfo, typename: string, refused: ReadonlySet<string>) {
    this.#info = info;
    this.#typename = typename;
    this.#refused = refused;
  }

  selection(): Selection {
    return {
      properties: [...this.#properties].sort(),
      associations: [...this.#associations].sort(),
      needsRecord: this.#needsRecord,
      needsLabels: this.#needsLabels,
    };
  }

  collect(selections: readonly SelectionNode[], type: GraphQLNamedType): void {
    for (const selection of selections) {
      if (!this.#included(selection)) continue;
      if (selection.kind === Kind.FIELD) this.#collectField(selection, type);
      else if (selection.kind === Kind.INLINE_FRAGMENT) {
        this.#collectFragment(selection.typeCondition?.name.value, selection.selectionSet.selections, type);
      } else {
        const fragment = this.#info.fragments[selection.name.value];
        if (!fragment || this.#visitedFragments.has(selection.name.value)) continue;
        this.#visitedFragments.add(selection.name.value);
        this.#collectFragment(fragment.typeCondition.name.value, fragment.selectionSet.selections, type);
      }
    }
  }

  #collectField(node: FieldNode, type: GraphQLNamedType): void {
    if (!('getFields' in type) || node.name.value === '__typename') return;
    const definition = type.getFields()[node.name.value];
    if (!definition || !('resolve' in definition) || this.#refused.has(`${type.name}.${definition.name}`)) return;
    // Written by the types of this folder alone; see FieldSource.
    const source = definition.extensions.hubspot as FieldSource | undefined;
    if (source?.labels) this.#needsLabels = true;
    if (source?.property) this.#properties.add(source.property);
    if (source?.association) this.#associations.add(source.association);
    if (type.name === this.#typename && !source?.identity) this.#needsRecord = true;
    if (source?.association || !node.selectionSet) return;
    this.collect(node.selectionSet.selections, getNamedType(definition.type));
  }

  #collectFragment(condition: string | undefined, selections: readonly SelectionNode[], type: GraphQLNamedType): void {
    const target = condition === undefined ? type : this.#info.schema.getType(condition);
    if (!target) return;
    // Of an abstract field such as node(id), only fragments on the record's own type count.
    if (isAbstractType(type) && isObjectType(target) && target.name !== this.#typename) return;
    this.collect(selections, target);
  }

  #included({ directives = [] }: SelectionNode): boolean {
    return directives.every((directive) => {
      const definition = [GraphQLSkipDirective, GraphQLIncludeDirective].find(
        ({ name }) => name === directive.name.value,
      );
      if (!definition) return true;
      if (directive.arguments?.some(({ value }) => value.kind === Kind.VARIABLE)) this.dependsOnVariables = true;
      const { if: condition } = getArgumentValues(definition, directive, this.#info.variableValues);
      return definition === GraphQLSkipDirective ? condition !== true : condition !== false;
    });
  }
}
