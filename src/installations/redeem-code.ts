import { type OAuthClient, OAuthError, type TokenAnswer, type TokenIdentity } from '../hubspot/oauth/oauth-client.ts';
import type { Logger } from '../lib/logging/logger.ts';
import type { Clock } from '../lib/time/clock.ts';
import { introspectWithRetry, redeemWithRetry } from './retrying-oauth.ts';

/** A person waits in front of a blank page: the exchange ends by then, and introspection, unless it just began. */
const REDEEM_MS = 8_000;
/** However long the exchange took, introspection gets so long. */
const LEAST_INTROSPECTION_MS = 1_000;
/** A repeated exchange gets so long. */
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
 * Exchanges an authorization code and asks whose tokens these are; `undefined` when they cannot be used. A blip of
 * HubSpot on the way does not cost the consent, where that can be helped.
 * @throws OAuthError
 */
export async function redeemCode(
  { oauth, redirectUri, clock, logger }: RedeemOptions,
  { code, codeVerifier }: { readonly code: string; readonly codeVerifier: string },
): Promise<RedeemedCode | undefined> {
  const giveUpAt = clock.monotonic() + REDEEM_MS;
  const tokens = await redeemWithRetry({ clock, giveUpAt }, () =>
    oauth.exchangeCode(code, redirectUri(), codeVerifier, Math.max(giveUpAt - clock.monotonic(), LEAST_EXCHANGE_MS)),
  );
  const exchangedAt = clock.monotonic();
  const patience = { oauth, clock, giveUpAt: Math.max(giveUpAt, exchangedAt + LEAST_INTROSPECTION_MS) };
  const identity = await introspectWithRetry(patience, tokens.accessToken).catch((error: unknown) => {
    const told = identityIn(tokens);
    if (!(error instanceof OAuthError) || !told) throw error;
    logger.warn({ err: error, hubId: told.hubId }, 'HubSpot did not tell who consented: it is asked again later');
    return told;
  });
  const unequal = tokens.hubId !== undefined && tokens.hubId !== identity?.hubId;
  if (!identity || unequal || tokens.refreshToken === undefined) return undefined;
  const { accessToken, refreshToken } = tokens;
  return { identity, accessToken, refreshToken, expiresInMs: tokens.expiresInMs - (clock.monotonic() - exchangedAt) };
}

/** HubSpot's token answers name portal and scopes as introspection does. */
function identityIn({ hubId, scopes }: TokenAnswer): TokenIdentity | undefined {
  return hubId === undefined || scopes === undefined ? undefined : { hubId, scopes, hubDomain: null, user: null };
}
