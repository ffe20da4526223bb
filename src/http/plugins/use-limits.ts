import { maxAliasesPlugin } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthPlugin } from '@escape.tech/graphql-armor-max-depth';
import {
  type ASTVisitor,
  GraphQLError,
  Kind,
  Lexer,
  NoSchemaIntrospectionCustomRule,
  parse,
  type SelectionSetNode,
  Source,
  TokenKind,
  type ValidationContext,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** What one operation may hold. Brackets: open at once, of any kind; the parser descends into each. */
export const LIMITS = { tokens: 2_000, brackets: 100, depth: 12, aliases: 30, rootFields: 20 };

/** Bounds the work that a document can ask of the parser, the validator and the executor. */
export function useLimits({ introspection }: { introspection: boolean }): Plugin[] {
  return [
    {
      onParse: ({ setParseFn }) =>
        setParseFn((source, options) => {
          measure(typeof source === 'string' ? new Source(source) : source);
          return parse(source, options);
        }),
      onValidate({ addValidationRule }) {
        addValidationRule(maxRootFields);
        if (!introspection) addValidationRule(NoSchemaIntrospectionCustomRule);
      },
    },
    // A fragment is not a level: what counts is how deep the answer can get.
    maxDepthPlugin({ n: LIMITS.depth, flattenFragments: true, ...reporting('The operation is nested too deeply.') }),
    // `__typename` is exempt by default, which leaves the door open that the limit is there to shut.
    maxAliasesPlugin({ n: LIMITS.aliases, allowList: [], ...reporting('The operation has too many aliases.') }),
  ];
}

/**
 * Reads no further than the limits. The parser has one of its own for tokens, but prints its value, and none for
 * nesting, which exhausts the stack.
 */
function measure(source: Source): void {
  const lexer = new Lexer(source);
  let brackets = 0;
  for (let tokens = 0; lexer.advance().kind !== TokenKind.EOF; tokens += 1) {
    const { kind } = lexer.token;
    if (OPENING.has(kind)) brackets += 1;
    else if (CLOSING.has(kind)) brackets -= 1;
    if (tokens >= LIMITS.tokens) throw new GraphQLError('The document is too long.');
    if (brackets > LIMITS.brackets) throw new GraphQLError('The document is nested too deeply.');
  }
}

const OPENING: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/** Reported like any other validation error, and without the limit's value. */
function reporting(message: string) {
  return {
    propagateOnRejection: false,
    onReject: [(context: ValidationContext | null) => context?.reportError(new GraphQLError(message))],
  };
}

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
