import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import {
  type ASTVisitor,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  Lexer,
  NoFragmentCyclesRule,
  type SelectionSetNode,
  Source,
  TokenKind,
  type ValidationContext,
  type ValidationRule,
  validate,
} from 'graphql';

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
 * The error for variables with too many values, or with a number that has lost digits. The limit exists because GraphQL
 * visits every field of an input type for each item of a list. The error has HTTP status 422, like other invalid
 * variables.
 */
export function variablesBeyondLimits(variables: unknown): GraphQLError | undefined {
  let values = 0;
  let level: readonly unknown[] = [variables];
  for (let brackets = 0; level.length > 0; brackets += 1) {
    values += level.length;
    if (values > LIMITS.values || brackets > LIMITS.brackets) return badVariables('The variables hold too much.');
    const nextLevel: unknown[] = [];
    for (const value of level) {
      if (hasLostDigits(value)) return badVariables('A number of more than 15 digits must be given as a string.');
      if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) nextLevel.push(each);
    }
    level = nextLevel;
  }
  return undefined;
}

/** JSON.parse rounds 9007199254740993 to another number, which could be the id of another record. */
function hasLostDigits(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER;
}

function badVariables(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { http: { status: 422 } } });
}

/** Validation rule: limits the root fields of an operation. */
function maxRootFields(context: ValidationContext): ASTVisitor {
  // Each fragment is counted once. In a chain of 20 fragments that each spread the next one twice, the last fragment
  // would otherwise be counted a million times.
  const counted = new Map<string, number>();
  const countFragment = (name: string): number => {
    const known = counted.get(name);
    if (known !== undefined) return known;
    counted.set(name, 0); // Ends the recursion for a fragment that spreads itself. Another rule reports it.
    const selectionSet = context.getFragment(name)?.selectionSet;
    const fields = selectionSet ? count(selectionSet) : 0;
    counted.set(name, fields);
    return fields;
  };
  const count = ({ selections }: SelectionSetNode): number =>
    selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FIELD) return sum + 1;
      if (selection.kind === Kind.INLINE_FRAGMENT) return sum + count(selection.selectionSet);
      return sum + countFragment(selection.name.value);
    }, 0);
  return {
    OperationDefinition(node) {
      if (count(node.selectionSet) > LIMITS.rootFields) {
        context.reportError(new GraphQLError('The operation has too many root fields.', { nodes: node }));
      }
    },
  };
}

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

/**
 * Validation rules that limit the work of the executor. They apply to executed documents and to documents in arguments.
 */
export const LIMIT_RULES: readonly ValidationRule[] = [
  maxRootFields,
  // Fragments do not count as levels, because they do not make the answer deeper.
  maxDepthRule({ n: LIMITS.depth, flattenFragments: true, ...reporting('The operation is nested too deeply.') }),
  // The rule exempts `__typename` by default. A document could then have any number of aliases of it.
  maxAliasesRule({ n: LIMITS.aliases, allowList: [], ...reporting('The operation has too many aliases.') }),
];

/** Makes the rule report an ordinary validation error without the value of the limit. */
function reporting(message: string) {
  return {
    propagateOnRejection: false,
    onReject: [(context: ValidationContext | null) => context?.reportError(new GraphQLError(message))],
  };
}
