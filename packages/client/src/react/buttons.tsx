import { type ButtonHTMLAttributes, type ReactNode, useSyncExternalStore } from 'react';
import type { ConnectInput } from '../connect/connect.ts';
import { describeScopes, type MissingScopes as Missing, missingScopes } from '../errors/missing-scopes.ts';
import type { Refusals } from '../refusals.ts';
import { useHubSpotConnection } from './connection.tsx';

type ButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'onClick' | 'type'>;

export interface ConnectHubSpotProps extends ButtonProps {
  /** The portal and scopes to ask for. Without it, any portal and the configured scopes. */
  readonly input?: ConnectInput;
}

/** A button that connects a portal. */
export function ConnectHubSpot({ input, children = 'Connect HubSpot', ...button }: ConnectHubSpotProps): ReactNode {
  const { isConnecting, connect } = useHubSpotConnection();
  return (
    <button
      disabled={isConnecting}
      aria-busy={isConnecting}
      {...button}
      type="button"
      onClick={() => void connect(input)}
    >
      {children}
    </button>
  );
}

export interface MissingScopesProps extends Omit<ButtonProps, 'children'> {
  /** A result, an error or a list of errors, of any client. */
  readonly of?: unknown;
  /** Instead of `of`: missing scopes that `missingScopes` or `useMissingScopes` has found. */
  readonly missing?: readonly Missing[];
  /** The text of the button of one portal. `Allow reading deals in HubSpot` by default. */
  readonly children?: (missing: Missing) => ReactNode;
}

/** One button for each portal that has refused a field. It asks the portal for the missing scopes. */
export function MissingScopes({
  of,
  missing = missingScopes(of),
  children = labelOf,
  ...button
}: MissingScopesProps): ReactNode {
  const { isConnecting, allow } = useHubSpotConnection();
  return missing.map((ofPortal) => (
    <button
      key={ofPortal.installationId}
      disabled={isConnecting}
      aria-busy={isConnecting}
      {...button}
      type="button"
      onClick={() => void allow(ofPortal)}
    >
      {children(ofPortal)}
    </button>
  ));
}

/** The missing scopes that were remembered. The component renders again when they change. */
export function useMissingScopes(refusals: Refusals): readonly Missing[] {
  return useSyncExternalStore(refusals.subscribe, refusals.missingScopes, refusals.missingScopes);
}

function labelOf({ scopes }: Missing): string {
  return `Allow ${describeScopes(scopes)} in HubSpot`;
}
