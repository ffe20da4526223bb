import { operationsOfFiles } from '../../../src/graphql/analysis/frontend-scopes.ts';
import { preflight } from '../../../src/graphql/analysis/required-scopes.ts';
import { schema } from '../../../src/graphql/schema.ts';
import { ScopeSet } from '../../../src/hubspot/oauth/scope-set.ts';
import type { Part } from '../part.ts';
import { spread } from '../statistics.ts';
import { withSpread } from '../table.ts';

const PERSON = `id hubspotId url createdAt updatedAt archived email firstName lastName phone mobilePhone jobTitle
  companyName website lifecycleStage leadStatus address city state zip country lastContactedAt`;
const SALE = 'id hubspotId url createdAt updatedAt archived name amount currency closeDate dealType description';
const OWNER = 'id hubspotId email firstName lastName archived';
/** 60 fields, of which five need scopes. */
const DOCUMENT = `query Sixty { contacts { nodes { ${PERSON} owner { ${OWNER} } deals { nodes {
  ${SALE} owner { ${OWNER} } contacts { nodes { id email } } } } } pageInfo { hasNextPage } } }`;

const ROUNDS = 7;
const COLD = 500;
const CACHED = 200_000;

/** What the preflight of an operation of 60 fields takes. */
export const scopes: Part = {
  name: 'scopes',
  describe: 'the preflight of an operation of 60 fields: for a document that was never seen, and for one that is known',
  async run() {
    const granted = ScopeSet.of(['oauth', 'crm.objects.contacts.read']);
    const rounds = Array.from({ length: ROUNDS }, () => {
      const operations = Array.from({ length: COLD }, () =>
        operationsOfFiles(schema, [{ name: 'sixty.graphql', text: DOCUMENT }]),
      ).flat();
      const [known] = operations;
      return {
        cold: microseconds(operations.map((operation) => () => preflight(operation, granted).refused.size)),
        cached: known ? microseconds(Array(CACHED).fill(() => preflight(known, granted).refused.size)) : Number.NaN,
      };
    });
    const cold = spread(rounds.map((round) => round.cold));
    const cached = spread(rounds.map((round) => round.cached));
    return {
      figures: { unit: 'microseconds', cold, cached },
      table: `scopes: preflight of an operation of 60 fields, in µs

  a document never seen    ${withSpread(cold, 1)}
  a document that is known ${withSpread(cached, 3)}
`,
    };
  },
};

function microseconds(work: readonly (() => number)[]): number {
  let refused = 0;
  const startedAt = performance.now();
  for (const once of work) refused += once();
  const took = performance.now() - startedAt;
  if (refused === 0) throw new TypeError('the preflight refused nothing: this measures something else');
  return (took / work.length) * 1_000;
}
