import {
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLObjectType,
  isNonNullType,
  isRequiredArgument,
} from 'graphql';
import { schema } from '../../src/graphql/schema.ts';
import { mutilated } from './mutilated-document.ts';
import type { Random } from './random.ts';
import { literal, type Replace, randomInput } from './random-inputs.ts';
import { type Choices, SelectionWriter } from './selection-writer.ts';

/** What a client sends. */
export interface RandomDocument {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

/** How many documents are broken after they were written. */
const MUTILATED = 0.25;
const MUTATIONS = 0.1;
const CONDITIONS = [
  '@include(if: true)',
  '@skip(if: false)',
  '@skip(if: true)',
  '@include(if: $yes)',
  '@skip(if: $yes)',
] as const;

/** A document of up to `size` fields over the whole schema; mostly one that a server must run. */
export function randomDocument(random: Random, size: number): RandomDocument {
  const operations = random.chance(0.08) ? ['A', 'B'] : ['A'];
  const document = new DocumentWriter(random, size);
  const texts = operations.map((name) => document.operation(name));
  const text = [...texts, ...document.fragments].join(' ');
  const operationName =
    operations.length > 1 || random.chance(0.3) ? { operationName: random.pick(['A', 'A', 'A', 'B']) } : {};
  const whole = { query: text, variables: document.variables, ...operationName };
  return random.chance(MUTILATED) ? { ...whole, query: mutilated(text, random) } : whole;
}

class DocumentWriter {
  readonly fragments: string[] = [];
  readonly variables: Record<string, unknown> = {};
  readonly #random: Random;
  readonly #size: number;
  /** Conditions keep an operation from being compiled: few documents have any. */
  readonly #conditions: boolean;
  readonly #named: boolean;
  #declarations: string[] = [];
  /** Fragments of the operation that is being written, by the type that they are on: they need its variables. */
  #spreadable = new Map<string, readonly string[]>();
  #variableCount = 0;

  constructor(random: Random, size: number) {
    this.#random = random;
    this.#size = size;
    this.#conditions = random.chance(0.15);
    this.#named = random.chance(this.#conditions ? 0.8 : 0.3);
  }

  operation(name: string): string {
    const isMutation = this.#random.chance(MUTATIONS);
    const root = isMutation ? schema.getMutationType() : schema.getQueryType();
    if (!root) throw new TypeError('the schema has no such root');
    this.#declarations = [];
    this.#spreadable = new Map();
    const selections = new SelectionWriter(this.#random, this.#choices(root)).root(root);
    if (this.#conditions) this.#declarations.push('$yes: Boolean! = true');
    const declared = this.#declarations.length > 0 ? `(${this.#declarations.join(', ')})` : '';
    const kind = isMutation ? 'mutation' : 'query';
    return `${kind} ${name}${declared} { ${selections} ${this.#conditions ? '__typename @skip(if: $yes)' : ''} }`;
  }

  #choices(root: GraphQLObjectType): Choices {
    return {
      allows: () => true,
      argumentsOf: (field, _parent, random) => {
        const given = field.args.filter((argument) => isRequiredArgument(argument) || random.chance(0.2));
        return given.length === 0 ? '' : `(${given.map((argument) => this.#argument(argument)).join(', ')})`;
      },
      condition: () => this.#condition(),
      fragment: (selections, { name: type }, random) => {
        if (!this.#named || random.chance(0.4)) return `... on ${type} ${this.#condition()} { ${selections} }`;
        const name = `F${this.fragments.length}`;
        this.fragments.push(`fragment ${name} on ${type} { ${selections} }`);
        // It may be spread again, here or elsewhere, under another condition; but not in itself.
        const others = this.#spreadable.get(type) ?? [];
        this.#spreadable.set(type, [...others, name]);
        const [again] = random.chance(0.7) ? [...others, name] : [];
        return `...${name} ${this.#condition()}${again ? ` ...${again} ${this.#condition()}` : ''}`;
      },
      maxFields: this.#size,
      maxLevels: this.#random.pick([1, 2, 3, 4, 4, 4, 6, 11]),
      maxRootFields: root === schema.getMutationType() ? 2 : 4,
    };
  }

  #condition(): string {
    return this.#conditions && this.#random.chance(0.3) ? this.#random.pick(CONDITIONS) : '';
  }

  #argument({ name, type }: GraphQLArgument): string {
    const value = randomInput(type, name, this.#random);
    if (this.#random.chance(0.25)) return `${name}: ${this.#variable(value, type)}`;
    const replace: Replace = (item, itemType) =>
      this.#random.chance(0.1) ? this.#variable(item, itemType) : undefined;
    return `${name}: ${literal(value, type, replace)}`;
  }

  /** A variable that mostly has this value; some have a default, and some no value at all. */
  #variable(value: unknown, type: GraphQLInputType): string {
    const random = this.#random;
    const name = `v${this.#variableCount}`;
    this.#variableCount += 1;
    const isNullable = !isNonNullType(type);
    const fallback = isNullable && random.chance(0.2) ? ` = ${literal(value, type)}` : '';
    this.#declarations.push(`$${name}: ${type}${fallback}`);
    if (!random.chance(isNullable ? 0.3 : 0.02)) this.variables[name] = value;
    return `$${name}`;
  }
}
