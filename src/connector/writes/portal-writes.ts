import type { ObjectType } from '../../crm/objects.ts';
import type { HubspotApi } from '../../hubspot/client.ts';
import { type AssociationType, listAssociations } from '../../hubspot/crm/association-types.ts';
import {
  associatePlainly,
  type RecordPair,
  removeAssociation,
  removeAssociationTypes,
  replaceAssociationTypes,
} from '../../hubspot/crm/association-writes.ts';
import { type DeletionTarget, deleteForPrivacy, type Merge, mergeRecords } from '../../hubspot/crm/record-removals.ts';
import {
  archiveRecord,
  createRecord,
  type PropertyValues,
  type UpsertTarget,
  updateRecord,
  upsertRecord,
  type WrittenRecord,
} from '../../hubspot/crm/record-writes.ts';
import { HubspotRefusalError } from '../../hubspot/hubspot-refusal-error.ts';
import {
  labelTypes,
  type NewAssociatedRecord,
  newAssociations,
  readBeforeWrite,
  UnknownLabelError,
} from './association-labels.ts';
import { BatchWrites } from './batch-writes.ts';
import type { Outcome, Written, WrittenPortal } from './outcome.ts';

/**
 * Writes records and associations of one portal. Each write is a call of its own, except for those of `batch`. Problems of
 * the input are in the outcome; other errors are thrown.
 */
export class PortalWrites {
  readonly batch: BatchWrites;
  readonly #portal: WrittenPortal;

  constructor(portal: WrittenPortal) {
    this.#portal = portal;
    this.batch = new BatchWrites(portal);
  }

  async create(
    objectType: ObjectType,
    properties: PropertyValues,
    associatedRecords: readonly NewAssociatedRecord[],
  ): Promise<Outcome<Written>> {
    return this.#write(objectType, properties, async (api) => {
      const associations = await newAssociations(this.#portal.metadata, objectType, associatedRecords);
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

  async merge(objectType: ObjectType, merge: Merge): Promise<Outcome<Written>> {
    return this.#write(objectType, {}, (api) => mergeRecords(api, objectType, merge));
  }

  /** Deletes a record permanently. */
  async deleteForPrivacy(objectType: ObjectType, target: DeletionTarget): Promise<Outcome<void>> {
    return this.#attempt(({ api }) => deleteForPrivacy(api, objectType, target));
  }

  /** Adds labels to an association; without labels, creates an association without a label. */
  async associate(pair: RecordPair, labels: readonly string[]): Promise<Outcome<void>> {
    return this.#attempt(async ({ api }) => {
      if (labels.length === 0) return associatePlainly(api, pair);
      const added = await labelTypes(this.#portal.metadata, pair.from.objectType, pair.to.objectType, labels);
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
      const types = await labelTypes(this.#portal.metadata, pair.from.objectType, pair.to.objectType, labels);
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

function isSame(a: AssociationType, b: AssociationType): boolean {
  return a.category === b.category && a.typeId === b.typeId;
}
