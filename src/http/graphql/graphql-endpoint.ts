import type { ExecutionResult } from 'graphql';
import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import type { Caller } from '../../connector/start-operation.ts';
import { operationNamed, operationsIn } from '../../graphql/analysis/operations.ts';
import { contextOf, type GatewayContext, type Viewer } from '../../graphql/context.ts';
import { createExecutor, type Execute, type ExecutorOptions } from '../../graphql/execution/executor.ts';
import { executedNothing, takesFastPath } from '../../graphql/execution/operation-paths.ts';
import { schema } from '../../graphql/schema.ts';
import type { EventLoopTurns } from '../../lib/event-loop-turns.ts';
import type { Logger } from '../../lib/logging/logger.ts';
import type { LogRefusal } from '../../lib/logging/refusal-log.ts';
import type { Metrics } from '../../lib/metrics.ts';
import { andThen } from '../../lib/promise-or-value.ts';
import { Admission, type AdmissionRefusal, type OperationLimits } from '../admission.ts';
import type { Authenticate } from '../auth/viewer.ts';
import type { ViewerRefusal } from '../auth/viewer-refused-error.ts';
import type { SetFlowCookies } from '../oauth/cookies.ts';
import type { FastPathOptions } from './fast-path.ts';
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
  /** The resolvers' context without the parts that the endpoint adds. */
  readonly contextFor: (
    viewer: Viewer,
    request: Pick<Caller, 'arrivedAt' | 'signal'>,
  ) => Omit<GatewayContext, 'viewer' | 'responseCookies'>;
  readonly introspection: boolean;
  /** Each new document is validated in a turn of its own. */
  readonly turns: EventLoopTurns;
  readonly limits: OperationLimits;
  readonly metrics: Pick<Metrics, 'watchOperations'>;
  readonly setCookies: SetFlowCookies;
  readonly logRefusal: LogRefusal<ViewerRefusal>;
  readonly logOverload: LogRefusal<AdmissionRefusal>;
  readonly logger: Logger;
}

/** The endpoint `/graphql`: `answer` for the full path, `execute` for the fast path. */
export interface GraphQLEndpoint {
  readonly answer: (request: Request, arrivedAt: number) => Promise<Response>;
  readonly execute: FastPathOptions['execute'];
}

export function createGraphQLEndpoint(options: GraphQLEndpointOptions): GraphQLEndpoint {
  const admission = new Admission(options.limits, options.logOverload);
  options.metrics.watchOperations(() => admission.inFlight);
  const shared = { documents: new KnownDocuments(), execute: inTurns(createExecutor(options)), admission };
  return { answer: answerWith(createServer(options, shared), options), execute: executeWith(options, shared) };
}

/** Lets other requests run between the execution of a large operation and the serialization of its result. */
function inTurns(execute: Execute): Execute {
  return (args) => andThen(execute(args), (result) => contextOf(args.contextValue as object).rows.inTurn(result)); // A GatewayContext.
}

/** The fast path and the full path share these. */
interface Shared {
  readonly documents: KnownDocuments;
  readonly execute: Execute;
  readonly admission: Admission;
}

/** The fast path: executes a document that yoga has parsed and validated before. */
function executeWith(
  { contextFor, logger, introspection }: GraphQLEndpointOptions,
  { documents, execute, admission }: Shared,
): GraphQLEndpoint['execute'] {
  return async ({ query, variables, operationName }, { viewer, responseCookies, arrivedAt, signal, ...request }) => {
    const document = documents.getValid(query);
    if (!document) return undefined;
    const operation = operationNamed(operationsIn({ schema, document }), operationName);
    if (!takesFastPath({ operation, variables, ...request })) return undefined;
    const contextValue = {
      ...contextFor(viewer, { arrivedAt, signal }),
      ...{ viewer, responseCookies },
    } satisfies GatewayContext;
    const result = await admission.run(viewer, () =>
      execute({ schema, document, operationName, variableValues: variables, contextValue }),
    );
    if (executedNothing(result)) return undefined;
    if (!result.errors) return result;
    // GraphQL's specification recommends `errors` as the first entry (§ 7.1).
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
    // Yoga sets it for its streams. The client and the server decide whether the connection closes (RFC 9112 § 9.6).
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
      // use-viewer ends each request without a viewer.
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
    // app.ts sets the CORS headers, also for refusals.
    cors: false,
    parserAndValidationCache: {
      documentCache: documents,
      errorCache: NO_CACHE,
    },
    // use-request limits the body. Yoga's limit would pipe each body through another stream.
    maxRequestBodySize: false,
    multipart: false,
    batching: false,
    graphiql: false,
    landingPage: false,
    logging: false,
    maskedErrors: false,
  });
}

/** Invalid documents are not cached. */
const NO_CACHE = { get: () => undefined, set: () => {} };
