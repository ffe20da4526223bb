import type { Connector } from '../../connector/connector.ts';
import { GatewayError } from '../../errors.ts';
import type { PromiseOrValue } from '../../lib/promise-or-value.ts';
import type { GatewayContext } from '../context.ts';
import { portalIn } from './global-id.ts';
import { requireInstallation } from './require-installation.ts';

/** An id, or a cursor, as an argument gives it: a global one names its portal. */
export interface GivenId {
  readonly argument: string;
  /** The portal's number; `undefined` when the id is HubSpot's own. */
  readonly hubId: string | undefined;
}

/** Field option `given`: what the arguments say by themselves, told before any portal is looked for. */
export interface Given<Args> {
  /** @throws GatewayError BAD_USER_INPUT for what no portal could answer */
  ids(args: Args): readonly GivenId[];
  /**
   * What the field answers when the ids are of a portal that this tenant does not have: as for a record that is missing.
   * Without it, the field means the tenant's only portal.
   */
  absent?(args: Args): unknown;
}

/**
 * An id that an argument gives.
 * @throws GatewayError BAD_USER_INPUT for one that is neither HubSpot's own nor global
 */
export function givenId(argument: string, id: string): GivenId {
  return { argument, hubId: portalIn(id, argument) };
}

/**
 * The portal that a field of the root means: the one of `installationId`, else the one that its ids name, else the
 * tenant's only one. `undefined` when the ids are of a portal that this tenant does not have.
 * @throws GatewayError BAD_USER_INPUT for ids of several portals, and the refusals of `Connectors`
 */
export function targetConnector(
  installationId: string | null | undefined,
  ids: readonly GivenId[],
  context: GatewayContext,
): PromiseOrValue<Connector | undefined> {
  const first = ids.find(({ hubId }) => hubId !== undefined);
  const other = ids.find(({ hubId }) => hubId !== undefined && hubId !== first?.hubId);
  if (other) throw disagrees(other.argument, 'another id of the same input');
  if (installationId == null) {
    return first?.hubId === undefined ? context.connectors.only() : context.connectors.inPortal(first.hubId);
  }
  return requireInstallation(context, installationId).then((installation) => {
    if (first && first.hubId !== String(installation.hubId)) throw disagrees(first.argument, 'installationId');
    return context.connectors.of(installation);
  });
}

function disagrees(argument: string, other: string): GatewayError {
  const message = `${argument} is of another portal than ${other}: one field reads or writes one portal.`;
  return new GatewayError('BAD_USER_INPUT', message, { argument });
}
