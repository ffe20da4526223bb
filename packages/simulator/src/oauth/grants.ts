import { randomBytes } from 'node:crypto';
import { CODE_LIFE_MS } from '../assumptions.ts';
import type { Person } from '../people.ts';
import type { Portal } from '../portal.ts';
import type { Clock } from '../time/clock.ts';

/** A consent of a user. */
export interface Consent {
  readonly portal: Portal;
  readonly scopes: readonly string[];
  /** The portal's first person by default. */
  readonly person?: Person;
}

export interface Grant extends Consent {
  readonly person: Person;
}

interface IssuedCode extends Grant {
  readonly redirectUri: string;
  readonly codeChallenge: string | undefined;
  readonly expiresAt: number;
}

export interface AccessToken extends Grant {
  readonly token: string;
  readonly expiresAt: number;
}

export interface TokenPair {
  readonly accessToken: AccessToken;
  readonly refreshToken: string;
}

/**
 * Whether a refresh replaces the refresh token. HubSpot keeps it (`same`), but reserves the right to replace it. `grace`
 * replaces it, and accepts the old one for some time. `strict` accepts each refresh token once.
 */
export type Rotation = 'same' | 'grace' | 'strict';

/** A grant with all refresh tokens that were ever issued for it. */
interface LiveGrant extends Grant {
  readonly id: number;
  /** The expiry of each refresh token, in epoch milliseconds. */
  readonly refreshTokens: Map<string, number>;
}

export interface GrantOptions {
  /** Life of an access token in milliseconds; HubSpot's is 30 minutes. */
  accessTokenLifeMs: number;
  rotation: Rotation;
  /** How long `grace` accepts a replaced refresh token. */
  graceMs: number;
  /** Whether a person who consents again receives the refresh token of their earlier consent. */
  keepsRefreshToken: boolean;
}

/** All codes and tokens that the simulator has issued. */
export class Grants {
  /** Tests can change it at any time. It applies to tokens that are issued afterwards. */
  readonly options: GrantOptions;
  readonly #clock: Clock;
  readonly #codes = new Map<string, IssuedCode>();
  readonly #accessTokens = new Map<string, AccessToken>();
  readonly #byRefreshToken = new Map<string, LiveGrant>();
  #nextId = 1;

  constructor(clock: Clock, options: GrantOptions) {
    this.#clock = clock;
    this.options = options;
  }

  issueCode(consent: Consent, redirectUri: string, codeChallenge: string | undefined): string {
    const code = `na1-${randomBytes(16).toString('hex')}`;
    const expiresAt = this.#clock.now() + CODE_LIFE_MS;
    this.#codes.set(code, { ...grantOf(consent), redirectUri, codeChallenge, expiresAt });
    return code;
  }

  /** Redeems a code. A code can be used once, also when the redemption fails. */
  takeCode(code: string): IssuedCode | undefined {
    const issued = this.#codes.get(code);
    this.#codes.delete(code);
    return issued && issued.expiresAt > this.#clock.now() ? issued : undefined;
  }

