import { setImmediate as nextTurn } from 'node:timers/promises';
import { GraphQLError, type GraphQLSchema, parse, specifiedRules, validate } from 'graphql';
import { LRUCache } from 'lru-cache';
import { GatewayError } from '../../errors.ts';
import { LIMIT_RULES, LIMITS, measureDocument } from './document-limits.ts';
import type { ExecutableOperation } from './executable-operation.ts';
import { operationsIn } from './operation-document.ts';

/** Tokens of all the documents that one request may give as arguments and that are not known yet. */
const MAX_TOKENS_PER_REQUEST = 20 * LIMITS.tokens;
/** Characters of the documents whose verdicts are kept: a document's tree weighs some hundred times its text. */
const MAX_REMEMBERED_CHARACTERS = 500_000;
/** Errors of one document that are worth telling. */
const MAX_TOLD_ERRORS = 3;
const MAX_MESSAGE_LENGTH = 500;

/** The operations of a document, or why it has none. */
type ParsedArgument = { readonly operations: readonly ExecutableOperation[] } | { readonly invalidDocument: string };

/**
 * Documents that come as arguments, held to the limits of documents that are run. Validating one may take a tenth of a
 * second: so each text is validated once, one in a turn of the event loop, and a request may bring so much and no more.
 */
export class ArgumentDocuments {
  readonly #schema: GraphQLSchema;
  readonly #parsed = new LRUCache<string, ParsedArgument>({
    maxSize: MAX_REMEMBERED_CHARACTERS,
    sizeCalculation: (_verdict, text) => text.length + 1,
  });
  readonly #tokens = new WeakMap<object, number>();
  #turn: Promise<void> = Promise.resolve();

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /**
   * All operations of the document `text`. `request` is the same object for all documents of one request.
   * @throws GatewayError BAD_USER_INPUT
   */
  async operations(text: string, argument: string, request: object): Promise<readonly ExecutableOperation[]> {
    const verdict = this.#parsed.get(text) ?? (await this.#parse(text, argument, request));
    if ('operations' in verdict) return verdict.operations;
    throw invalidDocument(argument, verdict.invalidDocument);
  }

  /** The operation of the document that a server would run. @throws GatewayError BAD_USER_INPUT */
  async operation(
    { document, operationName }: { readonly document: string; readonly operationName?: string | null | undefined },
    request: object,
  ): Promise<ExecutableOperation> {
    const operations = await this.operations(document, 'document', request);
    const named =
      operationName == null
        ? operations
        : operations.filter(({ operation }) => operation.name?.value === operationName);
    const [only, ...others] = named;
    if (only && others.length === 0) return only;
    const message = only ? 'The document has several operations: name one.' : 'The document has no such operation.';
    throw new GatewayError('BAD_USER_INPUT', message, { argument: 'operationName' });
  }

  async #parse(text: string, argument: string, request: object): Promise<ParsedArgument> {
    this.#charge(text, argument, request);
    this.#turn = this.#turn.then(() => nextTurn());
    await this.#turn;
    // The same text may have been before this one in the line.
    const known = this.#parsed.get(text);
    if (known) return known;
    const verdict = parseArgument(this.#schema, text);
    this.#parsed.set(text, verdict);
    return verdict;
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
    const errors = validate(schema, document, [...specifiedRules, ...LIMIT_RULES]);
    return errors.length > 0 ? { invalidDocument: told(errors) } : { operations: operationsIn(schema, document) };
  } catch (error) {
    if (error instanceof GraphQLError) return { invalidDocument: told([error]) };
    throw error;
  }
}

/** The same messages as for a document that the gateway runs, without suggestions. */
function told(errors: readonly GraphQLError[]): string {
  const messages = errors.slice(0, MAX_TOLD_ERRORS).map(({ message }) => message.replace(/ Did you mean .*$/s, ''));
  return messages.join(' ').slice(0, MAX_MESSAGE_LENGTH);
}

function invalidDocument(argument: string, why: string): GatewayError {
  return new GatewayError('BAD_USER_INPUT', `${argument} does not fit the schema: ${why}`, { argument });
}
