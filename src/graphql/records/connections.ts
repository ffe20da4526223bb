import type { FieldRef } from '@pothos/core';
import type { CrmObject } from '../../crm/objects.ts';
import { fieldMetadata } from '../analysis/field-metadata.ts';
import { builder } from '../builder.ts';
import { property } from '../execution/default-resolved-fields.ts';
import { RECORD_REFS } from '../refs.ts';

/** The connection type of a record type, such as `ContactConnection`, with its edge type. */
export function recordConnection({ typename, objectType, singular }: CrmObject) {
  return builder.connectionObject(
    {
      type: RECORD_REFS[objectType],
      name: `${typename}Connection`,
      description: `A page of ${objectType}.`,
      fields: (t) => totalCount(t, SEARCHED),
    },
    { name: `${typename}Edge`, description: `A ${singular} with its cursor.` },
  );
}

/**
 * The connection type of associated records, such as `ContactDealConnection`. Its edges have the association labels.
 */
export function associationConnection(owner: CrmObject, associated: CrmObject) {
  const node = RECORD_REFS[associated.objectType];
  const name = `${owner.typename}${associated.typename}`;
  const edge = builder.edgeObject({
    type: node,
    name: `${name}Edge`,
    description: `A ${associated.singular} with its cursor, and the labels of its association with the ${owner.singular}.`,
    fields: (t) => ({
      labels: t.stringList({
        description: `Labels of the association, such as \`Primary\` or \`Decision maker\`. They describe the role of the ${associated.singular} for the ${owner.singular}. Empty when the association has no label.`,
        extensions: fieldMetadata({ labels: true }),
        resolve: property<string[]>(),
      }),
    }),
  });
  return builder.connectionObject(
    {
      type: node,
      name: `${name}Connection`,
      description: `A page of ${associated.objectType} associated with a ${owner.singular}.`,
      fields: (t) => totalCount(t, 'Always null: HubSpot does not count associations.'),
    },
    edge,
  );
}

type Types = typeof builder.$inferSchemaTypes;
type ConnectionFields = PothosSchemaTypes.ObjectFieldBuilder<Types, object>;

const SEARCHED =
  'The number of all results of the search. Later pages of a search that is ordered by record id repeat the number of the first page. Null for a list without a search, because HubSpot does not count lists.';

/** The field `totalCount`. `description` says when it is null. */
export function totalCount(
  t: ConnectionFields,
  description: string,
): { totalCount: FieldRef<Types, number | null | undefined, 'Object'> } {
  return {
    totalCount: t.int({
      nullable: true,
      description,
      resolve: property<number | null>(),
    }),
  };
}
