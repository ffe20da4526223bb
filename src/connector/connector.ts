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
 * Gives the resolvers of one request access to one installation. It reads each record once per request, and shares its
 * portal client with other requests.
 */
export class Connector implements RecordConnector {
  readonly installation: Installation;
  /** Portals with equal scopes share one object. */
  readonly granted: ScopeSet;
  /** The owners, pipelines and property definitions of the portal. */
  readonly metadata: PortalMetadata;
  readonly #client: PortalClient;
  readonly #request: RequestContext;
  readonly #refusals = new Map<string, GatewayError>();
  readonly #recordClasses: RecordClasses;
  readonly #loaders = new Map<string, RecordLoader<CrmRecord>>();
  readonly #associationPages = new Map<string, Promise<AssociationPage>>();

  constructor(
    installation: Installation,
    client: PortalClient,
    request: RequestContext,
    recordClasses: RecordClasses = PLAIN_RECORDS,
  ) {
    this.installation = installation;
    this.granted = ScopeSet.of(installation.grantedScopes);
    this.#client = client;
    this.#request = request;
    this.#recordClasses = recordClasses;
    this.metadata = new PortalMetadata(client, request);
  }

  /** @throws GatewayError MISSING_SCOPES when the grant lacks scopes that `coordinate` needs */
  requireScopes(requirement: ScopeRequirement, coordinate: string): void {
    if (!this.granted.satisfies(requirement)) throw this.refusal(requirement, coordinate);
  }

  /** The error of a field whose scopes the grant lacks. All rows of a list share one error. */
  refusal(requirement: ScopeRequirement, coordinate: string): GatewayError {
    const key = `${coordinate}\n${JSON.stringify(requirement)}`;
    const known = this.#refusals.get(key);
    if (known) return known;
    const error = missingScopes(this.installation, requirement, coordinate);
    this.#refusals.set(key, error);
    return error;
  }

  /** The writes of this request. Each write is a call of its own. */
  get writes(): PortalWrites {
    return new PortalWrites({
      api: this.#client.alone(this.#request),
      metadata: this.metadata,
      toCrmRecord: (objectType, record) => this.#toCrmRecord(objectType, record),
      invalidate: () => this.invalidate(),
    });
  }

  /** Drops all records that were read: a write can also change the properties that HubSpot computes for other records. */
  invalidate(): void {
    this.#loaders.clear();
    this.#associationPages.clear();
    this.#client.invalidate();
  }

  /** One record by its id or by a unique property; `null` when it does not exist. */
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
    const loader = new RecordLoader(async (ids) => {
      const answer = await batcher.loadAll(ids, { properties, associations }, this.#request);
      return (id) => {
        const record = answer(id);
        return record && this.#toCrmRecord(objectType, record, record.preloaded);
      };
    });
    this.#loaders.set(key, loader);
    return loader;
  }

