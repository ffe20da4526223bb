import { GraphQLError, type GraphQLSchema, parse, specifiedRules } from 'graphql';
import { LRUCache } from 'lru-cache';
import { GatewayError } from '../../errors.ts';
import type { EventLoopTurns } from '../../lib/event-loop-turns.ts';
import { LIMITS, limitsRule, measureDocument, validateDocument } from './document-limits.ts';
import { type ExecutableOperation, operationNamed, operationsIn } from './operations.ts';

/** Tokens that one request may send in documents that are not in the cache. */
const MAX_TOKENS_PER_REQUEST = 20 * LIMITS.tokens;
/** Characters of all cached documents. The parsed document takes about a hundred times the memory of its text. */
const MAX_CACHED_CHARACTERS = 500_000;
const MAX_REPORTED_ERRORS = 3;
const MAX_MESSAGE_LENGTH = 500;

/** The operations of a document, or the reason why the document is invalid. */
type ParsedArgument = { readonly operations: readonly ExecutableOperation[] } | { readonly invalidDocument: string };

/**
 * Parses documents that clients send as arguments. They have the same limits as executed documents. Validation of one
 * document can take 100 ms. The class therefore validates each text once, validates one document per turn of the event
 * loop, and limits the tokens of one request.
 */
export class ArgumentDocuments {
  readonly #schema: GraphQLSchema;
  readonly #parsed = new LRUCache<string, ParsedArgument>({
    maxSize: MAX_CACHED_CHARACTERS,
    sizeCalculation: (_parsed, text) => text.length + 1,
  });
  readonly #tokens = new WeakMap<object, number>();
  readonly #turns: EventLoopTurns;

  constructor(schema: GraphQLSchema, turns: EventLoopTurns) {
    this.#schema = schema;
    this.#turns = turns;
  }

  /**
   * All operations of the document `text`. `request` is the same object for all documents of one request.
   * @throws GatewayError BAD_USER_INPUT
   */
  async operations(text: string, argument: string, request: object): Promise<readonly ExecutableOperation[]> {
    const parsed = this.#parsed.get(text) ?? (await this.#parse(text, argument, request));
    if ('operations' in parsed) return parsed.operations;
    throw invalidDocument(argument, parsed.invalidDocument);
  }

  /** The operation that a server would execute. @throws GatewayError BAD_USER_INPUT */
  async operation(
    { document, operationName }: { readonly document: string; readonly operationName?: string | null | undefined },
    request: object,
  ): Promise<ExecutableOperation> {
    const operations = await this.operations(document, 'document', request);
    const operation = operationNamed(operations, operationName);
    if (operation) return operation;
    const message =
      operationName == null ? 'The document has several operations: name one.' : 'The document has no such operation.';
    throw new GatewayError('BAD_USER_INPUT', message, { argument: 'operationName' });
  }

  async #parse(text: string, argument: string, request: object): Promise<ParsedArgument> {
    this.#charge(text, argument, request);
    await this.#turns.next();
    // Another request may have parsed the same text in an earlier turn.
    const cached = this.#parsed.get(text);
    if (cached) return cached;
    const parsed = parseArgument(this.#schema, text);
    this.#parsed.set(text, parsed);
    return parsed;
  }

  #charge(text: string, argument: string, request: object): void {
    const tokens = (this.#tokens.get(request) ?? 0) + measure(text, argument);
    if (tokens > MAX_TOKENS_PER_REQUEST) {
      throw new GatewayError(
        'BAD_USER_INPUT',
        `The documents of one request may hold ${MAX_TOKENS_PER_REQUEST} tokens in all: send them in several requests.`,
        { argument },
      );
    }
    this.#tokens.set(request, tokens);
  }
}

function measure(text: string, argument: string): number {
  try {
    return measureDocument(text);
  } catch (error) {
    if (error instanceof GraphQLError) throw invalidDocument(argument, error.message);
    throw error;
  }
}

function parseArgument(schema: GraphQLSchema, text: string): ParsedArgument {
  try {
    const document = parse(text);
    const errors = validateDocument(schema, document, [...specifiedRules, limitsRule]);
    return errors.length > 0
      ? { invalidDocument: messageOf(errors) }
      : { operations: operationsIn({ schema, document }) };
  } catch (error) {
    if (error instanceof GraphQLError) return { invalidDocument: messageOf([error]) };
    throw error;
  }
}

/** The messages without suggestions, like those of an executed document. */
function messageOf(errors: readonly GraphQLError[]): string {
  const messages = errors.slice(0, MAX_REPORTED_ERRORS).map(({ message }) => message.replace(/ Did you mean .*$/s, ''));
  return messages.join(' ').slice(0, MAX_MESSAGE_LENGTH);
}

function invalidDocument(argument: string, reason: string): GatewayError {
  return new GatewayError('BAD_USER_INPUT', `${argument} does not fit the schema: ${reason}`, { argument });
}
