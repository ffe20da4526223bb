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

/**
 * The installation that the arguments of a mutation name: as an argument, in `input`, or in each of `inputs`.
 * @throws GatewayError BAD_USER_INPUT when they name several
 */
export function installationIdIn(args: object): string | undefined {
  const { installationId, input, inputs = [] }: NamingArguments = args;
  const named = [installationId, input?.installationId, ...inputs.map((entry) => entry.installationId)];
  const [first, other] = new Set(named.filter((id) => id != null));
  if (other === undefined) return first;
  const message = 'The arguments name several installations: one mutation writes to one portal.';
  throw new GatewayError('BAD_USER_INPUT', message, { argument: 'installationId' });
}

interface NamingArguments extends WriteInput {
  readonly input?: WriteInput;
  readonly inputs?: readonly WriteInput[];
}
