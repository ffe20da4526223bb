import type { CrmRecord } from '../connector/connector.ts';
import { builder } from './builder.ts';
import { from } from './selection.ts';

type RecordRef = ReturnType<typeof builder.objectRef<CrmRecord>>;

/** `ContactConnection` with its edge. */
export function recordConnection(name: string, node: RecordRef) {
  return builder.connectionObject(
    { type: node, name: `${name}Connection`, description: `A page of records, \`${name}\`.`, fields: totalCount },
    { name: `${name}Edge` },
  );
}

/** `ContactDealConnection`: neighbours, with the labels of the association on each edge. */
export function associationConnection(name: string, node: RecordRef) {
  const edge = builder.edgeObject({
    type: node,
    name: `${name}Edge`,
    fields: (t) => ({
      labels: t.stringList({
        description: 'Labels of the association, such as `Decision maker`; empty when it has none.',
        extensions: from({ labels: true }),
        resolve: (edge) => ('labels' in edge && Array.isArray(edge.labels) ? edge.labels : []),
      }),
    }),
  });
  return builder.connectionObject({ type: node, name: `${name}Connection`, fields: totalCount }, edge);
}

type ConnectionFields = PothosSchemaTypes.ObjectFieldBuilder<typeof builder.$inferSchemaTypes, object>;

function totalCount(t: ConnectionFields) {
  return {
    totalCount: t.int({
      nullable: true,
      description: 'How many there are in all. Null where HubSpot does not tell: in plain lists and associations.',
      resolve: () => null,
    }),
  };
}
