import type { JwtPayload } from 'jsonwebtoken';
import type { Viewer } from '../../graphql/context.ts';
import { ViewerRefusedError } from './viewer-refused-error.ts';

/** The names of claims. A path such as `realm_access.roles` names a nested claim. */
export interface ClaimSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly tenantClaim: string;
  /** Unset: `scope`, or `scp` where there is none. */
  readonly permissionsClaim: string | undefined;
  /** Permissions of a token without that claim. */
  readonly defaultPermissions: readonly string[];
}

/** Clocks of issuer and gateway may differ by so much where a token's life begins or ends. */
export const CLOCK_TOLERANCE_S = 5;
/** `iat` bounds no token (RFC 7519 § 4.1.6). One from the future by more than this was not made by a clock. */
const FUTURE_TOLERANCE_S = 60;
/** A viewer's token that lives longer than a day is a mistake, such as an `exp` in milliseconds. */
const LONGEST_LIFE_S = 24 * 60 * 60;

/**
 * Who the claims of a token speak of, once its signature, `exp` and `nbf` were found good.
 * @param now in seconds
 * @throws ViewerRefusedError
 */
export function viewerOf(payload: JwtPayload, settings: ClaimSettings, now: number): Viewer {
  if (payload.iss !== settings.issuer) throw new ViewerRefusedError('other_issuer', { found: shown(payload.iss) });
  if (!isMeantFor(payload, settings.audience)) {
    throw new ViewerRefusedError('other_audience', { found: shown(payload.aud ?? payload.client_id) });
  }
  checkLife(payload, now);
  return {
    id: subjectOf(payload),
    tenantId: tenantOf(payload, settings.tenantClaim),
    permissions: permissionsOf(payload, settings) ?? settings.defaultPermissions,
  };
}

/** Access tokens of Amazon Cognito have no `aud`: they name the app client that they were issued to. */
function isMeantFor({ aud, token_use: use, client_id: client }: JwtPayload, audience: string): boolean {
  if (aud === undefined) return use === 'access' && client === audience;
  return Array.isArray(aud) ? aud.includes(audience) : aud === audience;
}

function checkLife({ exp, iat = 0 }: JwtPayload, now: number): void {
  if (typeof exp !== 'number') throw new ViewerRefusedError('no_expiry');
  if (typeof iat !== 'number') throw new ViewerRefusedError('malformed_token', { claim: 'iat' });
  if (iat > now + FUTURE_TOLERANCE_S) throw new ViewerRefusedError('issued_in_future', { issuedAt: shown(iat) });
  if (exp - Math.max(now, iat) > LONGEST_LIFE_S + CLOCK_TOLERANCE_S) {
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
  // A larger number was rounded when it was parsed: two tenants would be one.
  const text = Number.isSafeInteger(tenant) ? String(tenant) : tenant;
  if (typeof text === 'string' && TENANT.test(text)) return text;
  throw new ViewerRefusedError('bad_tenant', { claim });
}

/** A list, or words in one text (RFC 6749 § 3.3); `undefined` where the token says nothing. */
function permissionsOf(payload: JwtPayload, { permissionsClaim }: ClaimSettings): readonly string[] | undefined {
  const given = permissionsClaim === undefined ? (payload.scope ?? payload.scp) : claimAt(payload, permissionsClaim);
  if (given == null) return undefined;
  const words: unknown = typeof given === 'string' ? given.split(' ') : given;
  if (!Array.isArray(words) || !words.every((word) => typeof word === 'string')) {
    throw new ViewerRefusedError('bad_permissions', { claim: permissionsClaim ?? 'scope' });
  }
  return [...new Set(words.filter((word) => word !== '').map(withoutResource))];
}

/** Amazon Cognito puts the resource server before a scope: `https://crm.example.com/hubspot:read`. */
function withoutResource(scope: string): string {
  return scope.replace(/^.*\/(?=hubspot:(read|write|connect)$)/, '');
}

/** A name with dots may be a path, or just have dots, as a URL has. */
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

/** As much of a claim as a line of the log has room for. */
function shown(claim: unknown): string | undefined {
  return JSON.stringify(claim)?.slice(0, 200);
}
