import type { GatewayError } from '../errors.ts';
import type { AssociationInput, Neighbour, NeighbourPage } from '../hubspot/associations.ts';
import type { HubspotApi } from '../hubspot/client.ts';
import type { HubspotRecord, ObjectType } from '../hubspot/objects.ts';
import type { Owner } from '../hubspot/owners.ts';
import { type ScopeRequirement, ScopeSet } from '../hubspot/scope-set.ts';
import type { Installation } from '../storage/installation-store.ts';
import { type CrmRecord, PLAIN_RECORDS, type RecordClasses } from './crm-record.ts';
import type { Operation } from './operation.ts';
import { PortalMetadata } from './portal-metadata.ts';
import type { PortalPipeline } from './portal-pipelines.ts';
import { PortalWrites } from './portal-writes.ts';
import { askable, type SelectedProperties } from './property-access.ts';
import { type Position, readKnown, readNeighbours, readRecords, type Slice } from './reading.ts';
import { missingScopes } from './scope-gate.ts';
import { type Search, takesProperties } from './search.ts';
import { readSearch } from './search-pages.ts';

/** An owner in the hands of a resolver. */
export interface PortalOwner extends Owner {
  readonly objectType: 'owners';
  readonly connector: Connector;
}

/** A neighbour as an association edge shows it. */
export interface AssociatedRecord {
  readonly record: CrmRecord;
  readonly labels: readonly string[];
}

/** What is wanted of records: their properties, and neighbours that HubSpot can hand over with them. */
export interface RecordSelection extends SelectedProperties {
  /** False when an id alone answers the selection; no record is read then. */
  readonly needsRecord: boolean;
}

export interface ListSelection extends RecordSelection {
  readonly associations: readonly ObjectType[];
}

export interface NeighbourSelection extends RecordSelection {
  /** Labels are not part of what comes inline with a record. */
  readonly needsLabels: boolean;
}

/** MISSING_SCOPES, and whether the same was said before. */
export interface Refusal {
  readonly error: GatewayError;
  readonly told: boolean;
}

/**
 * The live object bound to one installation: the only thing that resolvers hold to reach HubSpot. It lives for one
 * request, which never asks twice; the pipeline behind it is shared with other requests.
 */
export class Connector {
  readonly installation: Installation;
  /** One object for all portals that granted the same. */
  readonly granted: ScopeSet;
  /** What the portal's administrators set up. */
  readonly metadata: PortalMetadata;
  readonly #pipeline: PortalPipeline;
  readonly #operation: Operation;
  readonly #refusals = new Map<string, GatewayError>();
  readonly #api: HubspotApi;
  readonly #recordClasses: RecordClasses;
  readonly #records = new Map<string, Promise<CrmRecord | null>>();
  readonly #neighbourPages = new Map<string, Promise<NeighbourPage>>();

