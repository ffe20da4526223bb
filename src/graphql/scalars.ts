import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTimeISO } from 'graphql-scalars';

/** RFC 3339 in UTC, from and to ISO strings. */
export const DateTime = new GraphQLScalarType<Date, string>({
  ...GraphQLDateTimeISO.toConfig(),
  name: 'DateTime',
  description: 'A moment as RFC 3339 in UTC, for example `2026-11-23T09:00:00.000Z`.',
});

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;

function decimal(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text.length > 128 || !DECIMAL.test(text)) {
    throw new GraphQLError('Decimal must be a number such as "1250.50".');
  }
  return text;
}

/** A number digit for digit, as HubSpot stores it: never through a float. graphql-scalars has none that keeps the text. */
export const Decimal = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  description:
    'An exact decimal number as a string, digit for digit as HubSpot stores it. Input takes a string or a number.',
  serialize: decimal,
  parseValue: decimal,
  parseLiteral(node) {
    if (node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT) return decimal(node.value);
    throw new GraphQLError('Decimal must be a number such as "1250.50".', { nodes: node });
  },
});
