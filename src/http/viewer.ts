import jwt, { type Algorithm, type GetPublicKeyOrSecret, type JwtPayload, type Secret } from 'jsonwebtoken';
import { z } from 'zod';
import type { JwtKeySource } from '../config.ts';
import { GatewayError } from '../errors.ts';
import type { Viewer } from '../graphql/context.ts';
import type { Clock } from '../lib/clock.ts';
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
}

/** Turns an `Authorization` header into a viewer. @throws GatewayError UNAUTHENTICATED */
export type Authenticate = (authorization: string | null) => Promise<Viewer>;

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

/** RFC 8725: algorithms are fixed by the kind of key, issuer and audience are compared, claims are typed. */
export function createAuthenticator(options: ViewerOptions): Authenticate {
  const { key, algorithms } = verificationKey(options);
  return async (authorization) => {
    const token = authorization === null ? undefined : BEARER.exec(authorization)?.[1];
    if (token === undefined || token.length > MAX_TOKEN_LENGTH) throw unauthenticated();
    return toViewer(await verify(token, key, algorithms, options), options);
  };
}

type VerificationKey = { key: Secret | GetPublicKeyOrSecret; algorithms: Algorithm[] };

function verificationKey({ key: source, clock }: ViewerOptions): VerificationKey {
  if (source.kind === 'secret') return { key: source.secret, algorithms: ['HS256'] };
  const algorithms: Algorithm[] = ['RS256', 'ES256'];
  if (source.kind === 'publicKey') return { key: source.pem, algorithms };
  const findKey = createKeySet(source.url, clock);
  return { key: ({ kid }, done) => void findKey(kid).then((key) => done(null, key), done), algorithms };
}

function verify(
  token: string,
  key: VerificationKey['key'],
  algorithms: Algorithm[],
  { issuer, audience, clock }: ViewerOptions,
): Promise<JwtPayload> {
  const expected = {
    algorithms,
    issuer,
    audience,
    clockTolerance: CLOCK_TOLERANCE_S,
    clockTimestamp: Math.floor(clock.now() / 1000),
    complete: true,
  } as const;
  return new Promise((resolve, reject) => {
    jwt.verify(token, key, expected, (error, verified) => {
      const payload = verified?.payload;
      if (typeof payload !== 'object' || !header.safeParse(verified?.header).success) reject(unauthenticated(error));
      else resolve(payload);
    });
  });
}

function toViewer(payload: JwtPayload, { tenantClaim, defaultPermissions, clock }: ViewerOptions): Viewer {
  const standard = claims.safeParse(payload);
  const tenantId = tenant.safeParse(Object.hasOwn(payload, tenantClaim) ? payload[tenantClaim] : undefined);
  if (!standard.success || !tenantId.success) throw unauthenticated();
  const { sub, exp, iat, scope } = standard.data;
  const now = clock.now() / 1000;
  if (exp - (iat ?? now) > LONGEST_LIFE_S + CLOCK_TOLERANCE_S) throw unauthenticated();
  if (iat !== undefined && iat > now + CLOCK_TOLERANCE_S) throw unauthenticated();
  const permissions = scope === undefined ? defaultPermissions : scope.split(' ').filter((word) => word !== '');
  return { id: sub, tenantId: tenantId.data, permissions };
}

/** One answer for all: what is wrong with a token is nobody's business but the log's. */
function unauthenticated(cause?: unknown): GatewayError<'UNAUTHENTICATED'> {
  return new GatewayError('UNAUTHENTICATED', 'A valid bearer token is required.', {}, { cause });
}
