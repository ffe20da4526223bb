import type { Connector } from '../connector/connector.ts';
import type { Outcome } from '../connector/portal-writes.ts';
import type { RecordPair } from '../hubspot/association-writes.ts';
import type { ObjectType } from '../hubspot/objects.ts';
import type { GatewayContext } from './context.ts';
import { recordGlobalId, recordIdIn } from './global-id.ts';
import { type WriteInput, writtenConnector } from './named-installation.ts';
import { capitals, recordTypeOf } from './record-types.ts';
import { writable } from './scopes.ts';
import type { UserError } from './types/user-error.ts';
import { notFound, userError } from './user-errors.ts';

export interface AssociationInput extends WriteInput {
  readonly from: RecordRef;
  readonly to: RecordRef;
  readonly labels?: readonly string[] | null | undefined;
}

interface RecordRef {
  readonly objectType: ObjectType;
  readonly id: string;
}

/** Both are null when nothing was written. */
export interface AssociationPayload {
  readonly fromId: string | null;
  readonly toId: string | null;
  readonly userErrors: readonly UserError[];
}

export function associate(input: AssociationInput, context: GatewayContext): Promise<AssociationPayload> {
  return write('associate', input, context);
}

export function dissociate(input: AssociationInput, context: GatewayContext): Promise<AssociationPayload> {
  return write('dissociate', input, context);
}

async function write(
  verb: 'associate' | 'dissociate',
  { from, to, labels, ...input }: AssociationInput,
  context: GatewayContext,
): Promise<AssociationPayload> {
  const needed = writable(from.objectType, to.objectType);
  const connector = await context.connectors.granting(await writtenConnector(input, context), (granted) =>
    granted.satisfies(needed),
  );
  connector.requireScopes(needed, `Mutation.${verb}`);
  const [fromId, toId] = [recordId(connector, from, 'from'), recordId(connector, to, 'to')];
  if (fromId === undefined || toId === undefined) {
    const absent = [...(fromId === undefined ? ['from'] : []), ...(toId === undefined ? ['to'] : [])];
    return refused(absent.map((end) => notFound(['input', end, 'id'])));
  }
  const pair = { from: { ...from, id: fromId }, to: { ...to, id: toId } };
  const outcome = await connector.writes[verb](pair, labels ?? []);
  return payload(connector, pair, outcome, labels ?? []);
}

function recordId(connector: Connector, { objectType, id }: RecordRef, argument: 'from' | 'to'): string | undefined {
  return recordIdIn(recordTypeOf(objectType).typename, connector.installation.hubId, id, argument);
}

function payload(
  { installation: { hubId } }: Connector,
  { from, to }: RecordPair,
  outcome: Outcome<void>,
  labels: readonly string[],
): AssociationPayload {
  const [fromType, toType] = [recordTypeOf(from.objectType), recordTypeOf(to.objectType)];
  if ('value' in outcome) {
    return {
      fromId: recordGlobalId(fromType.typename, hubId, from.id),
      toId: recordGlobalId(toType.typename, hubId, to.id),
      userErrors: [],
    };
  }
  /** HubSpot does not always say which record, or of which type. */
  const pathOf = (id: string | undefined, type: string | undefined) => {
    if (id === undefined) return null;
    return ['input', id === to.id && (id !== from.id || type === capitals(toType)) ? 'to' : 'from', 'id'];
  };
  return refused(
    outcome.problems.map((problem) =>
      userError(problem, {
        type: fromType,
        hubId,
        property: () => null,
        record: pathOf,
        label: (label) => ['input', 'labels', String(labels.indexOf(label))],
      }),
    ),
  );
}

function refused(userErrors: readonly UserError[]): AssociationPayload {
  return { fromId: null, toId: null, userErrors };
}
