import type { ObjectType } from '../crm/objects.ts';
import type { ScopeRequirement } from '../crm/scopes.ts';
import type { GatewayError } from '../errors.ts';
import type { AssociationInput, Neighbour, NeighbourPage } from '../hubspot/associations.ts';
import type { HubspotRecord } from '../hubspot/objects.ts';
import type { Owner } from '../hubspot/owners.ts';
import { ScopeSet } from '../hubspot/scope-set.ts';
import { andThen, type PromiseOrValue } from '../lib/promise-or-value.ts';
import type { Installation } from '../storage/installation-store.ts';
import { type CrmRecord, PLAIN_RECORDS, type RecordClasses } from './crm-record.ts';
import type { Operation } from './operation.ts';
import { PortalMetadata } from './portal-metadata.ts';
import type { PortalPipeline } from './portal-pipeline.ts';
import { PortalWrites } from './portal-writes.ts';
import { askable, type SelectedProperties } from './property-access.ts';
import {
  inlineNeighbours,
  mapRecords,
  mapSlice,
  type Position,
  readKnown,
  readNeighbours,
  readRecords,
  type Slice,
} from './reading.ts';
import type { InlineNeighbours, ListSelection, NeighbourSelection } from './record-selection.ts';
import { RecordShelf } from './record-shelf.ts';
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
  readonly #recordClasses: RecordClasses;
  readonly #shelves = new Map<string, RecordShelf<CrmRecord>>();
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
    this.metadata = new PortalMetadata(pipeline, operation);
  }

  /** @throws GatewayError MISSING_SCOPES when the grant does not hold what `coordinate` needs */
  requireScopes(requirement: ScopeRequirement, coordinate: string): void {
    if (!this.granted.satisfies(requirement)) throw this.refusal(requirement, coordinate);
  }

  /** The error of a field that the grant does not cover. All rows of a list share it. */
  refusal(requirement: ScopeRequirement, coordinate: string): GatewayError {
    const key = `${coordinate}\n${JSON.stringify(requirement)}`;
    const known = this.#refusals.get(key);
    if (known) return known;
    const error = missingScopes(this.installation, requirement, coordinate);
    this.#refusals.set(key, error);
    return error;
  }

  /** Writes of this request, each a call of its own. */
  get writes(): PortalWrites {
    return new PortalWrites({
      api: this.#pipeline.alone(this.#operation),
      metadata: this.metadata,
      own: (objectType, record) => this.#own(objectType, record),
      changed: () => this.changed(),
    });
  }

  /** What was read is read again: something in the portal changed, and with it whatever HubSpot computes from it. */
  changed(): void {
    this.#shelves.clear();
    this.#neighbourPages.clear();
    this.#pipeline.changed();
  }

  /** One record by its id, or by a unique property; `null` when HubSpot has none. */
  record(
    objectType: ObjectType,
    id: string,
    { associations = NO_TYPES, ...selection }: SelectedProperties & Partial<Pick<ListSelection, 'associations'>>,
    idProperty?: string,
  ): PromiseOrValue<CrmRecord | null> {
    return andThen(askable(this, objectType, selection), (properties) =>
      this.#shelf(objectType, properties, { idProperty, associations }).get(id),
    );
  }

  #shelf(
    objectType: ObjectType,
    properties: readonly string[],
    { idProperty, associations = NO_TYPES }: ShelfOptions = {},
  ): RecordShelf<CrmRecord> {
    const key = `${objectType}\n${idProperty ?? ''}\n${listKey(properties)}\n${listKey(associations)}`;
    const known = this.#shelves.get(key);
    if (known) return known;
    const batcher = this.#pipeline.records(objectType, idProperty);
    const shelf = new RecordShelf(async (ids) => {
      const answer = await batcher.loadAll(ids, { properties, associations }, this.#operation);
      return (id) => {
        const record = answer(id);
        return record && this.#own(objectType, record, record.inlined);
      };
    });
    this.#shelves.set(key, shelf);
    return shelf;
  }

  /** Records of one type in HubSpot's order. */
  async list(
    objectType: ObjectType,
    { first, start, archived }: { first: number; start: Position; archived: boolean },
    { associations, neighbours, readsMore, ...selection }: ListSelection,
  ): Promise<Slice<CrmRecord>> {
    const properties = await askable(this, objectType, selection);
    const slice = await readRecords(first, start, (after, limit) =>
      this.#pipeline.list(objectType, { limit, after, properties, associations, archived }, this.#operation),
    );
    // Whatever fails is told by the rows that want it.
    const reading = Promise.allSettled(neighbours.map((wanted) => this.#readAhead(slice, wanted)));
    if (!readsMore) await reading;
    return mapSlice(slice, (record) => this.#own(objectType, record, associations));
  }

  /** Asks for neighbours that came inline with a list, all rows together; the rows find what is there. */
  #readAhead(
    { items }: Slice<HubspotRecord>,
    { objectType: to, first, properties, needsRecord }: InlineNeighbours,
  ): unknown {
    if (!needsRecord) return undefined;
    const ids = items.flatMap(({ value }) => {
      const inline = inlineNeighbours(first, value.associations?.[to] ?? NO_NEIGHBOURS);
      return inline?.items.map((neighbour) => neighbour.value.id) ?? [];
    });
    return ids.length > 0 ? this.#shelf(to, properties).all(ids) : undefined;
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
    if (together) return mapSlice(slice, (record) => this.#own(objectType, record));
    const records = await this.#shelf(objectType, properties).all(slice.items.map(({ value }) => value.id));
    return mapRecords(slice, records, (record) => record);
  }

  /** Neighbours of `record`. One that vanished meanwhile is left out. At once where nothing has to be read. */
  neighbours(
    record: CrmRecord,
    to: ObjectType,
    { first, start }: { first: number; start: Position },
    selection: NeighbourSelection,
  ): PromiseOrValue<Slice<AssociatedRecord>> {
    const { needsRecord, needsLabels } = selection;
    const properties = askable(this, to, selection);
    const inline =
      !needsLabels && record.inlined.includes(to) ? (record.associations?.[to] ?? NO_NEIGHBOURS) : undefined;
    const slice = readNeighbours(first, start, inline, (after) =>
      this.#neighbourPage(record.objectType, to, { id: record.recordId, after }),
    );
    return andThen(slice, (found) =>
      needsRecord
        ? andThen(properties, (names) => this.#readNeighbours(to, found, names))
        : this.#nameNeighbours(to, found),
    );
  }

  #nameNeighbours(to: ObjectType, slice: Slice<Neighbour>): Slice<AssociatedRecord> {
    return mapSlice(slice, ({ id, labels }) => ({ record: this.#own(to, bareRecord(id)), labels }));
  }

  #readNeighbours(
    to: ObjectType,
    slice: Slice<Neighbour>,
    properties: readonly string[],
  ): PromiseOrValue<Slice<AssociatedRecord>> {
    const records = this.#shelf(to, properties).all(slice.items.map(({ value }) => value.id));
    return andThen(records, (found) => mapRecords(slice, found, (record, { labels }) => ({ record, labels })));
  }

  /** A record that was read under another grant of the same portal. */
  adopt({ told, objectType, inlined }: CrmRecord): CrmRecord {
    return this.#own(objectType, told, inlined);
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
    const slice = readKnown(
      first,
      start,
      owners.map((owner) => this.#ownOwner(owner)),
    );
    return { ...slice, totalCount: owners.length };
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

interface ShelfOptions {
  readonly idProperty?: string | undefined;
  /** Neighbours that may come with a record, where that takes no call of its own. */
  readonly associations?: readonly ObjectType[];
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

const NO_TYPES: readonly ObjectType[] = [];
const NO_NEIGHBOURS = { results: [] };

/** Stands for a record of which only the id is wanted. */
function bareRecord(id: string): HubspotRecord {
  return { id, properties: {}, createdAt: '', updatedAt: '', archived: false };
}
