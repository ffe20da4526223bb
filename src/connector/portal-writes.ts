import type { ObjectType } from '../crm/objects.ts';
import type { HubspotApi } from '../hubspot/client.ts';
import { type AssociationType, listAssociations, plainType } from '../hubspot/crm/association-types.ts';
import {
  associatePlainly,
  type RecordPair,
  removeAssociation,
  removeAssociationTypes,
  replaceAssociationTypes,
} from '../hubspot/crm/association-writes.ts';
import type { HubspotRecord } from '../hubspot/crm/objects.ts';
import {
  archiveRecord,
  createRecord,
  type NewAssociation,
  type PropertyValues,
  type UpsertTarget,
  updateRecord,
  upsertRecord,
  type WrittenRecord,
} from '../hubspot/crm/record-writes.ts';
import { HubspotRefusalError } from '../hubspot/hubspot-refusal-error.ts';
import type { Problem } from '../hubspot/problems.ts';
import type { CrmRecord } from './crm-record.ts';
import type { PortalMetadata } from './metadata/portal-metadata.ts';

/** An association label that does not exist between two object types. HubSpot was not called to write. */
export interface UnknownLabel {
  readonly kind: 'label';
  readonly label: string;
  /** The object type at the other end of the association. */
  readonly to: ObjectType;
  readonly known: readonly string[];
}

export type WriteProblem = Problem | UnknownLabel;

/** The result of a write, or the problems of its input. */
export type Outcome<T> = { readonly value: T } | { readonly problems: readonly WriteProblem[] };

/** A written record for resolvers, with the properties in HubSpot's answer. */
export interface Written extends Omit<WrittenRecord, 'record'> {
  readonly record: CrmRecord;
}

/** An existing record to associate with a new record. */
export interface NewAssociatedRecord {
  readonly objectType: ObjectType;
  readonly id: string;
  readonly label: string | undefined;
}

export interface WrittenPortal {
  readonly api: HubspotApi;
  readonly metadata: PortalMetadata;
  toCrmRecord(objectType: ObjectType, record: HubspotRecord): CrmRecord;
  /** Called before each write and after its end, whatever its outcome. */
  invalidate(): void;
}

/**
 * Writes records and associations of one portal. A write is never batched. Problems of the input are in the outcome; other
 * errors are thrown.
 */
export class PortalWrites {
  readonly #portal: WrittenPortal;

  constructor(portal: WrittenPortal) {
    this.#portal = portal;
  }

