export {
  ConnectHubSpot,
  type ConnectHubSpotProps,
  MissingScopes,
  type MissingScopesProps,
  useMissingScopes,
} from './buttons.tsx';
export {
  type HubSpotConnection,
  HubSpotProvider,
  type HubSpotProviderProps,
  useHubSpotConnection,
} from './connection.tsx';
