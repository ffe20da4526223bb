import { builder } from '../builder.ts';
import { CrmRef } from '../refs.ts';

/** Its fields are in the files of the types they answer with. */
builder.interfaceType(CrmRef, {
  description:
    "What is reachable in one portal. On `Query` it means the tenant's only installation that is not disconnected.",
});
