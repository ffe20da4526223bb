import type { ObjectType } from '../crm/objects.ts';
import type { ScopeRequirement } from '../crm/scopes.ts';
import type { GatewayError } from '../errors.ts';
import type { Association } from '../hubspot/crm/associations.ts';
import type { HubspotRecord } from '../hubspot/crm/objects.ts';
import type { Owner } from '../hubspot/crm/owners.ts';
import { ScopeSet } from '../hubspot/oauth/scope-set.ts';
import { andThen, type PromiseOrValue } from '../lib/promise-or-value.ts';
import type { Installation } from '../storage/installation.ts';
import {
  type AssociatedRecord,
  type CrmRecord,
  NOTHING_PRELOADED,
  PLAIN_RECORDS,
  type PortalOwner,
  type Preloaded,
  type PreloadedRecords,
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
import { readableProperties, type SelectedProperties } from './property-access.ts';
import type { AssociatedRecordSelection, InlineAssociationSelection, ListSelection } from './record-selection.ts';
import type { RequestContext } from './request-context.ts';
import { isSameList, RequestLoaders } from './request-loaders.ts';
import { type Search, takesProperties } from './search/search.ts';
import { readSearch } from './search/search-pages.ts';
import { PortalWrites } from './writes/portal-writes.ts';

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
  readonly #loaders: RequestLoaders;

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
    this.#loaders = new RequestLoaders(client, request, (objectType, record) =>
      this.#toCrmRecord(objectType, record, record.preloaded && { associations: record.preloaded, records: [] }),
    );
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
    this.#client.invalidate();
  }

  /** One record by its id or by a unique property; `null` when it does not exist. */
  record(
    objectType: ObjectType,
    id: string,
    { associations, ...selection }: SelectedProperties & Partial<Pick<ListSelection, 'associations'>>,
    idProperty?: string,
  ): PromiseOrValue<CrmRecord | null> {
    return andThen(readableProperties(this, objectType, selection), (properties) =>
      this.#loaders.records(objectType, { properties, idProperty, associations }).load(id),
    );
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
    const reads = associatedRecords.flatMap((selected) => this.#readAhead(page, selected));
    const records = readsMore ? reads : await Promise.all(reads.map(completed));
    const preloaded = { associations, records };
    return mapPage(page, (record) => this.#toCrmRecord(objectType, record, preloaded));
  }

  /** Reads the associated records of all rows of a list together. The rows that need a failed record report its error. */
  #readAhead(
    { items }: Page<HubspotRecord>,
    { objectType, first, properties, needsRecord }: InlineAssociationSelection,
  ): PreloadedRecords[] {
    if (!needsRecord) return [];
    const ids = new Set<string>();
    for (const { value } of items) {
      const inline = pageInlineAssociations(first, value.associations?.[objectType] ?? NO_ASSOCIATIONS);
      for (const associated of inline?.items ?? []) ids.add(associated.value.id);
    }
    if (ids.size === 0) return [];
    const all = [...ids];
    const loader = this.#loaders.records(objectType, { properties });
    // Almost always, no record fails. `loadMany` needs another promise for each record.
    const loaded = Promise.all(all.map((id) => loader.load(id))).catch(() => loader.loadMany(all));
    const results = loaded.then((found) => new Map(all.map((id, index) => [id, found[index] ?? null])));
    return [{ objectType, properties, results }];
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
    const records = await this.#load(objectType, page, properties);
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
      !needsLabels && record.preloaded.associations.includes(to)
        ? (record.associations?.[to] ?? NO_ASSOCIATIONS)
        : undefined;
    const page = pageAssociations(first, start, inline, (after) =>
      this.#loaders.associations(record.objectType, to).load({ id: record.recordId, after }),
    );
    return andThen(page, (found) =>
      needsRecord
        ? andThen(properties, (names) => this.#readAssociatedRecords(record, to, found, names))
        : this.#identifyAssociatedRecords(to, found),
    );
  }

  #identifyAssociatedRecords(to: ObjectType, page: Page<Association>): Page<AssociatedRecord> {
    return mapPage(page, ({ id, labels }) => ({ record: this.#toCrmRecord(to, bareRecord(id)), labels }));
  }

  #readAssociatedRecords(
    { preloaded }: CrmRecord,
    to: ObjectType,
    page: Page<Association>,
    properties: readonly string[],
  ): PromiseOrValue<Page<AssociatedRecord>> {
    const read = preloaded.records.find((each) => each.objectType === to && isSameList(each.properties, properties));
    const records = andThen(
      read?.results,
      (results) => knownRecords(page, results) ?? this.#load(to, page, properties),
    );
    return andThen(records, (found) => mapRecords(page, found, (record, { labels }) => ({ record, labels })));
  }

  /** The records of a page, in its order. Rejects when one of them failed. */
  #load(
    objectType: ObjectType,
    { items }: Page<{ readonly id: string }>,
    properties: readonly string[],
  ): Promise<readonly (CrmRecord | null)[]> {
    const loader = this.#loaders.records(objectType, { properties });
    return Promise.all(items.map(({ value }) => loader.load(value.id)));
  }

  /** Binds a record to this connector that a connector with another grant of the portal has read. */
  adopt({ raw, objectType, preloaded }: CrmRecord): CrmRecord {
    return this.#toCrmRecord(objectType, raw, { ...preloaded, records: [] });
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

  #toCrmRecord(objectType: ObjectType, record: HubspotRecord, preloaded: Preloaded = NOTHING_PRELOADED): CrmRecord {
    return new this.#recordClasses[objectType](record, objectType, this, preloaded);
  }
}

async function completed(read: PreloadedRecords): Promise<PreloadedRecords> {
  return { ...read, results: await read.results };
}

/** `undefined` when one of them is not in `results`. @throws the error of one of them */
function knownRecords(
  { items }: Page<Association>,
  results: Awaited<PreloadedRecords['results']> | undefined,
): readonly (CrmRecord | null)[] | undefined {
  if (!results) return undefined;
  const found: (CrmRecord | null)[] = [];
  for (const { value } of items) {
    const record = results.get(value.id);
    if (record === undefined) return undefined;
    if (record instanceof Error) throw record;
    found.push(record);
  }
  return found;
}

const NO_ASSOCIATIONS = { results: [] };

/** Stands for a record of which only the id is selected. */
function bareRecord(id: string): HubspotRecord {
  return { id, properties: {}, createdAt: '', updatedAt: '', archived: false };
}
