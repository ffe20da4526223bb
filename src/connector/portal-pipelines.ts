import { LRUCache } from 'lru-cache';
import type { ObjectType } from '../crm/objects.ts';
import type { CallOrigin, HubspotApi, Send } from '../hubspot/client.ts';
import type { ListOptions, RecordPage } from '../hubspot/objects.ts';
import { type SearchOptions, type SearchPage, searchRecords } from '../hubspot/search.ts';
import type { GrantKeeper } from '../installations/grant-keeper.ts';
import type { TokenManager } from '../installations/token-manager.ts';
import type { Clock } from '../lib/clock.ts';
import type { Installation } from '../storage/installation-store.ts';
import { AssociationBatcher } from './association-batcher.ts';
import { authorize, awaitToken } from './authorize.ts';
import type { BatchContext } from './batch-queue.ts';
import { governed } from './governed.ts';
import { readListPage } from './list-page.ts';
import type { MetadataCache } from './metadata-cache.ts';
import type { Operation } from './operation.ts';
import { PortalMetadata } from './portal-metadata.ts';
import type { PortalOutages } from './portal-outages.ts';
import type { RateGovernors } from './rate-governor.ts';
import { recheckGrant } from './recheck-grant.ts';
import { RecordBatcher } from './record-batcher.ts';
import type { CachedRecords, RecordCache } from './record-cache.ts';
import { retry } from './retry.ts';
import { scopeGate } from './scope-gate.ts';
import { SharedReads } from './shared-reads.ts';

/** As many as tokens are kept in memory; the others are put together again. */
const MAX_PIPELINES = 10_000;

export interface PortalPipelinesOptions {
  readonly tokens: TokenManager;
  readonly grants: GrantKeeper;
  readonly transport: Send;
  readonly apiVersion: string;
  readonly governors: Pick<RateGovernors, 'of'>;
  readonly outages: PortalOutages;
  readonly metadata: MetadataCache;
  /** Without, records are read whenever they are asked for. */
  readonly recordCache?: RecordCache | undefined;
  readonly clock: Clock;
}

/** A call of a look-up that cannot be made within this would come too late for everybody who waits by then. */
const LOOK_UP_CALL_MS = 25_000;

/** The pipelines of this process, for all requests. */
export class PortalPipelines {
  readonly #options: PortalPipelinesOptions;
  readonly #pipelines = new LRUCache<string, PortalPipeline>({ max: MAX_PIPELINES });

  constructor(options: PortalPipelinesOptions) {
    this.#options = options;
  }

  /** Requests meet in one pipeline only under the same tenant, installation and version of its grant. */
  of(installation: Installation): PortalPipeline {
    const { tenantId, id, grantVersion } = installation;
    const key = `${tenantId}\n${id}\n${grantVersion}`;
    const known = this.#pipelines.get(key);
    if (known) return known;
    const pipeline = new PortalPipeline(key, installation, this.#options);
    this.#pipelines.set(key, pipeline);
    return pipeline;
  }
}

/** What all requests share on their way to one portal: the stages around the transport, and the batches. */
export class PortalPipeline {
  readonly api: HubspotApi;
  readonly #installation: Installation;
  readonly #metadata: MetadataCache;
  readonly #lookUps: HubspotApi;
  readonly #context: BatchContext;
  readonly #hubId: number;
  readonly #recordCache: RecordCache | undefined;
  readonly #records = new Map<string, RecordBatcher>();
  readonly #associations = new Map<string, AssociationBatcher>();
  readonly #lists: SharedReads<RecordPage>;
  readonly #searches: SharedReads<SearchPage>;

  constructor(key: string, installation: Installation, options: PortalPipelinesOptions) {
    const { tokens, grants, transport, apiVersion, governors, clock } = options;
    const governor = governors.of(installation.hubId);
    const stages = [
      scopeGate(installation),
      options.outages.watch(installation.hubId),
      recheckGrant(grants, tokens, installation),
      awaitToken(tokens, installation),
      retry(clock),
      governed(governor),
      authorize(tokens, installation),
    ];
    this.api = { send: stages.reduceRight((next, stage) => stage(next), transport), version: apiVersion };
    this.#installation = installation;
    this.#metadata = options.metadata;
    this.#lookUps = {
      send: (call) => this.api.send({ ...call, origin: lookUpOrigin(key, clock) }),
      version: apiVersion,
    };
    this.#hubId = installation.hubId;
    this.#recordCache = options.recordCache;
    this.#context = { key, api: this.api, governor, clock };
    this.#lists = new SharedReads(this.#context, 'list', 'general');
    this.#searches = new SharedReads(this.#context, 'search', 'search');
  }

  /** What is read once for all: at the installation's own expense, while each operation waits for itself. */
  metadataFor(operation: Operation): PortalMetadata {
    return new PortalMetadata(this.#installation, {
      cache: this.#metadata,
      api: this.#lookUps,
      await: (lookUp) => operation.awaitShared(lookUp, this.#context.clock),
    });
  }

  /** A page of a list. */
  list(objectType: ObjectType, options: ListOptions, operation: Operation): Promise<RecordPage> {
    const key = JSON.stringify([objectType, options]);
    return this.#lists.read(key, (api) => this.#list(api, objectType, options), operation);
  }

  async #list(api: HubspotApi, objectType: ObjectType, options: ListOptions): Promise<RecordPage> {
    const keep = this.cached(objectType)?.reading(new Set(options.properties));
    const page = await readListPage(api, objectType, options);
    keep?.(page.records);
    return page;
  }

  /**
   * A page of a search. None of its records is kept for others: HubSpot's index may be some seconds behind what a read
   * by id has told.
   */
  search(objectType: ObjectType, options: SearchOptions, operation: Operation): Promise<SearchPage> {
    const key = JSON.stringify([objectType, options]);
    return this.#searches.read(key, (api) => searchRecords(api, objectType, options), operation);
  }

  /** By record id, or by a unique property that the gateway names, never a client: batchers are kept. */
  records(objectType: ObjectType, idProperty?: string): RecordBatcher {
    const key = idProperty === undefined ? objectType : `${objectType}\n${idProperty}`;
    const known = this.#records.get(key);
    if (known) return known;
    const batcher = new RecordBatcher(this.#context, objectType, idProperty, this.cached(objectType));
    this.#records.set(key, batcher);
    return batcher;
  }

  /** Where records of a type are kept; `undefined` unless they are. */
  cached(objectType: ObjectType): CachedRecords | undefined {
    return this.#recordCache?.of(this.#context.key, this.#hubId, objectType);
  }

  /** A write is about to leave, or has ended: what was read of the portal before is known no more. */
  changed(): void {
    this.#recordCache?.invalidate(this.#hubId);
  }

  associations(from: ObjectType, to: ObjectType): AssociationBatcher {
    const key = `${from}\n${to}`;
    const known = this.#associations.get(key);
    if (known) return known;
    const batcher = new AssociationBatcher(this.#context, from, to);
    this.#associations.set(key, batcher);
    return batcher;
  }
}

/** The installation asks for itself: what is looked up serves all its viewers, whoever came first. */
function lookUpOrigin(key: string, clock: Clock): CallOrigin {
  return {
    viewerKey: `${key}\nlook-ups`,
    priority: 'interactive',
    deadlineAt: clock.monotonic() + LOOK_UP_CALL_MS,
  };
}
