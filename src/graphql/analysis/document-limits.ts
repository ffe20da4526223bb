import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Lexer,
  NoFragmentCyclesRule,
  Source,
  TokenKind,
  type ValidationRule,
  validate,
} from 'graphql';
import { operationsIn, sizeOf } from './operations.ts';

/**
 * Limits of one document and of the variables sent with it. `brackets` limits how many brackets of any kind are open at
 * the same time, because the parser and the readers of variables recurse into each one. `lines` limits what each
 * GraphQLError costs, because it counts the lines before its place.
 */
export const LIMITS = {
  tokens: 2_000,
  lines: 4_000,
  brackets: 100,
  depth: 12,
  aliases: 30,
  rootFields: 20,
  values: 20_000,
};

/**
 * Counts the tokens of a document, and stops at the limits. The parser's own token limit shows its value in the error
 * message. The parser has no limit for nesting, so a deep document would exhaust the stack.
 * @throws GraphQLError
 */
export function measureDocument(text: string | Source): number {
  const source = typeof text === 'string' ? new Source(text) : text;
  if (hasMoreLines(source.body, LIMITS.lines)) throw new GraphQLError('The document has too many lines.');
  const lexer = new Lexer(source);
  let brackets = 0;
  let tokens = 0;
  for (; lexer.advance().kind !== TokenKind.EOF; tokens += 1) {
    const { kind } = lexer.token;
    if (OPENING.has(kind)) brackets += 1;
    else if (CLOSING.has(kind)) brackets -= 1;
    if (tokens >= LIMITS.tokens) throw new GraphQLError('The document is too long.');
    if (brackets > LIMITS.brackets) throw new GraphQLError('The document is nested too deeply.');
  }
  return tokens;
}

/** Counts line terminators as GraphQL defines them: https://spec.graphql.org/October2021/#sec-Line-Terminators */
function hasMoreLines(text: string, limit: number): boolean {
  const terminator = /\r\n|[\n\r]/g;
  for (let lines = 1; terminator.test(text); lines += 1) if (lines >= limit) return true;
  return false;
}

const OPENING: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/**
 * The message about variables with too many values, or with a number that has lost digits; `undefined` for all others.
 * The limit exists because GraphQL visits every field of an input type for each item of a list.
 */
export function variablesBeyondLimits(variables: unknown): string | undefined {
  let values = 0;
  let level: readonly unknown[] = [variables];
  for (let brackets = 0; level.length > 0; brackets += 1) {
    values += level.length;
    if (values > LIMITS.values || brackets > LIMITS.brackets) return 'The variables hold too much.';
    const nextLevel: unknown[] = [];
    for (const value of level) {
      // JSON.parse rounds 9007199254740993 to another number, which could be the id of another record.
      if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER)
        return 'A number of more than 15 digits must be given as a string.';
      if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) nextLevel.push(each);
    }
    level = nextLevel;
  }
  return undefined;
}

/**
 * Validation rule: limits the work of the executor. Applies to executed documents and to documents in arguments. The
 * document must have no circular fragments.
 */
export const limitsRule: ValidationRule = (context) => ({
  Document(document) {
    for (const executable of operationsIn({ schema: context.getSchema(), document })) {
      const { rootFields, depth, aliases } = sizeOf(executable);
      const refuse = (message: string) =>
        context.reportError(new GraphQLError(message, { nodes: executable.operation }));
      if (rootFields > LIMITS.rootFields) refuse('The operation has too many root fields.');
      if (depth > LIMITS.depth) refuse('The operation is nested too deeply.');
      if (aliases > LIMITS.aliases) refuse('The operation has too many aliases.');
    }
  },
});

/**
 * Returns the errors of a document. Circular fragments are checked first and returned alone: the rule about overlapping
 * fields compares fragments pair by pair, and exhausts the stack when they spread each other in circles.
 */
export function validateDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
  rules: readonly ValidationRule[],
): readonly GraphQLError[] {
  const cycles = validate(schema, document, [NoFragmentCyclesRule]);
  return cycles.length > 0 ? cycles : validate(schema, document, rules);
}
