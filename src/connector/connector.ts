import type { ObjectType } from '../crm/objects.ts';
import type { ScopeRequirement } from '../crm/scopes.ts';
import type { GatewayError } from '../errors.ts';
import type { Association, AssociationPage, AssociationReadInput } from '../hubspot/crm/associations.ts';
import type { HubspotRecord } from '../hubspot/crm/objects.ts';
import type { Owner } from '../hubspot/crm/owners.ts';
import { ScopeSet } from '../hubspot/oauth/scope-set.ts';
import { andThen, type PromiseOrValue } from '../lib/promise-or-value.ts';
import type { Installation } from '../storage/installation-store.ts';
import { RecordLoader } from './batching/record-loader.ts';
import {
  type AssociatedRecord,
  type CrmRecord,
  PLAIN_RECORDS,
  type PortalOwner,
  type RecordClasses,
  type RecordConnector,
} from './crm-record.ts';
import { PortalMetadata } from './metadata/portal-metadata.ts';
import { missingScopes } from './middleware/scope-gate.ts';
import {
  type CursorPosition,
  mapPage,
  mapRecords,
  type Page,
  pageAssociations,
  pageInlineAssociations,
  pageKnown,
  pageRecords,
} from './paging.ts';
import type { PortalClient } from './portal-client.ts';
import { PortalWrites } from './portal-writes.ts';
import { readableProperties, type SelectedProperties } from './property-access.ts';
import type { AssociatedRecordSelection, InlineAssociationSelection, ListSelection } from './record-selection.ts';
import type { RequestContext } from './request-context.ts';
import { type Search, takesProperties } from './search/search.ts';
import { readSearch } from './search/search-pages.ts';

/**
 * The live object bound to one installation: the only thing that resolvers hold to reach HubSpot. It lives for one
 * request, which never asks twice; the pipeline behind it is shared with other requests.
 */
export class Connector implements RecordConnector {
  readonly installation: Installation;
  /** One object for all portals that granted the same. */
  readonly granted: ScopeSet;
  /** What the portal's administrators set up. */
  readonly metadata: PortalMetadata;
  readonly #client: PortalClient;
  readonly #operation: RequestContext;
  readonly #refusals = new Map<string, GatewayError>();
  readonly #recordClasses: RecordClasses;
  readonly #loaders = new Map<string, RecordLoader<CrmRecord>>();
  readonly #associationPages = new Map<string, Promise<AssociationPage>>();

