import { z } from 'zod';
import { plainScope } from '../../lib/plain-scope.ts';

/** The portal, the user and the scopes of an access token. */
export interface TokenIdentity {
  readonly hubId: number;
  readonly hubDomain: string | null;
  /** E-mail address of the person who consented. */
  readonly user: string | null;
  /** HubSpot's id of that person. */
  readonly userId: number | null;
  /** Whether the token has the rights of that person, instead of those of the app; `undefined` when it is not reported. */
  readonly isUserLevel: boolean | undefined;
  readonly scopes: readonly string[];
}

/** RFC 6749 § 3.3. Invalid scopes are left out, since they cannot be requested. Scopes have one name in all answers. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;
export const scopes = z.array(z.string()).transform((all) => all.filter((scope) => SCOPE.test(scope)).map(plainScope));

/** A domain or an e-mail address for display; null when it is not valid text. */
const shown = z
  .string()
  .max(1_000)
  .refine((text) => text.isWellFormed() && !text.includes('\0'))
  .nullish()
  .catch(null);

const userId = z.int().positive().nullish().catch(null);

/**
 * The facts that HubSpot signs about an access token, without the signature, which is a secret. A level that cannot be read is
 * user-level: a tenant must not share what only one person may see.
 */
const signedToken = z
  .object({ isUserLevel: z.boolean().nullish().catch(true), userId })
  .nullish()
  .catch({ isUserLevel: true, userId: null });

const introspectionSchema = z.discriminatedUnion('active', [
  z.object({ active: z.literal(false) }),
  z.object({
    active: z.literal(true),
    hub_id: z.int().positive(),
    hub_domain: shown,
    user: shown,
    user_id: userId,
    scopes,
    signed_access_token: signedToken,
  }),
]);

/** An introspection (RFC 7662). `undefined` when the answer is invalid. */
export function parseIntrospection(
  body: unknown,
): { readonly isActive: false } | { readonly isActive: true; readonly identity: TokenIdentity } | undefined {
  const { data } = introspectionSchema.safeParse(body);
  if (!data?.active) return data && { isActive: false };
  const { hub_id, hub_domain, user, user_id, scopes: granted, signed_access_token: signed } = data;
  const identity = {
    hubId: hub_id,
    hubDomain: hub_domain ?? null,
    user: user ?? null,
    userId: signed?.userId ?? user_id ?? null,
    isUserLevel: signed?.isUserLevel ?? undefined,
    scopes: granted,
  };
  return { isActive: true, identity };
}
