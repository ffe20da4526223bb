import { randomBytes } from 'node:crypto';
import { DEFAULT_APP } from 'hubspot-graphql-gateway-simulator';
import jwt from 'jsonwebtoken';
import { type Config, loadConfig } from '../../src/config.ts';
import { systemClock } from '../../src/lib/time/clock.ts';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { EncryptionKeys } from '../../src/storage/encryption/encryption-keys.ts';
import { TokenCipher } from '../../src/storage/encryption/token-cipher.ts';
import { InstallationStore } from '../../src/storage/installation-store.ts';
import { RevocationStore } from '../../src/storage/revocation-store.ts';
import { TokenStore } from '../../src/storage/token-store.ts';

const ISSUER = 'https://issuer.example';
const AUDIENCE = 'gateway';
const DAY_S = 24 * 60 * 60;

/** A consent to put into the database, as if its connect flow had just ended. */
export interface Seed {
  readonly tenantId: string;
  readonly hubId: number;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly lifeMs: number;
  /** What the app requires, unless more was granted. */
  readonly scopes?: readonly string[];
}

interface Stores {
  readonly database: Database;
  readonly tokens: TokenStore;
  readonly installations: InstallationStore;
}

/** What gateways on one database have in common: their settings, their viewers, and the installations they find. */
export class Deployment {
  /** For the environment of each gateway. */
  readonly env: Readonly<Record<string, string>>;
  readonly #secret = randomBytes(32).toString('base64url');

  /** `database` is one of the gateway's two settings for it; `more` are settings that go beyond the necessary. */
  constructor(
    hubspotUrl: string,
    database: { DATABASE_URL: string } | { DATA_DIR: string },
    more: Readonly<Record<string, string>> = {},
  ) {
    this.env = {
      PORT: '0',
      ...database,
      HUBSPOT_API_URL: hubspotUrl,
      HUBSPOT_AUTHORIZE_URL: `${hubspotUrl}/oauth/authorize`,
      HUBSPOT_CLIENT_ID: DEFAULT_APP.clientId,
      HUBSPOT_CLIENT_SECRET: DEFAULT_APP.clientSecret,
      ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      AUTH_JWT_SECRET: this.#secret,
      AUTH_JWT_ISSUER: ISSUER,
      AUTH_JWT_AUDIENCE: AUDIENCE,
      ...more,
    };
  }

  get config(): Config {
    return loadConfig(this.env);
  }

  /** The `Authorization` header of a viewer who may read, unless more is said. */
  authorization(tenantId: string, scope = 'hubspot:read', viewer = 'viewer'): string {
    const claims = { sub: viewer, tenant: tenantId, scope };
    return `Bearer ${jwt.sign(claims, this.#secret, { issuer: ISSUER, audience: AUDIENCE, expiresIn: DAY_S })}`;
  }

  /** Stores installations, encrypted as the connect flow does. */
  install(seeds: Iterable<Seed>): Promise<void> {
    return this.withStores(({ installations }) => install(installations, seeds));
  }

  /** The stores of this deployment's database, brought up to date, for as long as `work` takes. */
  async withStores<T>(work: (stores: Stores) => Promise<T>): Promise<T> {
    const database = openDatabase({ ...this.config.database, clock: systemClock });
    try {
      await database.migrate();
      return await work(this.storesOn(database));
    } finally {
      await database.close();
    }
  }

  storesOn(database: Database): Stores {
    const keys = new EncryptionKeys(database, new TokenCipher(this.config.encryptionKeys));
    const tokens = new TokenStore(database, keys);
    const revocations = new RevocationStore(database, keys);
    return { database, tokens, installations: new InstallationStore(database, tokens, revocations) };
  }
}

export async function install(installations: InstallationStore, seeds: Iterable<Seed>): Promise<void> {
  for (const { tenantId, hubId, accessToken, refreshToken, lifeMs, scopes } of seeds) {
    await installations.connect({
      tenantId,
      viewerId: null,
      hubId,
      hubDomain: 'bench.example',
      installedBy: 'bench@bench.example',
      userId: null,
      grantedScopes: scopes ?? DEFAULT_APP.requiredScopes,
      tokens: { accessToken, refreshToken, expiresInMs: lifeMs, usableForMs: lifeMs, refreshInMs: lifeMs },
    });
  }
}
