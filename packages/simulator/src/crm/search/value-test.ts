import { NEGATION_FINDS_EMPTY } from '../../assumptions.ts';
import type { PropertyDefinition } from '../properties/property-definitions.ts';
import type { Filter, Operator } from './filter.ts';
import { unanswerable } from './refusals.ts';
import { containsTokens } from './tokens.ts';
import { heldValues, TEXTS, valueKind } from './value-kinds.ts';

const NEGATED: { readonly [operator in Operator]?: Operator } = {
  NEQ: 'EQ',
  NOT_IN: 'IN',
  NOT_CONTAINS_TOKEN: 'CONTAINS_TOKEN',
};

/** Whether a value matches, from its comparison with each operand: below 0 when the value is smaller. */
const RELATIONS: { readonly [operator in Operator]?: (...orders: readonly number[]) => boolean } = {
  EQ: (order: number) => order === 0,
  LT: (order: number) => order < 0,
  LTE: (order: number) => order <= 0,
  GT: (order: number) => order > 0,
  GTE: (order: number) => order >= 0,
  BETWEEN: (low: number, high: number) => low >= 0 && high <= 0,
  IN: (...orders) => orders.includes(0),
};

/**
 * The test of a filter for a property's value, `undefined` for no value.
 * @throws Refusal when an operand is invalid for the property's type.
 */
export function valueTest(
  definition: Pick<PropertyDefinition, 'name' | 'type'>,
  { operator, operands }: Filter,
): (value: string | undefined) => boolean {
  if (operator === 'HAS_PROPERTY') return (value) => value !== undefined;
  if (operator === 'NOT_HAS_PROPERTY') return (value) => value === undefined;
  const negated = NEGATED[operator];
  const fits = presentTest(definition, negated ?? operator, operands);
  return negated
    ? (value) => (value === undefined ? NEGATION_FINDS_EMPTY : !fits(value))
    : (value) => value !== undefined && fits(value);
}

function presentTest(
  { name, type }: Pick<PropertyDefinition, 'name' | 'type'>,
  operator: Operator,
  operands: readonly string[],
): (value: string) => boolean {
  const kind = valueKind(type);
  const relation = RELATIONS[operator];
  if (!relation) {
    const contains = containsTokens(kind.fold(operands[0] ?? ''));
    return (value) => contains(kind.fold(value));
  }
  const wanted = operands.map((operand) => {
    // HubSpot requires lists in lower case, so an upper-case text in a list matches nothing.
    const read = operator === 'IN' && kind === TEXTS ? operand : kind.read(operand);
    if (read === undefined) throw unanswerable(`"${operand}" is not ${kind.name}.`, name);
    return read;
  });
  return (value) =>
    heldValues(type, value).some((held) => {
      const read = kind.read(held);
      return read !== undefined && relation(...wanted.map((operand) => kind.compare(read, operand)));
    });
}
