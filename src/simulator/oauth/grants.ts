import { randomBytes } from 'node:crypto';
import type { Clock } from '../../lib/time/clock.ts';
import { CODE_LIFE_MS } from '../assumptions.ts';
import type { Portal } from '../portal.ts';

/** What a person consented to. */
export interface Grant {
  readonly portal: Portal;
  readonly scopes: readonly string[];
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
 * What a refresh does to the refresh token. HubSpot was seen to keep it (`same`) and reserves the right to replace it:
 * `grace` replaces it and accepts the old one for a while, `strict` accepts each one once.
 */
export type Rotation = 'same' | 'grace' | 'strict';

/** A consent with all refresh tokens that were ever issued for it. */
interface LiveGrant extends Grant {
  readonly id: number;
  /** Until when each is accepted, in epoch milliseconds. */
  readonly refreshTokens: Map<string, number>;
}

export interface GrantOptions {
  /** Life of an access token in milliseconds; HubSpot's is 30 minutes. */
  accessTokenLifeMs: number;
  rotation: Rotation;
  /** How long `grace` accepts a replaced refresh token. */
  graceMs: number;
}

/** All codes and tokens that the simulator has handed out. */
export class Grants {
  /** May be changed at any time; what was issued before stays as it was. */
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

  issueCode(grant: Grant, redirectUri: string, codeChallenge: string | undefined): string {
    const code = `na1-${randomBytes(16).toString('hex')}`;
    const { portal, scopes } = grant;
    this.#codes.set(code, { portal, scopes, redirectUri, codeChallenge, expiresAt: this.#clock.now() + CODE_LIFE_MS });
    return code;
  }

  /** A code works once, whatever comes of it. */
  takeCode(code: string): IssuedCode | undefined {
    const issued = this.#codes.get(code);
    this.#codes.delete(code);
    return issued && issued.expiresAt > this.#clock.now() ? issued : undefined;
  }

  /** A new grant, as after an exchanged code. */
  issueTokens({ portal, scopes }: Grant): TokenPair {
    const grant: LiveGrant = { id: this.#nextId++, portal, scopes, refreshTokens: new Map() };
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

  /** Known tokens, expired ones included. */
  accessToken(token: string): AccessToken | undefined {
    return this.#accessTokens.get(token);
  }

  refreshTokenGrant(token: string): Grant | undefined {
    return this.#live(token);
  }

  /** Names the consent behind a refresh token, also behind one that is replaced by now. */
  grantId(refreshToken: string): number | undefined {
    return this.#byRefreshToken.get(refreshToken)?.id;
  }

  /** Ends the consent behind a refresh token. Issued access tokens live on. */
  revokeRefreshToken(token: string): void {
    this.#byRefreshToken.get(token)?.refreshTokens.clear();
  }

  /** Ends every consent of a portal, and its access tokens with it: the app was uninstalled. */
  uninstall(hubId: number): void {
    for (const grant of this.#byRefreshToken.values()) if (grant.portal.hubId === hubId) grant.refreshTokens.clear();
    for (const [token, { portal }] of this.#accessTokens) if (portal.hubId === hubId) this.#accessTokens.delete(token);
  }

  /** Every consent of a portal loses these scopes, and its access tokens with it: an administrator took them away. */
  takeScopes(hubId: number, scopes: readonly string[]): void {
    const left = <G extends Grant>(grant: G): G =>
      grant.portal.hubId === hubId
        ? { ...grant, scopes: grant.scopes.filter((scope) => !scopes.includes(scope)) }
        : grant;
    for (const [token, issued] of this.#accessTokens) this.#accessTokens.set(token, left(issued));
    for (const [token, grant] of this.#byRefreshToken) this.#byRefreshToken.set(token, left(grant));
  }

  /** Access tokens end before their time, as when HubSpot invalidates them. */
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

  #issueAccessToken({ portal, scopes }: Grant): AccessToken {
    const token = `CKP${randomBytes(48).toString('base64url')}`;
    const issued = { token, portal, scopes, expiresAt: this.#clock.now() + this.options.accessTokenLifeMs };
    this.#accessTokens.set(token, issued);
    return issued;
  }
}
