import type { Connector } from '../../connector/connector.ts';
import type { Outcome } from '../../connector/writes/outcome.ts';
import { crmObject, enumName, type ObjectType } from '../../crm/objects.ts';
import { writeScopes } from '../../crm/scopes.ts';
import type { RecordPair } from '../../hubspot/crm/association-writes.ts';
import type { GatewayContext } from '../context.ts';
import { recordGlobalId, recordIdIn } from '../ids/global-id.ts';
import type { WriteInput } from '../ids/require-installation.ts';
import { type ArgumentIds, argumentId } from '../ids/target-portal.ts';
import { connectorOf } from '../scopes.ts';
import type { UserError } from '../types/user-error.ts';
import { NO_PORTAL } from './record-inputs.ts';
import { notFound, userError } from './user-errors.ts';

export interface AssociateInput extends WriteInput {
  readonly from: RecordRef;
  readonly to: RecordRef;
  readonly labels?: readonly string[] | null | undefined;
}

interface RecordRef {
  readonly objectType: ObjectType;
  readonly id: string;
}

/** `fromId` and `toId` are null when nothing was written. */
export interface AssociationPayload {
  readonly fromId: string | null;
  readonly toId: string | null;
  readonly userErrors: readonly UserError[];
}

export function associate(input: AssociateInput, root: object, context: GatewayContext): Promise<AssociationPayload> {
  return write('associate', input, root, context);
}

export function dissociate(input: AssociateInput, root: object, context: GatewayContext): Promise<AssociationPayload> {
  return write('dissociate', input, root, context);
}

async function write(
  verb: 'associate' | 'dissociate',
  { from, to, labels }: AssociateInput,
  root: object,
  context: GatewayContext,
): Promise<AssociationPayload> {
  const scopes = writeScopes(from.objectType, to.objectType);
  const connector = await context.connectors.granting(await connectorOf(root, context), (granted) =>
    granted.satisfies(scopes),
  );
  connector.requireScopes(scopes, `Mutation.${verb}`);
  const { hubId } = connector.installation;
  const [fromId, toId] = [recordId(from, hubId, 'from'), recordId(to, hubId, 'to')];
  if (fromId === undefined || toId === undefined) return refused(absentEnds({ from, to }, hubId));
  const pair = { from: { ...from, id: fromId }, to: { ...to, id: toId } };
  const outcome = await connector.writes[verb](pair, labels ?? []);
  return payload(connector, pair, outcome, labels ?? []);
}

/** The portals that the arguments name. */
export const PAIR_IDS: ArgumentIds<{ readonly input: AssociateInput }> = {
  ids: ({ input }) => [argumentId('from', input.from.id), argumentId('to', input.to.id)],
  absent: ({ input }) => refused(absentEnds(input, NO_PORTAL)),
};

function absentEnds(ends: Pick<AssociateInput, 'from' | 'to'>, hubId: number): readonly UserError[] {
  return (['from', 'to'] as const)
    .filter((end) => recordId(ends[end], hubId, end) === undefined)
    .map((end) => notFound(['input', end, 'id']));
}

function recordId({ objectType, id }: RecordRef, hubId: number, argument: 'from' | 'to'): string | undefined {
  return recordIdIn(crmObject(objectType).typename, hubId, id, argument);
}

function payload(
  { installation: { hubId } }: Connector,
  { from, to }: RecordPair,
  outcome: Outcome<void>,
  labels: readonly string[],
): AssociationPayload {
  const [fromType, toType] = [crmObject(from.objectType), crmObject(to.objectType)];
  if ('value' in outcome) {
    return {
      fromId: recordGlobalId(fromType.typename, hubId, from.id),
      toId: recordGlobalId(toType.typename, hubId, to.id),
      userErrors: [],
    };
  }
  /** HubSpot's problem can lack the record's id and its type. */
  const pathOf = (id: string | undefined, type: string | undefined) => {
    if (id === undefined) return null;
    return ['input', id === to.id && (id !== from.id || type === enumName(toType)) ? 'to' : 'from', 'id'];
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
