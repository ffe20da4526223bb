import { builder } from './builder.ts';
import { property } from './plain-fields.ts';
import type { RecordType } from './record-types.ts';
import { RECORD_REFS } from './refs.ts';
import { from } from './selection.ts';

/** `ContactConnection` with its edge. */
export function recordConnection({ typename, objectType }: RecordType) {
  return builder.connectionObject(
    {
      type: RECORD_REFS[typename],
      name: `${typename}Connection`,
      description: `A page of ${objectType}.`,
      fields: totalCount,
    },
    { name: `${typename}Edge` },
  );
}

/** `ContactDealConnection`: neighbours, with the labels of the association on each edge. */
export function associationConnection(owner: RecordType, neighbour: RecordType) {
  const node = RECORD_REFS[neighbour.typename];
  const name = `${owner.typename}${neighbour.typename}`;
  const edge = builder.edgeObject({
    type: node,
    name: `${name}Edge`,
    fields: (t) => ({
      labels: t.stringList({
        description: 'Labels of the association, such as `Decision maker`; empty when it has none.',
        extensions: from({ labels: true }),
        resolve: property<string[]>(),
      }),
    }),
  });
  return builder.connectionObject(
    {
      type: node,
      name: `${name}Connection`,
      description: `A page of ${neighbour.objectType} associated with a ${owner.singular}.`,
      fields: totalCount,
    },
    edge,
  );
}

type ConnectionFields = PothosSchemaTypes.ObjectFieldBuilder<typeof builder.$inferSchemaTypes, object>;

function totalCount(t: ConnectionFields) {
  return {
    totalCount: t.int({
      nullable: true,
      description:
        'How many there are in all; on later pages of a search by record id, how many there were at its first. Null where HubSpot does not tell: in plain lists and associations.',
      resolve: property<number | null>(),
    }),
  };
}
