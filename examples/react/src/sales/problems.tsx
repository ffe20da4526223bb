import type { GatewayError } from 'hubspot-graphql-gateway-client';
import { MissingScopes, useHubSpotConnection } from 'hubspot-graphql-gateway-client/react';

/** Shows the person the meaning of an answer's errors, and the next step. */
export function Problems({ errors }: { readonly errors: readonly GatewayError[] }) {
  const refused = errors.filter(({ code }) => code === 'MISSING_SCOPES');
  const others = [...new Map(errors.map((error) => [error.code, error])).values()];
  return (
    <>
      {refused.length > 0 && (
        <div className="notice" role="status">
          <p>HubSpot has not allowed everything on this page.</p>
          <MissingScopes of={refused} className="primary" />
        </div>
      )}
      {others.map((error) => error.code !== 'MISSING_SCOPES' && <Problem key={error.code} error={error} />)}
    </>
  );
}

function Problem({ error }: { readonly error: GatewayError }) {
  const { connect, isConnecting } = useHubSpotConnection();
  return (
    <div className="notice warning" role="alert">
      <p>{adviceOn(error)}</p>
      {(error.code === 'REAUTHORIZATION_REQUIRED' || error.code === 'NOT_CONNECTED') && (
        <button
          type="button"
          className="primary"
          disabled={isConnecting}
          onClick={() => void connect(error.extensions.remedy.input)}
        >
          Connect HubSpot again
        </button>
      )}
    </div>
  );
}

function adviceOn(error: GatewayError): string {
  switch (error.code) {
    case 'REAUTHORIZATION_REQUIRED':
      return 'HubSpot no longer accepts the connection to this portal. A person must consent again.';
    case 'RATE_LIMITED':
      return `HubSpot's limit for this portal is used up. Try again in ${Math.ceil(error.extensions.retryAfterMs / 1000)} seconds.`;
    case 'HUBSPOT_UNAVAILABLE':
    case 'HUBSPOT_TIMEOUT':
      return 'HubSpot does not answer at the moment. Try again in a moment.';
    case 'NETWORK_ERROR':
      return 'The gateway cannot be reached.';
    default:
      return error.message;
  }
}
