import type { AssociationInput, NeighbourPage } from '../hubspot/associations.ts';
import type { HubspotApi } from '../hubspot/client.ts';
import { type HubspotRecord, listRecords, type ObjectType, readScopes } from '../hubspot/objects.ts';
import { type ScopeRequirement, ScopeSet } from '../hubspot/scope-set.ts';
import type { Installation } from '../storage/installation-store.ts';
import type { Operation } from './operation.ts';
import type { PortalPipeline } from './portal-pipelines.ts';
import { type Position, readNeighbours, readRecords, type Slice } from './reading.ts';
import type { RecordInput } from './record-batcher.ts';
import { missingScopes } from './scope-gate.ts';

/** A record in the hands of a resolver: it knows the portal it came from. */
export interface CrmRecord extends HubspotRecord {
  readonly objectType: ObjectType;
  readonly connector: Connector;
  /** The types of neighbours that were asked for together with the record. */
  readonly inlined: readonly ObjectType[];
}

/** A neighbour as an association edge shows it. */
export interface AssociatedRecord {
  readonly record: CrmRecord;
  readonly labels: readonly string[];
}

/** What is wanted of records: their properties, and neighbours that HubSpot can hand over with them. */
export interface RecordSelection {
  /** Sorted, without repeats. */
  readonly properties: readonly string[];
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

/**
 * The live object bound to one installation: the only thing that resolvers hold to reach HubSpot. It lives for one
 * request, which never asks twice; the pipeline behind it is shared with other requests.
 */
export class Connector {
  readonly installation: Installation;
  readonly #granted: ScopeSet;
  readonly #pipeline: PortalPipeline;
  readonly #operation: Operation;
  readonly #api: HubspotApi;
  readonly #records = new Map<string, Promise<CrmRecord | null>>();
  readonly #neighbourPages = new Map<string, Promise<NeighbourPage>>();

  constructor(installation: Installation, pipeline: PortalPipeline, operation: Operation) {
    this.installation = installation;
    this.#granted = new ScopeSet(installation.grantedScopes);
    this.#pipeline = pipeline;
    this.#operation = operation;
    this.#api = operation.charged(pipeline.api);
  }

  /** @throws GatewayError MISSING_SCOPES when the grant does not hold what `coordinate` needs */
  requireScopes(requirement: ScopeRequirement, coordinate: string): void {
    if (!this.#granted.satisfies(requirement)) throw missingScopes(this.installation, requirement, coordinate);
  }

  /** One record by its id, or by a unique property; `null` when HubSpot has none. */
  record(
    objectType: ObjectType,
    id: string,
    properties: readonly string[],
    idProperty?: string,
  ): Promise<CrmRecord | null> {
    const key = `${objectType}\n${idProperty ?? ''}\n${id}\n${properties.join()}`;
    const known = this.#records.get(key);
    if (known) return known;
    const record = this.#loadRecord(objectType, { id, properties }, idProperty);
    this.#records.set(key, record);
    return record;
  }

  /** Records of one type in HubSpot's order. Neighbours that the grant does not cover are not asked for. */
  async list(
    objectType: ObjectType,
    { first, start, archived }: { first: number; start: Position; archived: boolean },
    { properties, associations }: ListSelection,
  ): Promise<Slice<CrmRecord>> {
    const readable = associations.filter((type) => this.#granted.satisfies(readScopes(type)));
    const slice = await readRecords(first, start, (after, limit) =>
      listRecords(this.#api, objectType, { limit, after, properties, associations: readable, archived }),
    );
    return {
      ...slice,
      items: slice.items.map(({ value, position }) => ({ value: this.#own(objectType, value, readable), position })),
    };
  }

  /** Neighbours of `record`. One that vanished meanwhile is left out. */
  async neighbours(
    record: CrmRecord,
    to: ObjectType,
    { first, start }: { first: number; start: Position },
    { properties, needsRecord, needsLabels }: NeighbourSelection,
  ): Promise<Slice<AssociatedRecord>> {
    const inline =
      !needsLabels && record.inlined.includes(to) ? (record.associations?.[to] ?? NO_NEIGHBOURS) : undefined;
    const slice = await readNeighbours(first, start, inline, (after) =>
      this.#neighbourPage(record.objectType, to, { id: record.id, after }),
    );
    const items = await Promise.all(
      slice.items.map(async ({ value: { id, labels }, position }) => {
        const neighbour = needsRecord ? await this.record(to, id, properties) : this.#own(to, bareRecord(id));
        return neighbour ? [{ value: { record: neighbour, labels }, position }] : [];
      }),
    );
    return { ...slice, items: items.flat() };
  }

  async #loadRecord(
    objectType: ObjectType,
    input: RecordInput,
    idProperty: string | undefined,
  ): Promise<CrmRecord | null> {
    const record = await this.#pipeline.records(objectType, idProperty).load(input, this.#operation);
    return record && this.#own(objectType, record);
  }

  #neighbourPage(from: ObjectType, to: ObjectType, input: AssociationInput): Promise<NeighbourPage> {
    const key = `${from}\n${to}\n${input.id}\n${input.after ?? ''}`;
    const known = this.#neighbourPages.get(key);
    if (known) return known;
    const page = this.#pipeline.associations(from, to).load(input, this.#operation);
    this.#neighbourPages.set(key, page);
    return page;
  }

  #own(objectType: ObjectType, record: HubspotRecord, inlined: readonly ObjectType[] = []): CrmRecord {
    return { ...record, objectType, connector: this, inlined };
  }
}

const NO_NEIGHBOURS = { results: [] };

/** Stands for a record of which only the id is wanted. */
function bareRecord(id: string): HubspotRecord {
  return { id, properties: {}, createdAt: '', updatedAt: '', archived: false };
}
