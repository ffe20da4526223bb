import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTimeISO, GraphQLLocalDate } from 'graphql-scalars';
import { GatewayError } from '../../errors.ts';

/** A date-time as an RFC 3339 string in UTC. */
export const DateTime = new GraphQLScalarType<Date, string>({
  ...GraphQLDateTimeISO.toConfig(),
  name: 'DateTime',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339#section-5.6',
  description: 'A date-time as RFC 3339 in UTC, for example `2026-11-23T09:00:00.000Z`.',
});

/** A date as `YYYY-MM-DD`. */
export const LocalDate = new GraphQLScalarType<string, string>({
  ...GraphQLLocalDate.toConfig(),
  name: 'Date',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339#section-5.6',
  description: 'A calendar date without a time zone, for example `2026-11-23`.',
});

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;

/** A decimal number as text with all digits; `undefined` for other values. */
export function decimal(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text.length <= 128 && DECIMAL.test(text) ? text : undefined;
}

function parseDecimal(value: unknown): string {
  const text = decimal(value);
  if (text === undefined) throw new GraphQLError('Decimal must be a number such as "1250.50".');
  return text;
}

/** The decimal number, or the error HUBSPOT_BAD_RESPONSE for other values. */
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

/** A number as text, because a float would lose digits. graphql-scalars has no scalar that keeps the text. */
export const Decimal = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  description:
    'An exact decimal number as a string, with the digits that HubSpot stores. Input takes a string or a number.',
  serialize: serializeDecimal,
  parseValue: parseDecimal,
  parseLiteral(node) {
    return parseDecimal(
      node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT ? node.value : undefined,
    );
  },
});
