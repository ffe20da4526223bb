import { isObject } from './json-object.ts';
import { incomplete, malformed, malformedFilter } from './refusals.ts';

type OperandName = 'value' | 'highValue' | 'values';

/** The operands of each operator. https://developers.hubspot.com/docs/guides/api/crm/search#filter-search-results */
const OPERANDS = {
  EQ: ['value'],
  NEQ: ['value'],
  LT: ['value'],
  LTE: ['value'],
  GT: ['value'],
  GTE: ['value'],
  BETWEEN: ['value', 'highValue'],
  IN: ['values'],
  NOT_IN: ['values'],
  CONTAINS_TOKEN: ['value'],
  NOT_CONTAINS_TOKEN: ['value'],
  HAS_PROPERTY: [],
  NOT_HAS_PROPERTY: [],
} as const satisfies Readonly<Record<string, readonly OperandName[]>>;

export type Operator = keyof typeof OPERANDS;

export interface Filter {
  readonly propertyName: string;
  readonly operator: Operator;
  /** The operands: the value, the value and the high value, or the values. */
  readonly operands: readonly string[];
}

/** @throws Refusal when an operand is missing or superfluous. */
export function parseFilter(input: unknown): Filter {
  if (!isObject(input)) throw malformed('Cannot deserialize value of type `Filter`');
  const { propertyName, operator } = input;
  const missing = ['propertyName', 'operator'].filter((name) => typeof input[name] !== 'string');
  if (typeof propertyName !== 'string' || typeof operator !== 'string') throw incomplete('Filter', missing);
  if (!isOperator(operator)) {
    throw malformed(
      `Cannot deserialize value of type \`FilterOperatorEnum\` from String "${operator}": not one of the values accepted for Enum class: [${Object.keys(OPERANDS).join(', ')}]`,
    );
  }
  const expected: readonly OperandName[] = OPERANDS[operator];
  for (const name of ['value', 'highValue', 'values'] as const) {
    const given = (input[name] ?? undefined) !== undefined;
    if (given && !expected.includes(name)) throw malformedFilter(`operator ${operator} does not support ${name}`);
    if (!given && expected.includes(name)) throw malformedFilter(requires(operator, name));
  }
  return { propertyName, operator, operands: expected.flatMap((name) => readOperand(operator, name, input[name])) };
}

function isOperator(text: string): text is Operator {
  return Object.hasOwn(OPERANDS, text);
}

function requires(operator: Operator, name: OperandName): string {
  return `operator ${operator} requires ${name === 'values' ? '' : 'a '}${name}`;
}

/** Converts numbers and booleans to text, like HubSpot. */
function readOperand(operator: Operator, name: OperandName, operand: unknown): readonly string[] {
  if (Array.isArray(operand) !== (name === 'values')) throw malformed(`Cannot deserialize value of type \`${name}\``);
  const values: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  if (values.length === 0) throw malformedFilter(requires(operator, name));
  return values.map((value) => {
    if (!['string', 'number', 'boolean'].includes(typeof value))
      throw malformed(`Cannot deserialize value of type \`${name}\``);
    return String(value);
  });
}
