import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import fc from 'fast-check';
import {
  buildSchema,
  type ExecutionResult,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  GraphQLScalarType,
  getNamedType,
  getNullableType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  parse,
  validate,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { createExecutor } from '../../src/graphql/execution/executor.ts';
import { presentErrors } from '../../src/http/graphql/plugins/use-error-codes.ts';
import { createLogger } from '../../src/lib/logging/logger.ts';
import { FUZZ_SCALE, FUZZ_SEED } from '../helpers/fuzz.ts';
import { Random } from '../helpers/random.ts';

/** Shapes of answers that the gateway's own schema does not have are tried here; its own, in random-documents. */
const RUNS = 30 * FUZZ_SCALE;

// Fields called `at…` have a resolver: it answers at once, or later where `Later` stands. As in every schema of ours,
// lists whose items must not be null and may wait are properties.
const schema = buildSchema(/* GraphQL */ `
  type Query { row: Row rows: [Row!]! maybe: [Row] atRow: Row atLater: Row atRows: [Row] atLaterRows: [Row] }
  type Row {
    id: ID! name: String size: Int! share: Float moment: Moment! day: Moment kind: Kind! other: Kind flag: Boolean!
    child: Row must: Row! children: [Row!] all: [Row!]! names: [String!] tags: [Kind]!
    atName: String atChild: Row atChildren: [Row] atLater: Row atLaterName: String atLaterChildren: [Row]
  }
  enum Kind { A B }
  scalar Moment
`);
const moment = schema.getType('Moment');
if (moment instanceof GraphQLScalarType) {
  moment.serialize = (value) => {
    if (!(value instanceof Date)) throw new TypeError('no moment');
    return value.toISOString();
  };
}

const UNREADABLE = new GatewayError('HUBSPOT_BAD_RESPONSE', 'HubSpot holds a date here that cannot be read.', {});
const GARBAGE = [null, undefined, {}, [], 'garbage', Number.NaN, 1e40, true, new Date(Number.NaN), UNREADABLE] as const;
const MAX_DEPTH = 5;

/** A value for each place of an answer, always the same one: some of them break what the schema promises. */
class BrokenWorld {
  readonly #seed: number;
  readonly #share: number;

  constructor(seed: number, share: number) {
    this.#seed = seed;
    this.#share = share;
  }

  row(place: string, depth = 0): object {
    const type = schema.getType('Row');
    const fields = isObjectType(type) ? Object.values(type.getFields()) : [];
    const row = { place, depth };
    for (const { name, type } of fields) {
      if (name.startsWith('at')) continue;
      Object.defineProperty(row, name, { get: () => this.value(type, `${place}.${name}`, depth) });
    }
    return row;
  }

  value(type: GraphQLOutputType, place: string, depth: number): unknown {
    const random = this.random(place);
    if (random.next() < this.#share) return GARBAGE[Math.floor(random.next() * GARBAGE.length)];
    const nullable = getNullableType(type);
    if (isListType(nullable)) {
      const length = depth < MAX_DEPTH ? Math.floor(random.next() * 3) : 0;
      return Array.from({ length }, (_, index) => this.value(nullable.ofType, `${place}.${index}`, depth));
    }
    if (isObjectType(nullable)) return depth < MAX_DEPTH || isNonNullType(type) ? this.#below(place, depth) : null;
    if (isEnumType(nullable)) return random.next() < 0.5 ? 'A' : 'B';
    return { ID: place, String: place, Int: 7, Float: 0.5, Boolean: false, Moment: new Date(0) }[String(nullable)];
  }

  /** What must be there, and would go on for ever, ends as a null. */
  #below(place: string, depth: number): object | null {
    return depth < MAX_DEPTH ? this.row(place, depth + 1) : null;
  }

  /** Of a resolver, which may fail, too. */
  readonly resolve: GraphQLFieldResolver<unknown, unknown> = (parent, _args, _context, { fieldName, returnType }) => {
    const { place = '', depth = 0 } = (parent ?? {}) as { place?: string; depth?: number }; // A row, or the root.
    const here = `${place}.${fieldName}`;
    const answer = () => {
      if (this.random(`${here} fails`).next() < this.#share) throw UNREADABLE;
      return this.value(returnType, here, depth);
    };
    if (!fieldName.startsWith('atLater')) return answer();
    const turns = Math.floor(this.random(`${here} turns`).next() * 3);
    return (async () => {
      for (let turn = 0; turn < turns; turn += 1) await turnOfTheLoop();
      return answer();
    })();
  };

  random(place: string): Random {
    let seed = this.#seed;
    for (let index = 0; index < place.length; index += 1) seed = (Math.imul(seed, 31) + place.charCodeAt(index)) | 0;
    return new Random(seed);
  }
}

/** Selections of a type; of rows without the fields that have a resolver, or with all. */
function selections(typeName: 'Query' | 'Row', all: boolean, levels: number): fc.Arbitrary<string> {
  const type = schema.getType(typeName);
  const left = all ? / / : typeName === 'Row' ? /^at/ : /^atLater/;
  const fields = Object.values(isObjectType(type) ? type.getFields() : {}).filter(
    ({ name, type }) => !left.test(name) && (levels > 1 || isLeafType(getNamedType(type))),
  );
  const field = fc.constantFrom(...fields).chain(({ name, type }) => {
    if (isLeafType(getNamedType(type))) return fc.constantFrom(name, `${name[0]}${name}: ${name}`);
    return selections('Row', all, levels - 1).map((below) => `${name} { ${below} }`);
  });
  const some = fc.array(field, { minLength: 1, maxLength: 4 }).map((list) => list.join(' '));
  return fc.oneof(
    { weight: 4, arbitrary: some },
    { weight: 1, arbitrary: some.map((x) => `... on ${typeName} { ${x} }`) },
  );
}

async function both(text: string, world: BrokenWorld) {
  for (const name of ['Query', 'Row']) {
    const type = schema.getType(name);
    for (const field of Object.values(isObjectType(type) ? type.getFields() : {})) {
      if (field.name.startsWith('at')) field.resolve = world.resolve;
    }
  }
  const document = parse(text);
  fc.pre(validate(schema, document).length === 0);
  const rootValue = Object.fromEntries(
    ['row', 'rows', 'maybe'].map((name) => {
      const type = schema.getQueryType()?.getFields()[name]?.type;
      return [name, type && world.value(type, name, 0)];
    }),
  );
  const args = { schema, document, rootValue };
  return {
    reference: answered(
      await createExecutor({ maxRows: Number.POSITIVE_INFINITY, compiledAtUse: Number.POSITIVE_INFINITY })(args),
    ),
    compiled: answered(await createExecutor({ maxRows: Number.POSITIVE_INFINITY, compiledAtUse: 1 })(args)),
  };
}

const logger = createLogger('silent');

/** As a client reads it; errors in any order. */
function answered({ data, errors = [] }: ExecutionResult) {
  const presented = presentErrors(errors, { logger, suggestions: false });
  const plain: { data: unknown; errors: { path: (string | number)[] }[] } = JSON.parse(
    JSON.stringify({ data, errors: presented }),
  );
  return { data: plain.data, errors: plain.errors.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) };
}

/** The position that is null because of an error: itself, or a parent that had to go with it. */
function nulled(data: unknown, path: readonly (string | number)[]): string {
  let [value, depth] = [data, 0];
  while (typeof value === 'object' && value !== null && depth < path.length) {
    value = Reflect.get(value, path[depth] ?? '');
    depth += 1;
  }
  expect(value).toBeNull();
  return path.slice(0, depth).join('.');
}

function nulledPositions({ data, errors }: ReturnType<typeof answered>): string[] {
  const positions = errors.map(({ path }) => nulled(data, path));
  expect(new Set(positions).size).toBe(positions.length);
  return positions.sort();
}

const worlds = fc
  .record({ seed: fc.integer(), share: fc.constantFrom(0.02, 0.1, 0.3) })
  .map(({ seed, share }) => new BrokenWorld(seed, share));

describe('compiled and interpreted operations give the same answer for all values', () => {
  it('to the letter where what must be there is there at once', async () => {
    await fc.assert(
      fc.asyncProperty(selections('Query', false, 4), worlds, async (fields, world) => {
        const { reference, compiled } = await both(`{ ${fields} }`, world);
        expect(compiled).toEqual(reference);
        nulledPositions(compiled);
      }),
      { seed: FUZZ_SEED, numRuns: RUNS },
    );
  });

  // Of several that fail at different times below one parent, either may be the one that is reported.
  it('with one error for each null where some come later', async () => {
    await fc.assert(
      fc.asyncProperty(selections('Query', true, 4), worlds, async (fields, world) => {
        const { reference, compiled } = await both(`{ ${fields} }`, world);
        expect(compiled.data).toEqual(reference.data);
        expect(nulledPositions(compiled)).toEqual(nulledPositions(reference));
      }),
      { seed: FUZZ_SEED, numRuns: RUNS },
    );
  });
});
