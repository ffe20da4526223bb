import type { JwtPayload } from 'jsonwebtoken';
import type { Viewer } from '../../graphql/context.ts';
import { ViewerRefusedError } from './viewer-refused-error.ts';

/** The expected values and names of claims. A path such as `realm_access.roles` names a nested claim. */
export interface ClaimSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly tenantClaim: string;
  /** Without it: `scope`, or `scp` when there is no `scope`. */
  readonly permissionsClaim: string | undefined;
  /** Permissions of a token without the permissions claim. */
  readonly defaultPermissions: readonly string[];
}

/** The allowed difference of the issuer's and the gateway's clocks for `exp` and `nbf`. */
export const CLOCK_TOLERANCE_S = 5;
/** `iat` does not limit a token (RFC 7519 § 4.1.6), but an `iat` further in the future than this is invalid. */
const FUTURE_TOLERANCE_S = 60;
/** A longer life is probably a mistake of the issuer, such as an `exp` in milliseconds. */
const MAX_LIFE_S = 24 * 60 * 60;

/**
 * The viewer in the claims of a token whose signature, `exp` and `nbf` are valid.
 * @param now in epoch seconds
 * @throws ViewerRefusedError
 */
export function viewerOf(payload: JwtPayload, settings: ClaimSettings, now: number): Viewer {
  if (payload.iss !== settings.issuer) throw new ViewerRefusedError('other_issuer', { found: shown(payload.iss) });
  if (!hasAudience(payload, settings.audience)) {
    throw new ViewerRefusedError('other_audience', { found: shown(payload.aud ?? payload.client_id) });
  }
  checkLife(payload, now);
  return {
    id: subjectOf(payload),
    tenantId: tenantOf(payload, settings.tenantClaim),
    permissions: permissionsOf(payload, settings) ?? settings.defaultPermissions,
  };
}

/** Access tokens of Amazon Cognito have no `aud`. Their `client_id` names the app client instead. */
function hasAudience({ aud, token_use: use, client_id: client }: JwtPayload, audience: string): boolean {
  if (aud === undefined) return use === 'access' && client === audience;
  return Array.isArray(aud) ? aud.includes(audience) : aud === audience;
}

function checkLife({ exp, iat = 0 }: JwtPayload, now: number): void {
  if (typeof exp !== 'number') throw new ViewerRefusedError('no_expiry');
  if (typeof iat !== 'number') throw new ViewerRefusedError('malformed_token', { claim: 'iat' });
  if (iat > now + FUTURE_TOLERANCE_S) throw new ViewerRefusedError('issued_in_future', { issuedAt: shown(iat) });
  if (exp - Math.max(now, iat) > MAX_LIFE_S + CLOCK_TOLERANCE_S) {
    throw new ViewerRefusedError('lives_too_long', { expiresAt: shown(exp) });
  }
}

function subjectOf({ sub }: { readonly sub?: unknown }): string {
  if (typeof sub === 'string' && /^[\x21-\x7e]{1,128}$/.test(sub)) return sub;
  throw new ViewerRefusedError('bad_subject');
}

const TENANT = /^[A-Za-z0-9][\w.:@|+=/-]{0,127}$/;

function tenantOf(payload: JwtPayload, claim: string): string {
  const tenant = claimAt(payload, claim);
  if (tenant == null) throw new ViewerRefusedError('no_tenant', { claim });
  // JSON.parse rounds larger numbers, so two tenants could become one.
  const text = Number.isSafeInteger(tenant) ? String(tenant) : tenant;
  if (typeof text === 'string' && TENANT.test(text)) return text;
  throw new ViewerRefusedError('bad_tenant', { claim });
}

/** From a list, or from a text with spaces (RFC 6749 § 3.3). `undefined` when the token has no such claim. */
function permissionsOf(payload: JwtPayload, { permissionsClaim }: ClaimSettings): readonly string[] | undefined {
  const claim = permissionsClaim === undefined ? (payload.scope ?? payload.scp) : claimAt(payload, permissionsClaim);
  if (claim == null) return undefined;
  const words: unknown = typeof claim === 'string' ? claim.split(' ') : claim;
  if (!Array.isArray(words) || !words.every((word) => typeof word === 'string')) {
    throw new ViewerRefusedError('bad_permissions', { claim: permissionsClaim ?? 'scope' });
  }
  return [...new Set(words.filter((word) => word !== '').map(withoutResource))];
}

/** Amazon Cognito prefixes scopes with the resource server: `https://crm.example.com/hubspot:read`. */
function withoutResource(scope: string): string {
  return scope.replace(/^.*\/(?=hubspot:(read|write|erase|connect)$)/, '');
}

/** A name with dots is a path to a nested claim, or the name of one claim, such as a URL. */
function claimAt(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const head = path.slice(0, dot);
    const below = Object.hasOwn(claims, head) ? claims[head] : undefined;
    const found = isMap(below) ? claimAt(below, path.slice(dot + 1)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A claim as JSON for the log, at most 200 characters. */
function shown(claim: unknown): string | undefined {
  return JSON.stringify(claim)?.slice(0, 200);
}
