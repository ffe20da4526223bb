import type { Connector } from '../../connector/connector.ts';
import { GatewayError } from '../../errors.ts';
import type { PromiseOrValue } from '../../lib/promise-or-value.ts';
import type { GatewayContext } from '../context.ts';
import { portalIn } from './global-id.ts';
import { requireInstallation } from './require-installation.ts';

/** The portal that an id or a cursor in an argument names. */
export interface ArgumentId {
  readonly argument: string;
  /** The portal's number; `undefined` for HubSpot's id of a record, which names no portal. */
  readonly hubId: string | undefined;
}

/** Field option `argumentIds`: the ids in the arguments. The plugin reads them before it selects the portal. */
export interface ArgumentIds<Args> {
  /** @throws GatewayError BAD_USER_INPUT for arguments that are invalid in every portal */
  ids(args: Args): readonly ArgumentId[];
  /**
   * The field's value when the ids name a portal that the tenant does not have, the same as for a missing record. Without
   * this function the field reads the tenant's only portal.
   */
  absent?(args: Args): unknown;
}

/**
 * The portal that the id in an argument names.
 * @throws GatewayError BAD_USER_INPUT when `id` is neither HubSpot's id nor a global id
 */
export function argumentId(argument: string, id: string): ArgumentId {
  return { argument, hubId: portalIn(id, argument) };
}

/**
 * The portal of a root field: that of `installationId`, else that of the ids, else the tenant's only portal. `undefined`
 * when the ids name a portal that the tenant does not have.
 * @throws GatewayError BAD_USER_INPUT for ids of several portals, and the errors of `Connectors`
 */
export function targetConnector(
  installationId: string | null | undefined,
  ids: readonly ArgumentId[],
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