  /** A new grant, as after a redeemed code. */
  issueTokens(consent: Consent): TokenPair {
    const { portal, scopes, person } = grantOf(consent);
    const kept = this.options.keepsRefreshToken ? this.#refreshTokenOf(portal, person) : undefined;
    const grant: LiveGrant = { id: this.#nextId++, portal, scopes, person, refreshTokens: new Map() };
    if (kept !== undefined) {
      grant.refreshTokens.set(kept, Number.POSITIVE_INFINITY);
      this.#byRefreshToken.set(kept, grant);
      return { accessToken: this.#issueAccessToken(grant), refreshToken: kept };
    }
    return { accessToken: this.#issueAccessToken(grant), refreshToken: this.#issueRefreshToken(grant) };
  }

  refresh(refreshToken: string): TokenPair | undefined {
    const grant = this.#live(refreshToken);
    if (!grant) return undefined;
    const accessToken = this.#issueAccessToken(grant);
    const { rotation, graceMs } = this.options;
    if (rotation === 'same') return { accessToken, refreshToken };
    const until = this.#clock.now() + (rotation === 'grace' ? graceMs : 0);
    grant.refreshTokens.set(refreshToken, Math.min(until, grant.refreshTokens.get(refreshToken) ?? until));
    return { accessToken, refreshToken: this.#issueRefreshToken(grant) };
  }

  /** An access token, also an expired one. */
  accessToken(token: string): AccessToken | undefined {
    return this.#accessTokens.get(token);
  }

  refreshTokenGrant(token: string): Grant | undefined {
    return this.#live(token);
  }

  /** True while a portal has a grant, so that HubSpot shows the app as installed in it. */
  isInstalled(hubId: number): boolean {
    return [...this.#byRefreshToken.values()].some(
      ({ portal, refreshTokens }) => portal.hubId === hubId && refreshTokens.size > 0,
    );
  }

  /** The id of a refresh token's grant, also for a replaced refresh token. */
  grantId(refreshToken: string): number | undefined {
    return this.#byRefreshToken.get(refreshToken)?.id;
  }

  /** Revokes the grant of a refresh token. Issued access tokens remain valid. */
  revokeRefreshToken(token: string): void {
    this.#byRefreshToken.get(token)?.refreshTokens.clear();
  }

  /** Revokes all grants and access tokens of a portal, as after an uninstallation of the app. */
  uninstall(hubId: number): void {
    for (const grant of this.#byRefreshToken.values()) if (grant.portal.hubId === hubId) grant.refreshTokens.clear();
    for (const [token, { portal }] of this.#accessTokens) if (portal.hubId === hubId) this.#accessTokens.delete(token);
  }

  /** Removes scopes from all grants and access tokens of a portal, like an administrator. */
  takeScopes(hubId: number, scopes: readonly string[]): void {
    const left = <G extends Grant>(grant: G): G =>
      grant.portal.hubId === hubId
        ? { ...grant, scopes: grant.scopes.filter((scope) => !scopes.includes(scope)) }
        : grant;
    for (const [token, issued] of this.#accessTokens) this.#accessTokens.set(token, left(issued));
    for (const [token, grant] of this.#byRefreshToken) this.#byRefreshToken.set(token, left(grant));
  }

  /** A valid refresh token of an earlier consent of the person. */
  #refreshTokenOf({ hubId }: Portal, { userId }: Person): string | undefined {
    const tokens = [...this.#byRefreshToken].reverse();
    return tokens.find(
      ([token, { portal, person }]) => portal.hubId === hubId && person.userId === userId && this.#live(token),
    )?.[0];
  }

  /** Expires access tokens early, as when HubSpot invalidates them. */
  revokeAccessTokens(): void {
    this.#accessTokens.clear();
  }

  #live(refreshToken: string): LiveGrant | undefined {
    const grant = this.#byRefreshToken.get(refreshToken);
    const until = grant?.refreshTokens.get(refreshToken);
    return until !== undefined && until > this.#clock.now() ? grant : undefined;
  }

  #issueRefreshToken(grant: LiveGrant): string {
    const refreshToken = `na1-${randomBytes(18).toString('hex')}`;
    grant.refreshTokens.set(refreshToken, Number.POSITIVE_INFINITY);
    this.#byRefreshToken.set(refreshToken, grant);
    return refreshToken;
  }

  #issueAccessToken({ portal, scopes, person }: Grant): AccessToken {
    const token = `CKP${randomBytes(48).toString('base64url')}`;
    const issued = { token, portal, scopes, person, expiresAt: this.#clock.now() + this.options.accessTokenLifeMs };
    this.#accessTokens.set(token, issued);
    return issued;
  }
}

function grantOf({ portal, scopes, person = portal.people[0] }: Consent): Grant {
  if (!person) throw new TypeError(`portal ${portal.hubId} has no people`);
  return { portal, scopes, person };
}