  /** Records of one type in HubSpot's order. */
  async list(
    objectType: ObjectType,
    { first, start, archived }: { first: number; start: CursorPosition; archived: boolean },
    { associations, associatedRecords, readsMore, ...selection }: ListSelection,
  ): Promise<Page<CrmRecord>> {
    const properties = await readableProperties(this, objectType, selection);
    const page = await pageRecords(first, start, (after, limit) =>
      this.#client.list(objectType, { limit, after, properties, associations, archived }, this.#request),
    );
    // The rows that need a failed record report its error.
    const readAhead = Promise.allSettled(associatedRecords.map((selected) => this.#readAhead(page, selected)));
    if (!readsMore) await readAhead;
    return mapPage(page, (record) => this.#toCrmRecord(objectType, record, associations));
  }

  /** Reads the associated records of all rows of a list together, so that the rows find them in the loader. */
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

  /** The results of a search, without records that were deleted meanwhile. Search results contain no associations. */
  async search(
    objectType: ObjectType,
    search: Search,
    { first, start }: { first: number; start: CursorPosition },
    selection: SelectedProperties,
  ): Promise<Page<CrmRecord>> {
    const properties = await readableProperties(this, objectType, selection);
    const includesProperties = takesProperties(search, properties);
    const page = await readSearch(search, first, start, (options) =>
      this.#client.search(
        objectType,
        { query: search.query, sort: search.sort, ...options, properties: includesProperties ? properties : [] },
        this.#request,
      ),
    );
    if (includesProperties) return mapPage(page, (record) => this.#toCrmRecord(objectType, record));
    const records = await this.#loader(objectType, properties).loadMany(page.items.map(({ value }) => value.id));
    return mapRecords(page, records, (record) => record);
  }

  /** The associated records of `record`, without those deleted meanwhile. No promise when nothing has to be read. */
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
    const page = pageAssociations(first, start, inline, (after) =>
      this.#associationPage(record.objectType, to, { id: record.recordId, after }),
    );
    return andThen(page, (found) =>
      needsRecord
        ? andThen(properties, (names) => this.#readAssociatedRecords(to, found, names))
        : this.#identifyAssociatedRecords(to, found),
    );
  }

  #identifyAssociatedRecords(to: ObjectType, page: Page<Association>): Page<AssociatedRecord> {
    return mapPage(page, ({ id, labels }) => ({ record: this.#toCrmRecord(to, bareRecord(id)), labels }));
  }

  #readAssociatedRecords(
    to: ObjectType,
    page: Page<Association>,
    properties: readonly string[],
  ): PromiseOrValue<Page<AssociatedRecord>> {
    const records = this.#loader(to, properties).loadMany(page.items.map(({ value }) => value.id));
    return andThen(records, (found) => mapRecords(page, found, (record, { labels }) => ({ record, labels })));
  }

  /** Binds a record to this connector that a connector with another grant of the portal has read. */
  adopt({ raw, objectType, preloaded }: CrmRecord): CrmRecord {
    return this.#toCrmRecord(objectType, raw, preloaded);
  }

  /** An owner by id; `null` when the portal has none. */
  async owner(id: string): Promise<PortalOwner | null> {
    const owner = await this.metadata.owner(id);
    return owner && this.#toPortalOwner(owner);
  }

  /** Active owners in HubSpot's order; with `email`, those with this address. */
  async owners(first: number, start: CursorPosition, email?: string): Promise<Page<PortalOwner>> {
    const all = await this.metadata.owners();
    const address = email?.toLowerCase();
    const owners = address === undefined ? all : all.filter((owner) => owner.email?.toLowerCase() === address);
    const page = pageKnown(
      first,
      start,
      owners.map((owner) => this.#toPortalOwner(owner)),
    );
    return { ...page, totalCount: owners.length };
  }

  #toPortalOwner(owner: Owner): PortalOwner {
    return { ...owner, objectType: 'owners', connector: this };
  }

  #associationPage(from: ObjectType, to: ObjectType, input: AssociationReadInput): Promise<AssociationPage> {
    const key = `${from}\n${to}\n${input.id}\n${input.after ?? ''}`;
    const known = this.#associationPages.get(key);
    if (known) return known;
    const page = this.#client.associations(from, to).load(input, this.#request);
    this.#associationPages.set(key, page);
    return page;
  }

  #toCrmRecord(objectType: ObjectType, record: HubspotRecord, preloaded: readonly ObjectType[] = NO_TYPES): CrmRecord {
    return new this.#recordClasses[objectType](record, objectType, this, preloaded);
  }
}

interface LoaderOptions {
  readonly idProperty?: string | undefined;
  /** Types of associations to read with a record if that needs no call of its own. */
  readonly associations?: readonly ObjectType[];
}

const listKeys = new WeakMap<readonly string[], string>();

/** Lists come from cached query plans, so each list object is joined once. */
function listKey(list: readonly string[]): string {
  const known = listKeys.get(list);
  if (known !== undefined) return known;
  const key = list.join();
  listKeys.set(list, key);
  return key;
}

const NO_TYPES: readonly ObjectType[] = [];
const NO_ASSOCIATIONS = { results: [] };

/** Stands for a record of which only the id is selected. */
function bareRecord(id: string): HubspotRecord {
  return { id, properties: {}, createdAt: '', updatedAt: '', archived: false };
}
