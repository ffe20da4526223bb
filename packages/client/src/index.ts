export { createGatewayClient, type GatewayClient, type GatewayClientOptions } from './client.ts';
export type { ConnectInput, ConnectOptions } from './connect/connect.ts';
export type { ConnectFailure, ConnectionResult } from './connect/connection-result.ts';
export type { BrowserWindow, Popup } from './connect/popup.ts';
export { errorsOf } from './errors/errors-of.ts';
export {
  type ExtensionsByCode,
  GATEWAY_ERROR_CODES,
  type GatewayErrorCode,
  type HubspotFacts,
  type Remedy,
} from './errors/extensions.ts';
export type { GatewayError, KnownGatewayError, NetworkError, UnknownError } from './errors/gateway-error.ts';
export { describeScopes, type MissingScopes, missingScopes } from './errors/missing-scopes.ts';
export type { OperationText } from './operation-text.ts';
export { createRefusals, type Refusal, type Refusals } from './refusals.ts';
export type { GatewayResult } from './send.ts';
