import type { FieldNode, GraphQLField } from 'graphql';
import type { CrmRecord } from '../../connector/crm-record.ts';
import type { ObjectType } from '../../crm/objects.ts';
import type { ScopeRequirement } from '../../crm/scopes.ts';

/** The data that a field reads from HubSpot. Fields have it as `extensions.hubspot`. */
export interface FieldMetadata {
  /** Properties that the field reads: a fixed list, or a function of the field's arguments. */
  readonly properties?: readonly string[] | ((args: Readonly<Record<string, unknown>>) => readonly string[]);
  /** Computes the field from the record without a call. An Error as the result fails the field. */
  readonly value?: (record: CrmRecord) => unknown;
  /** The field's value follows from the record's id, and needs no call. */
  readonly fromId?: true;
  /** The type of the associated records that the field returns. The selection below the field applies to them. */
  readonly association?: ObjectType;
  /** The kind of read that the connector makes for the field. The estimate of an operation's calls uses it. */
  readonly reads?: 'record' | 'list' | 'associations' | 'owners' | 'pipelines' | 'definitions' | 'rules' | 'account';
  /** The most objects below a field that is not a connection, such as the results of a mutation. */
  readonly items?: (node: FieldNode) => number;
  /** True when the field returns association labels. */
  readonly labels?: true;
  /** Scopes that the field needs because of its arguments, in addition to the scopes that it always needs. */
  readonly argumentScopes?: (node: FieldNode) => readonly ScopeRequirement[];
  /** An upper bound of the field's calls that depend on its arguments, in addition to the calls of `reads`. */
  readonly calls?: (node: FieldNode) => number;
}

/** The field option `extensions` with the field's metadata. */
export function fieldMetadata(metadata: FieldMetadata): { readonly hubspot: FieldMetadata } {
  return { hubspot: metadata };
}

/** The metadata of a field, see `fieldMetadata`. */
export function metadataOf({ extensions }: Pick<GraphQLField<unknown, unknown>, 'extensions'>): FieldMetadata {
  return (extensions.hubspot ?? {}) as FieldMetadata; // Only `fieldMetadata` sets this extension.
}
