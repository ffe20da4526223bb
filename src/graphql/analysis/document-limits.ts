import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import {
  type ASTVisitor,
  GraphQLError,
  Kind,
  Lexer,
  type SelectionSetNode,
  Source,
  TokenKind,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';

/**
 * What one document may hold, and the variables sent with it. Brackets: open at once, of any kind; the parser descends
 * into each, and so does who reads variables.
 */
export const LIMITS = { tokens: 2_000, brackets: 100, depth: 12, aliases: 30, rootFields: 20, values: 20_000 };

/**
 * Reads no further than the limits. The parser has one of its own for tokens, but prints its value, and none for
 * nesting, which exhausts the stack. Answers the number of tokens.
 * @throws GraphQLError
 */
export function measureDocument(text: string | Source): number {
  const lexer = new Lexer(typeof text === 'string' ? new Source(text) : text);
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

const OPENING: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/**
 * What is wrong with variables that hold too much, as a whole or in one number: fitting a list of inputs to the schema
 * takes each of their fields for every item. HTTP 400, as for those that do not fit.
 */
export function variablesBeyondLimits(variables: unknown): GraphQLError | undefined {
  let values = 0;
  let level: readonly unknown[] = [variables];
  for (let brackets = 0; level.length > 0; brackets += 1) {
    values += level.length;
    if (values > LIMITS.values || brackets > LIMITS.brackets) return badVariables('The variables hold too much.');
    const inner: unknown[] = [];
    for (const value of level) {
      if (hasLostDigits(value)) return badVariables('A number of more than 15 digits must be given as a string.');
      if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) inner.push(each);
    }
    level = inner;
  }
  return undefined;
}

/** JSON's numbers are floats here: of 9007199254740993 another number is left, which may be the id of another record. */
function hasLostDigits(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER;
}

function badVariables(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { http: { status: 400 } } });
}

/** Validation rule: the root fields of an operation. */
function maxRootFields(context: ValidationContext): ASTVisitor {
  // Every fragment is counted once: each of twenty that spread the next one twice would be counted a million times.
  const counted = new Map<string, number>();
  const countFragment = (name: string): number => {
    const known = counted.get(name);
    if (known !== undefined) return known;
    counted.set(name, 0); // Stands while the fragment is being counted; one that spreads itself is refused elsewhere.
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

/** Validation rules that bound what an operation can ask of the executor, however the document came. */
export const LIMIT_RULES: readonly ValidationRule[] = [
  maxRootFields,
  // A fragment is not a level: what counts is how deep the answer can get.
  maxDepthRule({ n: LIMITS.depth, flattenFragments: true, ...reporting('The operation is nested too deeply.') }),
  // `__typename` is exempt by default, which leaves the door open that the limit is there to shut.
  maxAliasesRule({ n: LIMITS.aliases, allowList: [], ...reporting('The operation has too many aliases.') }),
];

/** Reported like any other validation error, and without the limit's value. */
function reporting(message: string) {
  return {
    propagateOnRejection: false,
    onReject: [(context: ValidationContext | null) => context?.reportError(new GraphQLError(message))],
  };
}
