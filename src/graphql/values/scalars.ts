import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTimeISO, GraphQLLocalDate } from 'graphql-scalars';
import { GatewayError } from '../../errors.ts';

/** RFC 3339 in UTC, from and to ISO strings. */
export const DateTime = new GraphQLScalarType<Date, string>({
  ...GraphQLDateTimeISO.toConfig(),
  name: 'DateTime',
  description: 'A moment as RFC 3339 in UTC, for example `2026-11-23T09:00:00.000Z`.',
});

/** A day, from and to `YYYY-MM-DD`. */
export const LocalDate = new GraphQLScalarType<string, string>({
  ...GraphQLLocalDate.toConfig(),
  name: 'Date',
  description: 'A day of the calendar without a time zone, for example `2026-11-23`.',
});

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;

/** The digits of a number; `undefined` for anything that is not one. */
export function decimal(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text.length <= 128 && DECIMAL.test(text) ? text : undefined;
}

function parseDecimal(value: unknown): string {
  const text = decimal(value);
  if (text === undefined) throw new GraphQLError('Decimal must be a number such as "1250.50".');
  return text;
}

/** For a text that is no number, the error HUBSPOT_BAD_RESPONSE. */
export function storedDecimal(value: unknown): string | GatewayError {
  return (
    decimal(value) ?? new GatewayError('HUBSPOT_BAD_RESPONSE', 'HubSpot holds a number here that cannot be read.', {})
  );
}

function serializeDecimal(value: unknown): string {
  const text = storedDecimal(value);
  if (text instanceof GatewayError) throw text;
  return text;
}

/** A number digit for digit, as HubSpot stores it: never through a float. graphql-scalars has none that keeps the text. */
export const Decimal = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  description:
    'An exact decimal number as a string, digit for digit as HubSpot stores it. Input takes a string or a number.',
  serialize: serializeDecimal,
  parseValue: parseDecimal,
  parseLiteral(node) {
    return parseDecimal(
      node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT ? node.value : undefined,
    );
  },
});
