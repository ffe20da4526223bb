import type { ObjectType } from '../../crm/objects.ts';
import { type AssociationType, plainType } from '../../hubspot/crm/association-types.ts';
import type { NewAssociation } from '../../hubspot/crm/record-writes.ts';
import { HubspotRefusalError } from '../../hubspot/hubspot-refusal-error.ts';
import type { Problem } from '../../hubspot/problems.ts';
import type { PortalMetadata } from '../metadata/portal-metadata.ts';

/** An existing record to associate with a new record. */
export interface NewAssociatedRecord {
  readonly objectType: ObjectType;
  readonly id: string;
  readonly label: string | undefined;
}

/** An association label that does not exist between two object types. HubSpot was not called to write. */
export interface UnknownLabel {
  readonly kind: 'label';
  readonly label: string;
  /** The object type at the other end of the association. */
  readonly to: ObjectType;
  readonly known: readonly string[];
}

export class UnknownLabelError extends Error {
  override readonly name = 'UnknownLabelError';
  readonly problem: UnknownLabel;

  constructor(problem: UnknownLabel) {
    super(`there is no label "${problem.label}"`);
    this.problem = problem;
  }
}

type Labels = Pick<PortalMetadata, 'associationTypes'>;

/**
 * One association of a new record for each associated record, with all its labels.
 * @throws UnknownLabelError
 */
export async function newAssociations(
  metadata: Labels,
  from: ObjectType,
  associatedRecords: readonly NewAssociatedRecord[],
): Promise<NewAssociation[]> {
  const perAssociation = Map.groupBy(associatedRecords, ({ objectType, id }) => `${objectType}\n${id}`);
  return Promise.all(
    [...perAssociation.values()].flatMap((entries) => {
      const [first] = entries;
      const labels = entries.flatMap(({ label }) => label ?? []);
      return first ? [newAssociation(metadata, from, first, labels)] : [];
    }),
  );
}

async function newAssociation(
  metadata: Labels,
  from: ObjectType,
  { objectType, id }: NewAssociatedRecord,
  labels: readonly string[],
): Promise<NewAssociation> {
  const types =
    labels.length > 0 ? await labelTypes(metadata, from, objectType, labels) : [plainType(from, objectType)];
  return { toType: objectType, toId: id, types };
}

/**
 * The association types with these labels.
 * @throws UnknownLabelError
 */
export async function labelTypes(
  metadata: Labels,
  from: ObjectType,
  to: ObjectType,
  labels: readonly string[],
): Promise<readonly AssociationType[]> {
  const types = await readBeforeWrite(metadata.associationTypes(from, to));
  return [...new Set(labels)].map((label) => {
    const type = types.find((candidate) => candidate.label === label);
    if (type) return type;
    throw new UnknownLabelError({
      kind: 'label',
      label,
      to,
      known: types.flatMap((candidate) => candidate.label ?? []),
    });
  });
}

/**
 * A read before a write. If HubSpot refuses it, no change of the input would help, so the problems are removed from the
 * error. The exception is a record `id` that does not exist.
 */
export async function readBeforeWrite<T>(reading: Promise<T>, id?: string): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof HubspotRefusalError)) throw error;
    const isAbsent = id !== undefined && error.problems.some(({ kind }) => kind === 'absent');
    const problems: Problem[] = isAbsent ? [{ kind: 'absent', id, type: undefined }] : [];
    throw new HubspotRefusalError(error.message, error.extensions, problems);
  }
}