  constructor(
    installation: Installation,
    pipeline: PortalClient,
    request: RequestContext,
    recordClasses: RecordClasses = PLAIN_RECORDS,
  ) {
    this.installation = installation;
    this.granted = ScopeSet.of(installation.grantedScopes);
    this.#client = pipeline;
    this.#operation = request;
    this.#recordClasses = recordClasses;
    this.metadata = new PortalMetadata(pipeline, request);
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
      api: this.#client.alone(this.#operation),
      metadata: this.metadata,
      toCrmRecord: (objectType, record) => this.#toCrmRecord(objectType, record),
      invalidate: () => this.changed(),
    });
  }

  /** What was read is read again: something in the portal changed, and with it whatever HubSpot computes from it. */
  changed(): void {
    this.#loaders.clear();
    this.#associationPages.clear();
    this.#client.invalidate();
  }

  /** One record by its id, or by a unique property; `null` when HubSpot has none. */
  record(
    objectType: ObjectType,
    id: string,
    { associations = NO_TYPES, ...selection }: SelectedProperties & Partial<Pick<ListSelection, 'associations'>>,
    idProperty?: string,
  ): PromiseOrValue<CrmRecord | null> {
    return andThen(readableProperties(this, objectType, selection), (properties) =>
      this.#loader(objectType, properties, { idProperty, associations }).load(id),
    );
  }

  #loader(
    objectType: ObjectType,
    properties: readonly string[],
    { idProperty, associations = NO_TYPES }: LoaderOptions = {},
  ): RecordLoader<CrmRecord> {
    const key = `${objectType}\n${idProperty ?? ''}\n${listKey(properties)}\n${listKey(associations)}`;
    const known = this.#loaders.get(key);
    if (known) return known;
    const batcher = this.#client.records(objectType, idProperty);
    const shelf = new RecordLoader(async (ids) => {
      const answer = await batcher.loadAll(ids, { properties, associations }, this.#operation);
      return (id) => {
        const record = answer(id);
        return record && this.#toCrmRecord(objectType, record, record.preloaded);
      };
    });
    this.#loaders.set(key, shelf);
    return shelf;
  }

  /** Records of one type in HubSpot's order. */
  async list(
    objectType: ObjectType,
    { first, start, archived }: { first: number; start: CursorPosition; archived: boolean },
    { associations, associatedRecords, readsMore, ...selection }: ListSelection,
  ): Promise<Page<CrmRecord>> {
    const properties = await readableProperties(this, objectType, selection);
    const slice = await pageRecords(first, start, (after, limit) =>
      this.#client.list(objectType, { limit, after, properties, associations, archived }, this.#operation),
    );
    // Whatever fails is told by the rows that want it.
    const reading = Promise.allSettled(associatedRecords.map((wanted) => this.#readAhead(slice, wanted)));
    if (!readsMore) await reading;
    return mapPage(slice, (record) => this.#toCrmRecord(objectType, record, associations));
  }

  /** Asks for associated records that came inline with a list, all rows together; the rows find what is there. */
  #readAhead(
    { items }: Page<HubspotRecord>,
    { objectType: to, first, properties, needsRecord }: InlineAssociationSelection,
  ): unknown {
    if (!needsRecord) return undefined;
    const ids = items.flatMap(({ value }) => {
      const inline = pageInlineAssociations(first, value.associations?.[to] ?? NO_ASSOCIATIONS);
      return inline?.items.map((associated) => associated.value.id) ?? [];
    });
    return ids.length > 0 ? this.#loader(to, properties).loadMany(ids) : undefined;
  }

  /** Records that a search finds. One that vanished meanwhile is left out; associated records never come with the others. */
  async search(
    objectType: ObjectType,
    search: Search,
    { first, start }: { first: number; start: CursorPosition },
    selection: SelectedProperties,
  ): Promise<Page<CrmRecord>> {
    const properties = await readableProperties(this, objectType, selection);
    const together = takesProperties(search, properties);
    const slice = await readSearch(search, first, start, (page) =>
      this.#client.search(
        objectType,
        { query: search.query, sort: search.sort, ...page, properties: together ? properties : [] },
        this.#operation,
      ),
    );
    if (together) return mapPage(slice, (record) => this.#toCrmRecord(objectType, record));
    const records = await this.#loader(objectType, properties).loadMany(slice.items.map(({ value }) => value.id));
    return mapRecords(slice, records, (record) => record);
  }

  /** Associated records of `record`. One that vanished meanwhile is left out. At once where nothing has to be read. */
  associatedRecords(
    record: CrmRecord,
    to: ObjectType,
    { first, start }: { first: number; start: CursorPosition },
    selection: AssociatedRecordSelection,
  ): PromiseOrValue<Page<AssociatedRecord>> {
    const { needsRecord, needsLabels } = selection;
    const properties = readableProperties(this, to, selection);
    const inline =
      !needsLabels && record.preloaded.includes(to) ? (record.associations?.[to] ?? NO_ASSOCIATIONS) : undefined;
    const slice = pageAssociations(first, start, inline, (after) =>
      this.#associationPage(record.objectType, to, { id: record.recordId, after }),
    );
    return andThen(slice, (found) =>
      needsRecord
        ? andThen(properties, (names) => this.#readAssociatedRecords(to, found, names))
        : this.#identifyAssociatedRecords(to, found),
    );
  }

  #identifyAssociatedRecords(to: ObjectType, slice: Page<Association>): Page<AssociatedRecord> {
    return mapPage(slice, ({ id, labels }) => ({ record: this.#toCrmRecord(to, bareRecord(id)), labels }));
  }

  #readAssociatedRecords(
    to: ObjectType,
    slice: Page<Association>,
    properties: readonly string[],
  ): PromiseOrValue<Page<AssociatedRecord>> {
    const records = this.#loader(to, properties).loadMany(slice.items.map(({ value }) => value.id));
    return andThen(records, (found) => mapRecords(slice, found, (record, { labels }) => ({ record, labels })));
  }

  /** A record that was read under another grant of the same portal. */
  adopt({ raw, objectType, preloaded }: CrmRecord): CrmRecord {
    return this.#toCrmRecord(objectType, raw, preloaded);
  }

  /** By the owner's id; `null` when the portal has none. */
  async owner(id: string): Promise<PortalOwner | null> {
    const owner = await this.metadata.owner(id);
    return owner && this.#toPortalOwner(owner);
  }

  /** Active owners in HubSpot's order, of one e-mail address where one is named. */
  async owners(first: number, start: CursorPosition, email?: string): Promise<Page<PortalOwner>> {
    const all = await this.metadata.owners();
    const wanted = email?.toLowerCase();
    const owners = wanted === undefined ? all : all.filter((owner) => owner.email?.toLowerCase() === wanted);
    const slice = pageKnown(
      first,
      start,
      owners.map((owner) => this.#toPortalOwner(owner)),
    );
    return { ...slice, totalCount: owners.length };
  }

  #toPortalOwner(owner: Owner): PortalOwner {
    return { ...owner, objectType: 'owners', connector: this };
  }

  #associationPage(from: ObjectType, to: ObjectType, input: AssociationReadInput): Promise<AssociationPage> {
    const key = `${from}\n${to}\n${input.id}\n${input.after ?? ''}`;
    const known = this.#associationPages.get(key);
    if (known) return known;
    const page = this.#client.associations(from, to).load(input, this.#operation);
    this.#associationPages.set(key, page);
    return page;
  }

  #toCrmRecord(objectType: ObjectType, record: HubspotRecord, preloaded: readonly ObjectType[] = NO_TYPES): CrmRecord {
    return new this.#recordClasses[objectType](record, objectType, this, preloaded);
  }
}

interface LoaderOptions {
  readonly idProperty?: string | undefined;
  /** Associated records that may come with a record, where that takes no call of its own. */
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
const NO_ASSOCIATIONS = { results: [] };

/** Stands for a record of which only the id is wanted. */
function bareRecord(id: string): HubspotRecord {
  return { id, properties: {}, createdAt: '', updatedAt: '', archived: false };
}
