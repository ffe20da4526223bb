/** The registration of the HubSpot app. */
export interface RegisteredApp {
  readonly appId: number;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Exact URLs. Empty allows any URL on a loopback host, because the port of a local gateway can change. */
  readonly redirectUris: readonly string[];
  readonly requiredScopes: readonly string[];
  readonly optionalScopes: readonly string[];
  /** Whether each token has the rights of the person who consented, instead of those of the whole app. */
  readonly isUserLevel: boolean;
}

export function acceptsRedirect(app: RegisteredApp, redirectUri: string): boolean {
  if (app.redirectUris.length > 0) return app.redirectUris.includes(redirectUri);
  return URL.canParse(redirectUri) && ['localhost', '127.0.0.1', '[::1]'].includes(new URL(redirectUri).hostname);
}

/**
 * The reason for an error page instead of the consent page. `undefined` when `scope` has all required scopes, and each
 * scope is in the parameter in which the app has registered it.
 */
export function scopeProblem(
  app: RegisteredApp,
  scopes: readonly string[],
  optionalScopes: readonly string[],
): string | undefined {
  const missing = app.requiredScopes.filter((scope) => !scopes.includes(scope));
  if (missing.length > 0) return `The app requires scopes that the URL does not ask for: ${missing.join(', ')}`;
  const misplaced = scopes.filter((scope) => !app.requiredScopes.includes(scope));
  if (misplaced.length > 0) return `The app did not register these scopes as required: ${misplaced.join(', ')}`;
  const unknown = optionalScopes.filter((scope) => ![...app.optionalScopes, ...app.requiredScopes].includes(scope));
  if (unknown.length > 0) return `The app did not register these scopes as optional: ${unknown.join(', ')}`;
  return undefined;
}
