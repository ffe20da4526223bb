import type { KeyObject } from 'node:crypto';
import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { createAuthenticator } from '../../src/http/auth/viewer.ts';
import { collectingLogger } from './logs.ts';
import { startLoopback } from './loopback.ts';

/** An issuer on loopback, and what checks tokens by its key set. */
export async function startIssuer() {
  const clock = new ManualClock();
  const logs: string[] = [];
  const issuer = await startLoopback();
  const authenticate = createAuthenticator({
    key: { kind: 'jwks', url: `${issuer.url}/.well-known/jwks.json` },
    issuer: 'https://issuer.example',
    audience: 'gateway',
    tenantClaim: 'tenant',
    permissionsClaim: undefined,
    defaultPermissions: [],
    clock,
    logger: collectingLogger(logs),
  });
  const claims = () => {
    const now = clock.now() / 1000;
    return { sub: 'alice', tenant: 'acme', iss: 'https://issuer.example', aud: 'gateway', exp: now + 3_600 };
  };
  return { clock, issuer, authenticate, logs, claims };
}

export function jwk(key: KeyObject, more: object): object {
  return { ...key.export({ format: 'jwk' }), ...more };
}
