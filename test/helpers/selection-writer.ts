import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
} from 'graphql';
import { schema } from '../../src/graphql/schema.ts';
import type { Random } from './random.ts';

type Field = GraphQLField<unknown, unknown>;

/** What decides where the schema leaves a choice. */
export interface Choices {
  /** Arguments as they are written behind the field, `''` for none; `undefined` where they cannot be given. */
  readonly argumentsOf: (field: Field, parent: GraphQLCompositeType, random: Random) => string | undefined;
  /** False for fields that must not stand here. */
  readonly allows: (field: Field, parent: GraphQLCompositeType) => boolean;
  /** A directive of a selection, mostly `''`. */
  readonly condition: (random: Random) => string;
  /** Wraps selections of `type` into a fragment, or leaves them as they are. */
  readonly fragment: (selections: string, type: GraphQLCompositeType, random: Random) => string;
  /** Fields of the whole operation, at most. */
  readonly maxFields: number;
  /** Levels of objects below the root, at most; connections take three of GraphQL's. */
  readonly maxLevels: number;
  /** Fields at the root, at most. */
  readonly maxRootFields: number;
}

/** Writes selections of the gateway's schema at random. What it writes is valid where `choices` are. */
export class SelectionWriter {
  readonly #random: Random;
  readonly #choices: Choices;
  #fieldsLeft: number;
  /** The arguments that stand behind each response key, and those of its aliases. */
  readonly #keys = new Map<string, string>();

  constructor(random: Random, choices: Choices) {
    this.#random = random;
    this.#choices = choices;
    this.#fieldsLeft = choices.maxFields;
  }

  /** Selections at the root `type`, without braces. */
  root(type: GraphQLObjectType): string {
    return this.#selections(type, this.#choices.maxLevels, this.#random.integer(1, this.#choices.maxRootFields));
  }

  #selections(type: GraphQLCompositeType, levels: number, count: number): string {
    const selections: string[] = [];
    for (let index = 0; index < count && (index === 0 || this.#fieldsLeft > 0); index += 1) {
      selections.push(this.#selection(type, levels));
    }
    return selections.join(' ');
  }

  #selection(type: GraphQLCompositeType, levels: number): string {
    const narrow = this.#narrower(type);
    if (narrow) return this.#choices.fragment(this.#selections(narrow, levels, 2), narrow, this.#random);
    const field = this.#field(type, levels);
    return this.#random.chance(0.25) ? this.#choices.fragment(field, type, this.#random) : field;
  }

  /** Of an interface, now and then, a type that implements it. */
  #narrower(type: GraphQLCompositeType): GraphQLObjectType | undefined {
    if (!isAbstractType(type) || !this.#random.chance(0.7)) return undefined;
    const [first, ...others] = schema.getPossibleTypes(type);
    return first && this.#random.pick([first, ...others]);
  }

  #field(parent: GraphQLCompositeType, levels: number): string {
    this.#fieldsLeft -= 1;
    const all = 'getFields' in parent ? Object.values(parent.getFields()) : [];
    const [first, ...others] = all.filter(
      (field) => (levels > 1 || !isCompositeType(getNamedType(field.type))) && this.#choices.allows(field, parent),
    );
    const field = first && this.#random.pick([first, ...others]);
    const given = field && this.#choices.argumentsOf(field, parent, this.#random);
    if (!field || given === undefined) return '__typename';
    const call = `${this.#keyed(field.name, given)}${given} ${this.#choices.condition(this.#random)}`;
    const type = getNamedType(field.type);
    if (!isCompositeType(type)) return call;
    const count = this.#random.integer(1, isObjectType(type) ? 3 : 4);
    return `${call} { ${this.#selections(type, levels - 1, count)} }`;
  }

  /** One response key never stands for different arguments: GraphQL would have to merge them. */
  #keyed(name: string, given: string): string {
    const wished = this.#random.chance(0.1) ? `x_${name}` : name;
    for (let number = 0; ; number += 1) {
      const key = number === 0 ? wished : `${wished}_${number}`;
      const known = this.#keys.get(key);
      if (known !== undefined && known !== given) continue;
      this.#keys.set(key, given);
      return key === name ? name : `${key}: ${name}`;
    }
  }
}
