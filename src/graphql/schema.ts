import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { type GraphQLSchema, lexicographicSortSchema, specifiedDirectives } from 'graphql';
import { builder } from './builder.ts';
import { ERROR_CODE_LIST } from './error-codes.ts';
import { CrmRef, QueryRef } from './refs.ts';
import { hubspotScopesDirective } from './scopes.ts';
import { DateTime, Decimal, LocalDate } from './values/scalars.ts';
import './types/installation/access.ts';
import './types/association-writes.ts';
import './types/installation/connect.ts';
import './types/contact-by-email.ts';
import './types/crm.ts';
import './types/installation/installation.ts';
import './types/installation/lifecycle.ts';
import './types/node.ts';
import './types/owner.ts';
import './types/pipeline.ts';
import './types/property.ts';
import './types/property-value.ts';
import './types/record.ts';
import './types/records.ts';
import './types/record-writes.ts';
import './types/user-error.ts';
import './types/installation/viewer.ts';

builder.addScalarType('Date', LocalDate);
builder.addScalarType('DateTime', DateTime);
builder.addScalarType('Decimal', Decimal);
builder.objectType(QueryRef, {
  description: `What can be read. The fields of \`Crm\` mean the portal of the tenant's only installation that is not disconnected. A record that does not exist is null without an error. What the portal did not grant, and what HubSpot fails, is null, too, and \`errors\` tells why, by \`extensions.code\`:

${ERROR_CODE_LIST}

Facts of HubSpot are in \`extensions.hubspot\`: \`status\`, \`category\`, \`subCategory\`, and \`correlationId\` for its support.`,
  interfaces: [CrmRef],
});
builder.mutationType({
  description:
    'What can be changed. Fields run in their order and are never merged. What the person in front of the screen can mend ' +
    'is told in `userErrors` of the payload, everything else in `errors`, by the codes that `Query` lists: that field is ' +
    'null then, those before it keep their results, and those after it run all the same.',
});

/** The executable schema. Built once. */
export const schema: GraphQLSchema = builder.toSchema({
  directives: [...specifiedDirectives, hubspotScopesDirective],
});

/** The SDL with its directives, sorted: what schema/schema.graphql holds. */
export function printSchema(): string {
  return `${printSchemaWithDirectives(lexicographicSortSchema(schema))}\n`;
}
