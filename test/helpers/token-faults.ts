import type { Selectable } from 'kysely';
import { expect, vi } from 'vitest';
import type { AlertKind } from '../../src/lib/logging/alert.ts';
import { TokenCipher } from '../../src/storage/encryption/token-cipher.ts';
import type { Installation } from '../../src/storage/installation.ts';
import type { InstallationTokensTable } from '../../src/storage/tables.ts';
import { ALICE, type Answer, type Stack } from './stack.ts';
import { issued, openStores } from './stores.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
/** Refreshing has begun by then; the old token serves for almost two minutes more. */
export const DUE = 28 * MINUTE;
export const EXPIRED = 31 * MINUTE;
export const READ = '{ contacts(first: 1) { nodes { hubspotId } } }';

/** What a finished consent leaves behind, without the browser's way there: tokens for the first portal. */
export async function install(stack: Stack, tenantId = ALICE.tenant): Promise<Installation> {
  const [portal] = stack.simulator.portals;
  if (!portal) throw new TypeError('the simulator has no portal');
  const scopes = stack.config.hubspot.requiredScopes;
  const { accessToken, refreshToken } = stack.simulator.grants.issueTokens({ portal, scopes });
  const { installations } = openStores(stack.db.database, new TokenCipher(stack.config.encryptionKeys));
  return installations.connect({
    tenantId,
    viewerId: null,
    hubId: portal.hubId,
    hubDomain: portal.domain,
    installedBy: portal.user,
    userId: null,
    grantedScopes: scopes,
    tokens: issued(accessToken.token, refreshToken, accessToken.expiresAt - stack.clock.now()),
  });
}

/** How often a refresh was asked for. Refreshes that are not answered yet are not among them. */
export function refreshes(stack: Stack): number {
  return stack.simulator.log.tokenCalls('refresh_token').length;
}

/** The stored tokens as the database has them, encrypted. */
export function tokenRow(stack: Stack, { id }: Installation): Promise<Selectable<InstallationTokensTable>> {
  return stack.db.database.query
    .selectFrom('installation_tokens')
    .selectAll()
    .where('installation_id', '=', id)
    .executeTakeFirstOrThrow();
}

/** Waits for what a query began in the background: the row then shows `expected`. */
export async function untilTokenRow(
  stack: Stack,
  installation: Installation,
  expected: Partial<Selectable<InstallationTokensTable>>,
): Promise<void> {
  const options = { interval: 5, timeout: 5_000 };
  await vi.waitFor(async () => expect(await tokenRow(stack, installation)).toMatchObject(expected), options);
  // The gateway hears of its own write a moment later than others see it.
  await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Status and reason of all installations. */
export function statuses(stack: Stack): Promise<{ status: string; status_reason: string | null }[]> {
  return stack.db.database.query.selectFrom('installations').select(['status', 'status_reason']).execute();
}

/** How often the first replica raised an alert of this kind. */
export async function alerts(stack: Stack, kind: AlertKind): Promise<number> {
  const response = await stack.gateway.fetch(new Request('http://gateway.test/metrics'));
  const line = new RegExp(`^gateway_alerts_total\\{kind="${kind}"\\} (\\d+)$`, 'm').exec(await response.text());
  return Number(line?.[1] ?? 0);
}

/** The codes of an answer's errors, in their order. */
export function codes({ errors = [] }: Answer): unknown[] {
  return errors.map(({ extensions }) => extensions?.code);
}
