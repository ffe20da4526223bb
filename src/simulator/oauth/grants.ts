import { randomBytes } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
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

/** All codes and tokens that the simulator has handed out. */
export class Grants {
  readonly #clock: Clock;
  readonly #codes = new Map<string, IssuedCode>();
  readonly #accessTokens = new Map<string, AccessToken>();
  readonly #refreshTokens = new Map<string, Grant>();
  /** Life of an access token in milliseconds; HubSpot's is 30 minutes. */
  accessTokenLifeMs: number;

  constructor(clock: Clock, accessTokenLifeMs: number) {
    this.#clock = clock;
    this.accessTokenLifeMs = accessTokenLifeMs;
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
    const refreshToken = `na1-${randomBytes(18).toString('hex')}`;
    this.#refreshTokens.set(refreshToken, { portal, scopes });
    return { accessToken: this.#issueAccessToken({ portal, scopes }), refreshToken };
  }

  /** The refresh token stays the same, as was seen of HubSpot's. */
  refresh(refreshToken: string): TokenPair | undefined {
    const grant = this.#refreshTokens.get(refreshToken);
    return grant && { accessToken: this.#issueAccessToken(grant), refreshToken };
  }

  /** Known tokens, expired ones included. */
  accessToken(token: string): AccessToken | undefined {
    return this.#accessTokens.get(token);
  }

  refreshTokenGrant(token: string): Grant | undefined {
    return this.#refreshTokens.get(token);
  }

  /** Issued access tokens live on. */
  revokeRefreshToken(token: string): void {
    this.#refreshTokens.delete(token);
  }

  /** Access tokens end before their time, as when HubSpot invalidates them. */
  revokeAccessTokens(): void {
    this.#accessTokens.clear();
  }

  #issueAccessToken({ portal, scopes }: Grant): AccessToken {
    const token = `CKP${randomBytes(48).toString('base64url')}`;
    const issued = { token, portal, scopes, expiresAt: this.#clock.now() + this.accessTokenLifeMs };
    this.#accessTokens.set(token, issued);
    return issued;
  }
}
