import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { type GraphQLSchema, lexicographicSortSchema, specifiedDirectives } from 'graphql';
import { builder } from './builder.ts';
import { ERROR_CODE_LIST } from './error-codes.ts';
import { CrmRef, QueryRef } from './refs.ts';
import { hubspotScopesDirective } from './scopes.ts';
import { DateTime, Decimal, LocalDate } from './values/scalars.ts';
import './types/installation/access.ts';
import './types/installation/account.ts';
import './types/association-writes.ts';
import './types/installation/connect.ts';
import './types/contact-by-email.ts';
import './types/crm.ts';
import './types/installation/installation.ts';
import './types/installation/lifecycle.ts';
import './types/installation/marketplace.ts';
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
import './types/write-rule.ts';
import './types/writes/batch-writes.ts';
import './types/writes/record-removals.ts';

builder.addScalarType('Date', LocalDate);
builder.addScalarType('DateTime', DateTime);
builder.addScalarType('Decimal', Decimal);
builder.objectType(QueryRef, {
  description: `All reads. The fields of \`Crm\` read the portal of the tenant's only installation that is not disconnected. A record that does not exist is null without an error. A field is null with an error in \`errors\` when the portal has not granted its scopes, or when HubSpot fails. \`extensions.code\` gives the reason:

${ERROR_CODE_LIST}

\`extensions.hubspot\` describes HubSpot's answer: \`status\`, \`category\`, \`subCategory\`, and the \`correlationId\` that HubSpot's support asks for.`,
  interfaces: [CrmRef],
});
builder.mutationType({
  description:
    'All writes. Mutations run one after the other in the order of the document. `userErrors` in the payload reports ' +
    'errors that the user can fix. `errors` reports all other errors, with the codes that `Query` lists. A mutation with ' +
    'such an error is null. The results of the mutations before it remain, and the mutations after it still run.',
});

/** The executable schema. */
export const schema: GraphQLSchema = builder.toSchema({
  directives: [...specifiedDirectives, hubspotScopesDirective],
});

/** The sorted SDL with directives, for schema/schema.graphql. */
export function printSchema(): string {
  return `${printSchemaWithDirectives(lexicographicSortSchema(schema))}\n`;
}
