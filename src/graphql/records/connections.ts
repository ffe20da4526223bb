import type { FieldRef } from '@pothos/core';
import type { CrmObject } from '../../crm/objects.ts';
import { fieldMetadata } from '../analysis/field-metadata.ts';
import { builder } from '../builder.ts';
import { property } from '../execution/default-resolved-fields.ts';
import { RECORD_REFS } from '../refs.ts';

/** `ContactConnection` with its edge. */
export function recordConnection({ typename, objectType, singular }: CrmObject) {
  return builder.connectionObject(
    {
      type: RECORD_REFS[objectType],
      name: `${typename}Connection`,
      description: `A page of ${objectType}.`,
      fields: (t) => totalCount(t, SEARCHED),
    },
    { name: `${typename}Edge`, description: `A ${singular}, and its place in the connection.` },
  );
}

/** `ContactDealConnection`: associated records, with the labels of the association on each edge. */
export function associationConnection(owner: CrmObject, associated: CrmObject) {
  const node = RECORD_REFS[associated.objectType];
  const name = `${owner.typename}${associated.typename}`;
  const edge = builder.edgeObject({
    type: node,
    name: `${name}Edge`,
    description: `A ${associated.singular}, its place in the connection, and what associates it with the ${owner.singular}.`,
    fields: (t) => ({
      labels: t.stringList({
        description: `Labels of the association, such as \`Primary\` or \`Decision maker\`: what the ${associated.singular} is to the ${owner.singular}. Empty when it has none.`,
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
      fields: (t) => totalCount(t, 'Null, as HubSpot does not tell of associations.'),
    },
    edge,
  );
}

type Types = typeof builder.$inferSchemaTypes;
type ConnectionFields = PothosSchemaTypes.ObjectFieldBuilder<Types, object>;

const SEARCHED =
  'How many the search finds in all; on later pages of a search by record id, how many it found on the first. Null for a plain list, of which HubSpot does not tell.';

/** `totalCount`, which says in its description when it is told. */
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
