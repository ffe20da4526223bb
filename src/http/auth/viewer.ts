import { createPublicKey, createSecretKey, hash, type KeyObject } from 'node:crypto';
import jwt, { type Algorithm, type JwtPayload } from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import type { Dispatcher } from 'undici';
import { z } from 'zod';
import type { JwtKeySource } from '../../config.ts';
import { GatewayError } from '../../errors.ts';
import type { Viewer } from '../../graphql/context.ts';
import { cacheLimit } from '../../lib/cache-limit.ts';
import type { Logger } from '../../lib/logging/logger.ts';
import type { PromiseOrValue } from '../../lib/promise-or-value.ts';
import type { Clock } from '../../lib/time/clock.ts';
import { CLOCK_TOLERANCE_S, type ClaimSettings, viewerOf } from './claims.ts';
import { createKeySet } from './key-set.ts';
import { type ViewerRefusal, ViewerRefusedError } from './viewer-refused-error.ts';

export interface ViewerOptions extends ClaimSettings {
  readonly key: JwtKeySource;
  readonly clock: Clock;
  /** The proxy to the key set, if there is one. */
  readonly keySetProxy?: Dispatcher | undefined;
  readonly logger: Logger;
}

/**
 * Verifies an `Authorization` header, and returns its viewer. Rejects with a GatewayError UNAUTHENTICATED or
 * AUTHENTICATION_UNAVAILABLE, whose cause is a ViewerRefusedError.
 */
export type Authenticate = (authorization: string | null) => PromiseOrValue<Viewer>;

const MAX_TOKEN_LENGTH = 8_192;
/** Three base64url parts without padding, so each token has only one encoding. */
const BEARER = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i;

/**
 * A token with `crit` is refused, because no extension is supported (RFC 7515 § 4.1.11), and so are other token types.
 */
const header = z.object({
  typ: z
    .string()
    .regex(/^(application\/)?(at\+)?jwt$/i)
    .optional(),
  crit: z.never().optional(),
});

/** How long a verified token is cached. After this time, its key may have been withdrawn from the key set. */
const VERIFIED_TOKEN_LIFE_MS = 60_000;
const MAX_VERIFIED_TOKENS = 10_000;

interface VerifiedToken {
  readonly viewer: Viewer;
  /** Epoch milliseconds on the wall clock. */
  readonly validUntil: number;
}

/**
 * Verifies tokens as RFC 8725 recommends: the kind of key decides the algorithms, and issuer, audience and the types of
 * claims are checked.
 */
export function createAuthenticator(options: ViewerOptions): Authenticate {
  const verification = verificationBy(options);
  const verifiedTokens = new LRUCache<string, VerifiedToken>(cacheLimit(MAX_VERIFIED_TOKENS));
  const { clock } = options;
  const verifyToken = async (authorization: string, digest: string) => {
    const payload = await verify(bearerToken(authorization), verification, options);
    const viewer = viewerOf(payload, options, clock.now() / 1000);
    const expiresAt = (Number(payload.exp) + CLOCK_TOLERANCE_S) * 1000;
    verifiedTokens.set(digest, { viewer, validUntil: Math.min(expiresAt, clock.now() + VERIFIED_TOKEN_LIFE_MS) });
    return viewer;
  };
  return (header) => {
    const authorization = header ?? '';
    // A hash, so that a memory dump does not contain valid tokens.
    const digest = hash('sha256', authorization, 'base64');
    const cached = verifiedTokens.get(digest);
    if (cached && clock.now() < cached.validUntil) return cached.viewer;
    return verifyToken(authorization, digest).catch((cause) => {
      if (!(cause instanceof ViewerRefusedError)) throw cause;
      // All refusals have the same answer. Only the log has the reason.
      throw new GatewayError('UNAUTHENTICATED', 'A valid bearer token is required.', {}, { cause });
    });
  };
}

interface Verification {
  readonly algorithms: Algorithm[];
  /** Finds the key for a token's `kid`. */
  readonly findKey: (keyId: string | undefined) => PromiseOrValue<KeyObject>;
}

function verificationBy({ key: source, clock, keySetProxy: proxy, logger }: ViewerOptions): Verification {
  if (source.kind === 'secret') {
    const key = createSecretKey(source.secret, 'utf8');
    return { algorithms: ['HS256'], findKey: () => key };
  }
  const algorithms: Algorithm[] = ['RS256', 'ES256'];
  if (source.kind === 'jwks') return { algorithms, findKey: createKeySet({ url: source.url, proxy, clock, logger }) };
  const key = createPublicKey(source.pem);
  return { algorithms, findKey: () => key };
}

function bearerToken(authorization: string): string {
  if (authorization === '') throw new ViewerRefusedError('no_token');
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined || token.length > MAX_TOKEN_LENGTH) throw new ViewerRefusedError('malformed_token');
  return token;
}

async function verify(
  token: string,
  { algorithms, findKey }: Verification,
  { clock }: Pick<ViewerOptions, 'clock'>,
): Promise<JwtPayload> {
  const key = await findKey(keyIdOf(token));
  const verified = check(token, key, algorithms, clock);
  if (!header.safeParse(verified.header).success) throw new ViewerRefusedError('other_type');
  if (typeof verified.payload === 'string') throw new ViewerRefusedError('malformed_token');
  return verified.payload;
}

function keyIdOf(token: string): string | undefined {
  try {
    return jwt.decode(token, { complete: true })?.header.kid;
  } catch {
    throw new ViewerRefusedError('malformed_token');
  }
}

function check(token: string, key: KeyObject, algorithms: Algorithm[], clock: Clock): jwt.Jwt {
  try {
    const clockTimestamp = Math.floor(clock.now() / 1000);
    return jwt.verify(token, key, { algorithms, clockTolerance: CLOCK_TOLERANCE_S, clockTimestamp, complete: true });
  } catch (error) {
    if (error instanceof jwt.TokenExpiredError) throw new ViewerRefusedError('expired', { expiredAt: error.expiredAt });
    if (error instanceof jwt.NotBeforeError) throw new ViewerRefusedError('not_yet_valid', { validFrom: error.date });
    throw new ViewerRefusedError(MESSAGES[error instanceof Error ? error.message : ''] ?? 'malformed_token');
  }
}

/** Messages of the library. Errors of its parser contain the token, so they are not kept as a cause. */
const MESSAGES: Readonly<Record<string, ViewerRefusal>> = {
  'invalid algorithm': 'other_algorithm',
  'invalid signature': 'bad_signature',
  'jwt signature is required': 'bad_signature',
};
