import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import type { GatewayClient } from '../client.ts';
import type { ConnectInput, ConnectOptions } from '../connect/connect.ts';
import { type ConnectionResult, returnParameters } from '../connect/connection-result.ts';
import type { MissingScopes } from '../errors/missing-scopes.ts';

/** The connect flow of the page. */
export interface HubSpotConnection {
  /** True from the click until the flow has ended. */
  readonly isConnecting: boolean;
  /** How the last flow ended; `undefined` before the first. */
  readonly result: ConnectionResult | undefined;
  /** Starts a flow. Call it from the event handler of a click. */
  connect(input?: ConnectInput): Promise<void>;
  /** Asks a portal for missing scopes. */
  allow(missing: MissingScopes): Promise<void>;
}

export interface HubSpotProviderProps {
  readonly client: Pick<GatewayClient, 'connect' | 'completeConnection'>;
  /** How and where flows go; see `connect`. */
  readonly options?: ConnectOptions;
  /** Called when a portal was connected: read its data again. */
  readonly onConnected?: (installationId: string) => void;
  /** Shown while the flow of a page that the browser has returned to is completed. Nothing by default. */
  readonly fallback?: ReactNode;
  readonly children?: ReactNode;
}

const Context = createContext<HubSpotConnection | undefined>(undefined);

/**
 * Completes the flow of a page that the browser has returned to, and lets the components below start flows. They appear
 * when the flow is complete.
 */
export function HubSpotProvider({
  client,
  options,
  onConnected,
  fallback = null,
  children,
}: HubSpotProviderProps): ReactNode {
  const [isReturning, setReturning] = useState(hasReturned);
  const [isConnecting, setConnecting] = useState(false);
  const [result, setResult] = useState<ConnectionResult>();

  const settle = async (flow: Promise<ConnectionResult | undefined>) => {
    setConnecting(true);
    try {
      const ended = await flow;
      if (ended) setResult(ended);
      if (ended?.status === 'connected') onConnected?.(ended.installationId);
      // The browser leaves the page.
      if (ended?.status !== 'pending') setConnecting(false);
    } catch (error) {
      setConnecting(false);
      throw error;
    }
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: the address of a page is read once
  useEffect(() => {
    void settle(client.completeConnection()).finally(() => setReturning(false));
    // A person who goes back from HubSpot finds the page as it was left.
    const onShow = ({ persisted }: PageTransitionEvent) => {
      if (persisted) setConnecting(false);
    };
    window.addEventListener('pageshow', onShow);
    return () => window.removeEventListener('pageshow', onShow);
  }, [client]);

  const connect = (input?: ConnectInput) => settle(client.connect(input, options));
  const connection = { isConnecting, result, connect, allow: ({ input }: MissingScopes) => connect(input) };
  return <Context value={connection}>{isReturning ? fallback : children}</Context>;
}

function hasReturned(): boolean {
  return typeof window !== 'undefined' && returnParameters(window.location.href) !== undefined;
}

/** The connect flow. @throws TypeError outside of a `HubSpotProvider` */
export function useHubSpotConnection(): HubSpotConnection {
  const connection = useContext(Context);
  if (!connection) throw new TypeError('useHubSpotConnection needs a <HubSpotProvider> around it');
  return connection;
}
