import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { type GraphQLSchema, lexicographicSortSchema, specifiedDirectives } from 'graphql';
import { builder } from './builder.ts';
import { CrmRef, QueryRef } from './refs.ts';
import { DateTime, Decimal, LocalDate } from './scalars.ts';
import { hubspotScopesDirective } from './scopes.ts';
import './types/access.ts';
import './types/association-writes.ts';
import './types/company.ts';
import './types/connect.ts';
import './types/contact.ts';
import './types/crm.ts';
import './types/deal.ts';
import './types/installation.ts';
import './types/lifecycle.ts';
import './types/node.ts';
import './types/owner.ts';
import './types/pipeline.ts';
import './types/property.ts';
import './types/property-value.ts';
import './types/record.ts';
import './types/record-writes.ts';
import './types/user-error.ts';
import './types/viewer.ts';

builder.addScalarType('Date', LocalDate);
builder.addScalarType('DateTime', DateTime);
builder.addScalarType('Decimal', Decimal);
builder.objectType(QueryRef, {
  description: "Reads. The fields of `Crm` mean the tenant's only installation that is not disconnected.",
  interfaces: [CrmRef],
});
builder.mutationType({ description: 'Changes.' });

/** The executable schema. Built once. */
export const schema: GraphQLSchema = builder.toSchema({
  directives: [...specifiedDirectives, hubspotScopesDirective],
});

/** The SDL with its directives, sorted: what schema/schema.graphql holds. */
export function printSchema(): string {
  return `${printSchemaWithDirectives(lexicographicSortSchema(schema))}\n`;
}
