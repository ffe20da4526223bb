import { type ExecutionResult, getOperationAST } from 'graphql';
import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import type { Caller } from '../../connector/start-operation.ts';
import { variablesBeyondLimits } from '../../graphql/analysis/document-limits.ts';
import { contextOf, type GatewayContext, type Viewer } from '../../graphql/context.ts';
import { createExecutor, type Execute, type ExecutorOptions } from '../../graphql/execution/executor.ts';
import { schema } from '../../graphql/schema.ts';
import type { Logger } from '../../lib/logging/logger.ts';
import type { LogRefusal } from '../../lib/logging/refusal-log.ts';
import type { Metrics } from '../../lib/metrics.ts';
import { andThen } from '../../lib/promise-or-value.ts';
import type { Turns } from '../../lib/turns.ts';
import { Admission, type AdmissionRefusal, type OperationLimits } from '../admission.ts';
import type { Authenticate } from '../auth/viewer.ts';
import type { ViewerRefusal } from '../auth/viewer-refused-error.ts';
import type { SetFlowCookies } from '../oauth/cookies.ts';
import type { DirectGraphQLOptions } from './fast-path.ts';
import { KnownDocuments } from './known-documents.ts';
import { presentErrors, useErrorCodes } from './plugins/use-error-codes.ts';
import { useExecutor } from './plugins/use-executor.ts';
import { useKnownDocuments } from './plugins/use-known-documents.ts';
import { useLimits } from './plugins/use-limits.ts';
import { useRequest } from './plugins/use-request.ts';
import { useViewer } from './plugins/use-viewer.ts';
import type { ServerContext } from './server-context.ts';

export interface GraphQLEndpointOptions extends ExecutorOptions {
  readonly authenticate: Authenticate;
  /** Everything of the context that is not about the request itself. */
  readonly contextFor: (
    viewer: Viewer,
    request: Pick<Caller, 'arrivedAt' | 'signal'>,
  ) => Omit<GatewayContext, 'viewer' | 'responseCookies'>;
  readonly introspection: boolean;
  /** Each new document is validated in a turn of its own. */
  readonly turns: Turns;
  readonly limits: OperationLimits;
  readonly metrics: Pick<Metrics, 'watchOperations'>;
  readonly setCookies: SetFlowCookies;
  readonly logRefusal: LogRefusal<ViewerRefusal>;
  readonly logOverload: LogRefusal<AdmissionRefusal>;
  readonly logger: Logger;
}

/** `/graphql`, as HTTP has it and by the parameters alone. */
export interface GraphQLEndpoint {
  readonly answer: (request: Request, arrivedAt: number) => Promise<Response>;
  readonly execute: DirectGraphQLOptions['execute'];
}

export function createGraphQLEndpoint(options: GraphQLEndpointOptions): GraphQLEndpoint {
  const admission = new Admission(options.limits, options.logOverload);
  options.metrics.watchOperations(() => admission.underWay);
  const shared = { documents: new KnownDocuments(), execute: inTurns(createExecutor(schema, options)), admission };
  return { answer: answerWith(createServer(options, shared), options), execute: executeWith(options, shared) };
}

/** Lets other requests have their turn between the making of a large answer and its spelling. */
function inTurns(execute: Execute): Execute {
  return (args) => andThen(execute(args), (result) => contextOf(args.contextValue as object).rows.inTurn(result)); // Ours.
}

/** Both ways in share these. */
interface Shared {
  readonly documents: KnownDocuments;
  readonly execute: Execute;
  readonly admission: Admission;
}

/** What was parsed and validated on the way through yoga once needs nothing of it the next time. */
function executeWith(
  { contextFor, logger, introspection }: GraphQLEndpointOptions,
  { documents, execute, admission }: Shared,
): GraphQLEndpoint['execute'] {
  return async ({ query, variables, operationName }, { viewer, responseCookies, arrivedAt, signal, readOnly }) => {
    const document = documents.approved(query);
    if (!document || variablesBeyondLimits(variables)) return undefined;
    const operation = getOperationAST(document, operationName)?.operation;
    if (operation !== 'query' && (readOnly || operation !== 'mutation')) return undefined;
    const contextValue = {
      ...contextFor(viewer, { arrivedAt, signal }),
      ...{ viewer, responseCookies },
    } satisfies GatewayContext;
    const result = await admission.run(viewer, () =>
      execute({ schema, document, operationName, variableValues: variables, contextValue }),
    );
    if (!result.errors) return result;
    // Errors come first, where nobody overlooks them, as GraphQL's specification wishes (§ 7.1).
    return { errors: presentErrors(result.errors, { logger, suggestions: introspection }), ...withoutErrors(result) };
  };
}

function withoutErrors({ errors: _, ...result }: ExecutionResult): ExecutionResult {
  return result;
}

function answerWith(yoga: Yoga, options: GraphQLEndpointOptions): GraphQLEndpoint['answer'] {
  return async (request, arrivedAt) => {
    const serverContext: ServerContext = { viewer: undefined, responseCookies: [], arrivedAt };
    const response = await yoga.fetch(request, serverContext);
    const cookies = options.setCookies(serverContext.responseCookies, request.headers.get('cookie'));
    for (const cookie of cookies) response.headers.append('set-cookie', cookie);
    // Yoga would keep connections for its streams. Whether one is closed, the client and the server say (RFC 9112 § 9.6).
    response.headers.delete('connection');
    return response;
  };
}

type Yoga = YogaServerInstance<ServerContext, GatewayContext>;

function createServer(options: GraphQLEndpointOptions, { documents, execute, admission }: Shared): Yoga {
  const { authenticate, contextFor, introspection, turns, logger, logRefusal } = options;
  return createYoga<ServerContext, GatewayContext>({
    schema,
    context({ request, viewer, responseCookies, arrivedAt, signal }) {
      // use-viewer ends every request that has none.
      if (!viewer) throw new TypeError('a request reached the resolvers without a viewer');
      return { ...contextFor(viewer, { arrivedAt, signal: signal ?? request.signal }), viewer, responseCookies };
    },
    plugins: [
      useRequest(),
      useViewer(authenticate, logRefusal),
      useLimits({ introspection, documents, turns }),
      useKnownDocuments(documents),
      useExecutor(execute, admission),
      useErrorCodes({ logger, suggestions: introspection }),
    ],
    // The app says who may read what, of refusals, too.
    cors: false,
    parserAndValidationCache: {
      documentCache: documents,
      errorCache: NO_CACHE,
    },
    // use-request counts what it reads; yoga would pipe every body through another stream.
    maxRequestBodySize: false,
    multipart: false,
    batching: false,
    graphiql: false,
    landingPage: false,
    logging: false,
    maskedErrors: false,
  });
}

/** What does not parse is not worth keeping. */
const NO_CACHE = { get: () => undefined, set: () => {} };
