import { type OAuthClient, OAuthError, type TokenAnswer } from '../../hubspot/oauth/oauth-client.ts';
import type { TokenIdentity } from '../../hubspot/oauth/token-identity.ts';
import type { Logger } from '../../lib/logging/logger.ts';
import type { Clock } from '../../lib/time/clock.ts';
import { introspectWithRetry, redeemWithRetry } from '../retrying-oauth.ts';

/** Time for the token request and the introspection together. The browser shows a blank page meanwhile. */
const REDEEM_MS = 8_000;
/** The least time for the introspection, even after a slow token request. */
const LEAST_INTROSPECTION_MS = 1_000;
/** The least time for a repeated token request. */
const LEAST_EXCHANGE_MS = 1_000;

export interface RedeemOptions {
  readonly oauth: OAuthClient;
  readonly redirectUri: () => string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface RedeemedCode {
  readonly identity: TokenIdentity;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** From now on. */
  readonly expiresInMs: number;
}

/**
 * Redeems an authorization code and introspects the access token; `undefined` when the tokens cannot be used. It retries
 * after failures if a retry cannot invalidate the code.
 * @throws OAuthError
 */
export async function redeemCode(
  { oauth, redirectUri, clock, logger }: RedeemOptions,
  { code, codeVerifier }: { readonly code: string; readonly codeVerifier: string | undefined },
): Promise<RedeemedCode | undefined> {
  const giveUpAt = clock.monotonic() + REDEEM_MS;
  const tokens = await redeemWithRetry({ clock, giveUpAt }, () =>
    oauth.exchangeCode(code, redirectUri(), codeVerifier, Math.max(giveUpAt - clock.monotonic(), LEAST_EXCHANGE_MS)),
  );
  const exchangedAt = clock.monotonic();
  const retryOptions = { oauth, clock, giveUpAt: Math.max(giveUpAt, exchangedAt + LEAST_INTROSPECTION_MS) };
  const identity = await introspectWithRetry(retryOptions, tokens.accessToken).catch((error: unknown) => {
    const known = identityIn(tokens);
    if (!(error instanceof OAuthError) || !known) throw error;
    logger.warn(
      { err: error, hubId: known.hubId },
      'HubSpot did not report the installing user: the gateway asks again later',
    );
    return known;
  });
  const isMismatch = tokens.hubId !== undefined && tokens.hubId !== identity?.hubId;
  if (!identity || isMismatch || tokens.refreshToken === undefined) return undefined;
  const { accessToken, refreshToken } = tokens;
  return { identity, accessToken, refreshToken, expiresInMs: tokens.expiresInMs - (clock.monotonic() - exchangedAt) };
}

/** HubSpot's token answers can contain the portal and the scopes, as introspection does. */
function identityIn({ hubId, scopes }: TokenAnswer): TokenIdentity | undefined {
  if (hubId === undefined || scopes === undefined) return undefined;
  return { hubId, scopes, hubDomain: null, user: null, userId: null, isUserLevel: undefined };
}
