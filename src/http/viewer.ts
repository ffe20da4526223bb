import { createPublicKey, createSecretKey, hash, type KeyObject } from 'node:crypto';
import jwt, { type Algorithm, type JwtPayload } from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import type { Dispatcher } from 'undici';
import { z } from 'zod';
import type { JwtKeySource } from '../config.ts';
import { GatewayError } from '../errors.ts';
import type { Viewer } from '../graphql/context.ts';
import type { Clock } from '../lib/clock.ts';
import type { PromiseOrValue } from '../lib/promise-or-value.ts';
import { createKeySet } from './key-set.ts';

export interface ViewerOptions {
  readonly key: JwtKeySource;
  readonly issuer: string;
  readonly audience: string;
  /** The claim that names the tenant. */
  readonly tenantClaim: string;
  /** Permissions of a JWT without a `scope` claim. */
  readonly defaultPermissions: readonly string[];
  readonly clock: Clock;
  /** The way to the key set, where it is no direct one. */
  readonly keySetProxy?: Dispatcher | undefined;
}

/** Turns an `Authorization` header into a viewer; rejects with a GatewayError UNAUTHENTICATED. */
export type Authenticate = (authorization: string | null) => PromiseOrValue<Viewer>;

/** Clocks of issuer and gateway may differ by so much. */
const CLOCK_TOLERANCE_S = 5;
/** A viewer's token that lives longer than a day is a mistake, such as an `exp` in milliseconds. */
const LONGEST_LIFE_S = 24 * 60 * 60;
const MAX_TOKEN_LENGTH = 8_192;
/** Three base64url parts, unpadded: one token has one spelling. */
const BEARER = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i;

/** An extension that is not understood refuses a token (RFC 7515 § 4.1.11); so does being a token for something else. */
const header = z.object({
  typ: z
    .string()
    .regex(/^(application\/)?(at\+)?jwt$/i)
    .optional(),
  crit: z.never().optional(),
});
const claims = z.object({
  sub: z.string().regex(/^[\x21-\x7e]{1,128}$/),
  exp: z.number().positive(),
  iat: z.number().optional(),
  scope: z.string().optional(),
});
const tenant = z.string().regex(/^[A-Za-z0-9][\w.:@|+=/-]{0,127}$/);

/** A key that was withdrawn from its set admits nobody for longer than this. */
const VERDICT_LIFE_MS = 60_000;
const MAX_VERDICTS = 10_000;

/** A token that was found valid, and until when that holds, on the wall clock. */
interface Verdict {
  readonly viewer: Viewer;
  readonly validUntil: number;
}

/** RFC 8725: algorithms are fixed by the kind of key, issuer and audience are compared, claims are typed. */
export function createAuthenticator(options: ViewerOptions): Authenticate {
  const verification = verificationBy(options);
  const verdicts = new LRUCache<string, Verdict>({ max: MAX_VERDICTS });
  const { clock } = options;
  const judge = async (authorization: string, digest: string) => {
    const payload = await verify(bearerToken(authorization), verification, options);
    const viewer = toViewer(payload, options);
    const expiresAt = (Number(payload.exp) + CLOCK_TOLERANCE_S) * 1000;
    verdicts.set(digest, { viewer, validUntil: Math.min(expiresAt, clock.now() + VERDICT_LIFE_MS) });
    return viewer;
  };
  return (header) => {
    const authorization = header ?? '';
    // Hashed, so that no memory dump shows a token that still works.
    const digest = hash('sha256', authorization, 'base64');
    const known = verdicts.get(digest);
    if (known && clock.now() < known.validUntil) return known.viewer;
    return judge(authorization, digest).catch((cause) => {
      // One answer for all: what is wrong with a token is nobody's business but the log's.
      throw new GatewayError('UNAUTHENTICATED', 'A valid bearer token is required.', {}, { cause });
    });
  };
}

interface Verification {
  readonly algorithms: Algorithm[];
  /** The key for a token's `kid`. */
  readonly findKey: (keyId: string | undefined) => PromiseOrValue<KeyObject>;
}

function verificationBy({ key: source, clock, keySetProxy }: ViewerOptions): Verification {
  if (source.kind === 'secret') {
    const key = createSecretKey(source.secret, 'utf8');
    return { algorithms: ['HS256'], findKey: () => key };
  }
  const algorithms: Algorithm[] = ['RS256', 'ES256'];
  if (source.kind === 'jwks') return { algorithms, findKey: createKeySet(source.url, clock, keySetProxy) };
  const key = createPublicKey(source.pem);
  return { algorithms, findKey: () => key };
}

function bearerToken(authorization: string): string {
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined || token.length > MAX_TOKEN_LENGTH) throw new Error('no well-formed bearer token');
  return token;
}

async function verify(
  token: string,
  { algorithms, findKey }: Verification,
  { issuer, audience, clock }: ViewerOptions,
): Promise<JwtPayload> {
  const key = await findKey(jwt.decode(token, { complete: true })?.header.kid);
  const verified = jwt.verify(token, key, {
    algorithms,
    issuer,
    audience,
    clockTolerance: CLOCK_TOLERANCE_S,
    clockTimestamp: Math.floor(clock.now() / 1000),
    complete: true,
  });
  header.parse(verified.header);
  if (typeof verified.payload === 'string') throw new Error('the payload is not an object');
  return verified.payload;
}

function toViewer(payload: JwtPayload, { tenantClaim, defaultPermissions, clock }: ViewerOptions): Viewer {
  const { sub, exp, iat, scope } = claims.parse(payload);
  const tenantId = tenant.parse(Object.hasOwn(payload, tenantClaim) ? payload[tenantClaim] : undefined);
  const now = clock.now() / 1000;
  if (exp - (iat ?? now) > LONGEST_LIFE_S + CLOCK_TOLERANCE_S) throw new Error('the token lives too long');
  if (iat !== undefined && iat > now + CLOCK_TOLERANCE_S) throw new Error('the token was issued in the future');
  const permissions = scope === undefined ? defaultPermissions : scope.split(' ').filter((word) => word !== '');
  return { id: sub, tenantId, permissions };
}