  constructor(
    installation: Installation,
    pipeline: PortalPipeline,
    operation: Operation,
    recordClasses: RecordClasses = PLAIN_RECORDS,
  ) {
    this.installation = installation;
    this.granted = ScopeSet.of(installation.grantedScopes);
    this.#pipeline = pipeline;
    this.#operation = operation;
    this.#recordClasses = recordClasses;
    this.#api = operation.charged(pipeline.api);
    this.metadata = new PortalMetadata(pipeline.metadata, this.#api, installation);
  }

  /** @throws GatewayError MISSING_SCOPES when the grant does not hold what `coordinate` needs */
  requireScopes(requirement: ScopeRequirement, coordinate: string): void {
    if (!this.granted.satisfies(requirement)) throw this.refusal(requirement, coordinate).error;
  }

  /** What to tell of a field that the grant does not cover; `told` when this request was told already. */
  refusal(requirement: ScopeRequirement, coordinate: string): Refusal {
    const key = `${coordinate}\n${JSON.stringify(requirement)}`;
    const known = this.#refusals.get(key);
    if (known) return { error: known, told: true };
    const error = missingScopes(this.installation, requirement, coordinate);
    this.#refusals.set(key, error);
    return { error, told: false };
  }

  /** Writes of this request, each a call of its own. */
  get writes(): PortalWrites {
    return new PortalWrites({
      api: this.#api,
      metadata: this.metadata,
      own: (objectType, record) => this.#own(objectType, record),
      changed: () => this.changed(),
    });
  }

  /** What was read is read again: something in the portal changed, and with it whatever HubSpot computes from it. */
  changed(): void {
    this.#records.clear();
    this.#neighbourPages.clear();
    this.#pipeline.changed();
  }

  /** One record by its id, or by a unique property; `null` when HubSpot has none. */
  async record(
    objectType: ObjectType,
    id: string,
    selection: SelectedProperties,
    idProperty?: string,
  ): Promise<CrmRecord | null> {
    return this.#load(objectType, id, await askable(this, objectType, selection), idProperty);
  }

  #load(
    objectType: ObjectType,
    id: string,
    properties: readonly string[],
    idProperty?: string,
  ): Promise<CrmRecord | null> {
    const key = `${objectType}\n${idProperty ?? ''}\n${id}\n${listKey(properties)}`;
    const known = this.#records.get(key);
    if (known) return known;
    const record = this.#pipeline
      .records(objectType, idProperty)
      .load({ id, properties }, this.#operation)
      .then((found) => found && this.#own(objectType, found));
    this.#records.set(key, record);
    return record;
  }

  /** Records of one type in HubSpot's order. */
  async list(
    objectType: ObjectType,
    { first, start, archived }: { first: number; start: Position; archived: boolean },
    { associations, ...selection }: ListSelection,
  ): Promise<Slice<CrmRecord>> {
    const properties = await askable(this, objectType, selection);
    const slice = await readRecords(first, start, (after, limit) =>
      this.#pipeline.list(objectType, { limit, after, properties, associations, archived }, this.#operation),
    );
    return {
      ...slice,
      items: slice.items.map(({ value, position }) => ({
        value: this.#own(objectType, value, associations),
        position,
      })),
    };
  }

  /** Records that a search finds. One that vanished meanwhile is left out; neighbours never come with the others. */
  async search(
    objectType: ObjectType,
    search: Search,
    { first, start }: { first: number; start: Position },
    selection: SelectedProperties,
  ): Promise<Slice<CrmRecord>> {
    const properties = await askable(this, objectType, selection);
    const together = takesProperties(search, properties);
    const slice = await readSearch(search, first, start, (page) =>
      this.#pipeline.search(
        objectType,
        { query: search.query, sort: search.sort, ...page, properties: together ? properties : [] },
        this.#operation,
      ),
    );
    const items = await Promise.all(
      slice.items.map(async ({ value, position }) => {
        const record = together ? this.#own(objectType, value) : await this.#load(objectType, value.id, properties);
        return record ? [{ value: record, position }] : [];
      }),
    );
    return { ...slice, items: items.flat() };
  }

  /** Neighbours of `record`. One that vanished meanwhile is left out. At once where nothing has to be read. */
  neighbours(
    record: CrmRecord,
    to: ObjectType,
    { first, start }: { first: number; start: Position },
    { needsRecord, needsLabels, ...selection }: NeighbourSelection,
  ): Slice<AssociatedRecord> | Promise<Slice<AssociatedRecord>> {
    const properties = askable(this, to, selection);
    const inline =
      !needsLabels && record.inlined.includes(to) ? (record.associations?.[to] ?? NO_NEIGHBOURS) : undefined;
    const slice = readNeighbours(first, start, inline, (after) =>
      this.#neighbourPage(record.objectType, to, { id: record.recordId, after }),
    );
    const show = (found: Slice<Neighbour>, names: readonly string[]) =>
      needsRecord ? this.#readNeighbours(to, found, names) : this.#nameNeighbours(to, found);
    // No promise where none is needed: a list has hundreds of neighbours.
    if (properties instanceof Promise || slice instanceof Promise) {
      return Promise.all([slice, properties]).then(([found, names]) => show(found, names));
    }
    return show(slice, properties);
  }

  #nameNeighbours(to: ObjectType, { items, ...slice }: Slice<Neighbour>): Slice<AssociatedRecord> {
    const named = items.map(({ value: { id, labels }, position }) => ({
      value: { record: this.#own(to, bareRecord(id)), labels },
      position,
    }));
    return { ...slice, items: named };
  }

  async #readNeighbours(
    to: ObjectType,
    { items, ...slice }: Slice<Neighbour>,
    properties: readonly string[],
  ): Promise<Slice<AssociatedRecord>> {
    const records = await Promise.all(items.map(({ value: { id } }) => this.#load(to, id, properties)));
    const read = items.flatMap(({ value: { labels }, position }, index) => {
      const record = records[index];
      return record ? [{ value: { record, labels }, position }] : [];
    });
    return { ...slice, items: read };
  }

  /** By the owner's id; `null` when the portal has none. */
  async owner(id: string): Promise<PortalOwner | null> {
    const owner = await this.metadata.owner(id);
    return owner && this.#ownOwner(owner);
  }

  /** Active owners in HubSpot's order, of one e-mail address where one is named. */
  async owners(first: number, start: Position, email?: string): Promise<Slice<PortalOwner>> {
    const all = await this.metadata.owners();
    const wanted = email?.toLowerCase();
    const owners = wanted === undefined ? all : all.filter((owner) => owner.email?.toLowerCase() === wanted);
    return readKnown(
      first,
      start,
      owners.map((owner) => this.#ownOwner(owner)),
    );
  }

  #ownOwner(owner: Owner): PortalOwner {
    return { ...owner, objectType: 'owners', connector: this };
  }

  #neighbourPage(from: ObjectType, to: ObjectType, input: AssociationInput): Promise<NeighbourPage> {
    const key = `${from}\n${to}\n${input.id}\n${input.after ?? ''}`;
    const known = this.#neighbourPages.get(key);
    if (known) return known;
    const page = this.#pipeline.associations(from, to).load(input, this.#operation);
    this.#neighbourPages.set(key, page);
    return page;
  }

  #own(objectType: ObjectType, record: HubspotRecord, inlined: readonly ObjectType[] = NO_TYPES): CrmRecord {
    return new this.#recordClasses[objectType](record, objectType, this, inlined);
  }
}

const listKeys = new WeakMap<readonly string[], string>();

/** Lists come from plans that are kept: each is spelt once. */
function listKey(list: readonly string[]): string {
  const known = listKeys.get(list);
  if (known !== undefined) return known;
  const key = list.join();
  listKeys.set(list, key);
  return key;
}

const NO_NEIGHBOURS = { results: [] };
const NO_TYPES: readonly ObjectType[] = [];

/** Stands for a record of which only the id is wanted. */
function bareRecord(id: string): HubspotRecord {
  return { id, properties: {}, createdAt: '', updatedAt: '', archived: false };
}
