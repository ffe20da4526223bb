import { type Connections, type ConnectionsOptions, createConnections } from './connect/connect.ts';
import type { OperationText } from './operation-text.ts';
import { type GatewayResult, send } from './send.ts';

export type GatewayClientOptions = ConnectionsOptions;

/** A frontend's side of the gateway. */
export interface GatewayClient extends Connections {
  /**
   * Sends an operation. It rejects only when `getToken` does; all other failures are in `errors`.
   * @param operation its text, or a document of GraphQL Code Generator's client preset (`documentMode: 'string'`)
   */
  request<Result = unknown, Variables = Readonly<Record<string, unknown>>>(
    operation: OperationText<Result, Variables>,
    variables?: Variables,
  ): Promise<GatewayResult<Result>>;
}

/** Creates a client. It sends nothing before it is used. */
export function createGatewayClient(options: GatewayClientOptions): GatewayClient {
  return {
    ...createConnections(options),
    request: (operation, variables) => send(options, { query: operation.toString(), variables }),
  };
}
