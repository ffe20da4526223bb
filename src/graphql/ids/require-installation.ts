import { GatewayError } from '../../errors.ts';
import type { Installation } from '../../storage/installation.ts';
import type { GatewayContext } from '../context.ts';

/** @throws GatewayError NOT_FOUND when the installation does not exist, or belongs to another tenant or viewer */
export async function requireInstallation({ connectors }: GatewayContext, id: string): Promise<Installation> {
  const installation = await connectors.installation(id);
  if (!installation) throw new GatewayError('NOT_FOUND', 'You have no such installation.', {});
  return installation;
}

/** The field that the inputs of all mutations that write to HubSpot have. */
export interface WriteInput {
  readonly installationId?: string | null | undefined;
}
