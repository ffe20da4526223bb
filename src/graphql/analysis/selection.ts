import {
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  getArgumentValues,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  type ValueNode,
} from 'graphql';
import type { InlineAssociationSelection } from '../../connector/record-selection.ts';
import { crmObject, type ObjectType } from '../../crm/objects.ts';
import type { ScopeSet } from '../../hubspot/oauth/scope-set.ts';
import { metadataOf } from './field-metadata.ts';
import { resolvedField, type SelectedField, type Variables } from './field-tree.ts';
import { memoize } from './memoize.ts';
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
type Selections = Map<string, WeakMap<ScopeSet, Selection | SelectionsByVariables>>;
/** Selections that depend on the variables of the request. */
type SelectionsByVariables = WeakMap<Variables, Selection>;

const selectionsOf = memoize((_field: SelectedField): Selections => new Map());

/**
 * The selection of the resolved field on objects of the type `typename`. Follows connections and edges, and leaves out
 * fields whose scopes the grant lacks. Kept with the field, for each type and grant, and for the variables of a request
 * only if it depends on them.
 * @throws GatewayError BAD_USER_INPUT for an argument with an invalid property name
 */
export function selectionOf(info: GraphQLResolveInfo, typename: string, granted: ScopeSet): Selection {
  const field = resolvedField(info);
  const byType = selectionsOf(field);
  const byGrant = byType.get(typename) ?? new WeakMap();
  const known = byGrant.get(granted);
  const selection = known instanceof WeakMap ? known.get(info.variableValues) : known;
  if (selection) return selection;
  const collector = new Collector(info, typename, preflight(info, granted).refused);
  collector.collect(field);
  const collected = collector.selection();
  const byVariables: SelectionsByVariables = known instanceof WeakMap ? known : new WeakMap();
  const kept = collector.dependsOnVariables ? byVariables.set(info.variableValues, collected) : collected;
  byType.set(typename, byGrant.set(granted, kept));
  return collected;
}

/** The properties that have a field in `type`. HubSpot defines them in every portal, and they are not sensitive. */
export const standardProperties = memoize((type: GraphQLObjectType): ReadonlySet<string> => {
  const properties = Object.values(type.getFields()).map((field) => metadataOf(field).properties ?? []);
  return new Set(properties.flatMap((names) => (typeof names === 'function' ? [] : names)));
});

class Collector {
  dependsOnVariables = false;
  readonly #info: GraphQLResolveInfo;
  readonly #type: GraphQLObjectType;
  readonly #refused: ReadonlySet<string>;
  readonly #properties = new Set<string>();
  readonly #named = new Set<string>();
  /** Fields of associated records by response name. `nodes` and `edges` can select the same one. */
  readonly #associatedRecords = new Map<string, SelectedField[]>();
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
    const fields = [...this.#associatedRecords.values()];
    const associatedRecords = fields.flatMap((merged) => this.#inline(merged) ?? []);
    const associations = new Set(fields.flat().flatMap(({ definition }) => metadataOf(definition).association ?? []));
    return {
      properties: [...this.#properties].sort(),
      named: [...this.#named.difference(standardProperties(this.#type))],
      associations: [...associations].sort(),
      associatedRecords,
      readsMore: this.#readsMore || associatedRecords.length < fields.length,
      needsRecord: this.#needsRecord,
      needsLabels: this.#needsLabels,
    };
  }

  collect({ definition, fields }: SelectedField): void {
    // The caller has resolved an abstract field such as node(id) to this type.
    const isAbstract = isAbstractType(getNamedType(definition.type));
    for (const field of fields) if (!isAbstract || field.parent === this.#type) this.#collectField(field);
  }

  #collectField(field: SelectedField): void {
    if (this.#refused.has(field.coordinate)) return;
    const { labels, association, reads, properties = [], fromId } = metadataOf(field.definition);
    if (labels) this.#needsLabels = true;
    if (field.parent === this.#type && !fromId) this.#needsRecord = true;
    for (const name of typeof properties === 'function' ? properties(this.#arguments(field)) : properties) {
      this.#properties.add(name);
      if (typeof properties === 'function') this.#named.add(name);
    }
    if (association) {
      const known = this.#associatedRecords.get(field.responseName) ?? [];
      this.#associatedRecords.set(field.responseName, [...known, field]);
    } else {
      if (reads) this.#readsMore = true;
      this.collect(field);
    }
  }

  /** `undefined` when the associated records cannot be read together with a list, or when `first` is invalid. */
  #inline(merged: readonly SelectedField[]): InlineAssociationSelection | undefined {
    const [field] = merged;
    const objectType = field && metadataOf(field.definition).association;
    if (!objectType) return undefined;
    const below = new Collector(this.#info, crmObject(objectType).typename, this.#refused);
    for (const each of merged) below.collect(each);
    const { properties, named, needsRecord, needsLabels } = below.selection();
    const args = this.#arguments(field);
    if (below.dependsOnVariables) this.dependsOnVariables = true;
    const first = args.first ?? DEFAULT_FIRST;
    if (typeof first !== 'number' || first < 1 || first > MAX_FIRST.nested) return undefined;
    const isInline = args.after == null && named.length === 0 && !needsLabels;
    return isInline ? { objectType, first, properties, needsRecord } : undefined;
  }

  #arguments({ definition, node }: SelectedField): Readonly<Record<string, unknown>> {
    if (node.arguments?.some(({ value }) => hasVariable(value))) this.dependsOnVariables = true;
    return getArgumentValues(definition, node, this.#info.variableValues);
  }
}

function hasVariable(value: ValueNode): boolean {
  return value.kind === Kind.LIST ? value.values.some(hasVariable) : value.kind === Kind.VARIABLE;
}