  async create(
    objectType: ObjectType,
    properties: PropertyValues,
    associatedRecords: readonly NewAssociatedRecord[],
  ): Promise<Outcome<Written>> {
    return this.#write(objectType, properties, async (api) => {
      const associations = await this.#newAssociations(objectType, associatedRecords);
      return createRecord(api, objectType, { properties, associations });
    });
  }

  async update(objectType: ObjectType, id: string, properties: PropertyValues): Promise<Outcome<Written>> {
    return this.#write(objectType, properties, (api) => updateRecord(api, objectType, id, properties));
  }

  async upsert(objectType: ObjectType, target: UpsertTarget, properties: PropertyValues): Promise<Outcome<Written>> {
    return this.#write(objectType, properties, (api) => upsertRecord(api, objectType, target, properties));
  }

  async archive(objectType: ObjectType, id: string): Promise<Outcome<void>> {
    return this.#attempt(({ api }) => archiveRecord(api, objectType, id));
  }

  /** Adds labels to an association; without labels, creates an association without a label. */
  async associate(pair: RecordPair, labels: readonly string[]): Promise<Outcome<void>> {
    return this.#attempt(async ({ api }) => {
      if (labels.length === 0) return associatePlainly(api, pair);
      const added = await this.#typesOf(pair.from.objectType, pair.to.objectType, labels);
      const present = await this.#labelsBetween(pair);
      const missing = added.filter((type) => !present.some((there) => isSame(type, there)));
      // HubSpot replaces all labels with the list that it receives.
      if (missing.length > 0) await replaceAssociationTypes(api, pair, [...present, ...missing]);
    });
  }

  /** Removes labels of an association; without labels, removes the association. */
  async dissociate(pair: RecordPair, labels: readonly string[]): Promise<Outcome<void>> {
    return this.#attempt(async ({ api }) => {
      if (labels.length === 0) return removeAssociation(api, pair);
      const types = await this.#typesOf(pair.from.objectType, pair.to.objectType, labels);
      await removeAssociationTypes(api, pair, types);
    });
  }

  async #write(
    objectType: ObjectType,
    properties: PropertyValues,
    write: (api: HubspotApi) => Promise<WrittenRecord>,
  ): Promise<Outcome<Written>> {
    const outcome = await this.#attempt(async ({ api, toCrmRecord }) => {
      const written = await write(api);
      return { ...written, record: toCrmRecord(objectType, written.record) };
    });
    for (const problem of 'problems' in outcome ? outcome.problems : []) {
      if (problem.kind === 'invalid') this.#portal.metadata.learnFrom(objectType, problem, properties);
    }
    return outcome;
  }

  async #attempt<T>(write: (portal: WrittenPortal) => Promise<T>): Promise<Outcome<T>> {
    this.#portal.invalidate();
    try {
      return { value: await write(this.#portal) };
    } catch (error) {
      if (error instanceof UnknownLabelError) return { problems: [error.problem] };
      if (error instanceof HubspotRefusalError && error.problems.length > 0) return { problems: error.problems };
      throw error;
    } finally {
      this.#portal.invalidate();
    }
  }

  /** One association for each associated record, with all its labels. */
  async #newAssociations(
    from: ObjectType,
    associatedRecords: readonly NewAssociatedRecord[],
  ): Promise<NewAssociation[]> {
    const perAssociation = Map.groupBy(associatedRecords, ({ objectType, id }) => `${objectType}\n${id}`);
    return Promise.all(
      [...perAssociation.values()].flatMap((entries) => {
        const [first] = entries;
        const labels = entries.flatMap(({ label }) => label ?? []);
        return first ? [this.#newAssociation(from, first, labels)] : [];
      }),
    );
  }

  async #newAssociation(
    from: ObjectType,
    { objectType, id }: NewAssociatedRecord,
    labels: readonly string[],
  ): Promise<NewAssociation> {
    const types = labels.length > 0 ? await this.#typesOf(from, objectType, labels) : [plainType(from, objectType)];
    return { toId: id, types };
  }

  /** @throws UnknownLabelError */
  async #typesOf(from: ObjectType, to: ObjectType, labels: readonly string[]): Promise<readonly AssociationType[]> {
    const types = await readBeforeWrite(this.#portal.metadata.associationTypes(from, to));
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

  /** The labels between two records. HubSpot lists them in pages, with those of the other associated records. */
  async #labelsBetween({ from, to }: RecordPair): Promise<readonly AssociationType[]> {
    const list = { from: from.objectType, id: from.id, to: to.objectType };
    let after: string | undefined;
    do {
      const page = await readBeforeWrite(listAssociations(this.#portal.api, list, after), from.id);
      const types = page.types.get(to.id);
      if (types) return types.filter(({ label }) => label !== null);
      after = page.next;
    } while (after !== undefined);
    return [];
  }
}

/**
 * A read before a write. If HubSpot refuses it, no change of the input would help, so the problems are removed from the
 * error. The exception is a record `id` that does not exist.
 */
async function readBeforeWrite<T>(reading: Promise<T>, id?: string): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof HubspotRefusalError)) throw error;
    const isAbsent = id !== undefined && error.problems.some(({ kind }) => kind === 'absent');
    const problems: Problem[] = isAbsent ? [{ kind: 'absent', id, type: undefined }] : [];
    throw new HubspotRefusalError(error.message, error.extensions, problems);
  }
}

class UnknownLabelError extends Error {
  override readonly name = 'UnknownLabelError';
  readonly problem: UnknownLabel;

  constructor(problem: UnknownLabel) {
    super(`there is no label "${problem.label}"`);
    this.problem = problem;
  }
}

function isSame(a: AssociationType, b: AssociationType): boolean {
  return a.category === b.category && a.typeId === b.typeId;
}
