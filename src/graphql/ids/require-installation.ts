import { GatewayError } from '../../errors.ts';
import type { Installation } from '../../storage/installation-store.ts';
import type { GatewayContext } from '../context.ts';

/** @throws GatewayError NOT_FOUND, for another tenant's as for one that never was */
export async function requireInstallation({ connectors }: GatewayContext, id: string): Promise<Installation> {
  const installation = await connectors.installation(id);
  if (!installation) throw new GatewayError('NOT_FOUND', 'This tenant has no such installation.', {});
  return installation;
}

/** What the inputs of mutations that write to HubSpot have in common. */
export interface WriteInput {
  readonly installationId?: string | null | undefined;
}
