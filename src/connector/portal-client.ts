import type { ObjectType } from '../crm/objects.ts';
import type { GatewayError } from '../errors.ts';
import type { HubspotApi, Send } from '../hubspot/client.ts';
import type { ListOptions, RecordPage } from '../hubspot/crm/objects.ts';
import { type SearchOptions, type SearchPage, searchRecords } from '../hubspot/crm/search.ts';
import type { GrantMonitor } from '../installations/grant-monitor.ts';
import type { TokenManager } from '../installations/token-manager.ts';
import { CancellationSource } from '../lib/cancellation.ts';
import type { PromiseOrValue } from '../lib/promise-or-value.ts';
import type { Clock } from '../lib/time/clock.ts';
import type { Installation } from '../storage/installation.ts';
import { AssociationBatcher } from './batching/association-batcher.ts';
import type { BatchContext } from './batching/batch-queue.ts';
import { RecordBatcher } from './batching/record-batcher.ts';
import { SharedReads } from './batching/shared-reads.ts';
import { readListPage } from './list-page.ts';
import { LearnedRules } from './metadata/learned-rules.ts';
import { LookUps } from './metadata/look-ups.ts';
import type { MetadataAge, MetadataCache } from './metadata/metadata-cache.ts';
import { authorize, awaitToken } from './middleware/authorize.ts';
import type { PortalOutages } from './middleware/portal-outages.ts';
import { rateLimit } from './middleware/rate-limit.ts';
import { recheckGrant } from './middleware/recheck-grant.ts';
import { retry } from './middleware/retry.ts';
import { scopeGate } from './middleware/scope-gate.ts';
import type { RateLimiters } from './rate-limit/rate-limiter.ts';
import type { CachedRecords, RecordCache } from './record-cache.ts';
import type { RequestContext } from './request-context.ts';

export interface PortalClientOptions {
  readonly tokens: TokenManager;
  readonly grants: GrantMonitor;
  readonly transport: Send;
  readonly apiVersion: string;
  readonly limiters: Pick<RateLimiters, 'of'>;
  readonly outages: PortalOutages;
  readonly metadata: MetadataCache;
  /** Records are not cached without it. */
  readonly recordCache?: RecordCache | undefined;
  readonly clock: Clock;
}

/** The middleware chain and the batches that all requests under one grant of a portal share. */
export class PortalClient {
  readonly api: HubspotApi;
  readonly installation: Installation;
  readonly learnedRules: LearnedRules;
  /** Cancelled when the grant ends. */
  readonly #grant = new CancellationSource();
  readonly #context: BatchContext;
  readonly #metadata: MetadataCache;
  readonly #recordCache: RecordCache | undefined;
  readonly #records = new Map<string, RecordBatcher>();
  readonly #associations = new Map<string, AssociationBatcher>();
  readonly #lists: SharedReads<RecordPage>;
  readonly #searches: SharedReads<SearchPage>;
  readonly #lookUps: LookUps;

  constructor(installation: Installation, options: PortalClientOptions) {
    const { tenantId, id, grantVersion } = installation;
    const { tokens, grants, transport, apiVersion, limiters, clock } = options;
    const limiter = limiters.of(installation.hubId);
    const middleware = [
      scopeGate(installation),
      options.outages.watch(installation.hubId),
      recheckGrant(grants, tokens, installation),
      awaitToken(tokens, installation),
      retry(clock),
      rateLimit(limiter),
      authorize(tokens, installation),
    ];
    this.installation = installation;
    this.learnedRules = new LearnedRules(clock);
    this.api = { send: middleware.reduceRight((next, wrap) => wrap(next), transport), version: apiVersion };
    this.#metadata = options.metadata;
    this.#recordCache = options.recordCache;
    const key = `${tenantId}\n${id}\n${grantVersion}`;
    this.#context = { key, api: this.api, limiter, grant: this.#grant, clock };
    this.#lists = new SharedReads(this.#context, 'list', 'general');
    this.#searches = new SharedReads(this.#context, 'search', 'search');
    this.#lookUps = new LookUps({ api: this.api, grant: this.#grant, fairnessKey: `${key}\nlook-ups`, clock });
  }

  /** The grant has ended: everything that waits fails with `reason`, and no further call is sent. */
  end(reason: GatewayError): void {
    this.#grant.cancel(reason);
  }

  /** The API for calls that an operation does not share with others. */
  alone(request: RequestContext): HubspotApi {
    return request.charged(this.api, this.#grant);
  }

  /** A page of a list. */
  list(objectType: ObjectType, options: ListOptions, request: RequestContext): Promise<RecordPage> {
    const key = JSON.stringify([objectType, options]);
    return this.#lists.read(key, (api) => this.#list(api, objectType, options), request);
  }

  async #list(api: HubspotApi, objectType: ObjectType, options: ListOptions): Promise<RecordPage> {
    const keep = this.cached(objectType)?.reading(new Set(options.properties));
    const page = await readListPage(api, objectType, options);
    keep?.(page.records);
    return page;
  }

  /**
   * A page of a search. Its records are not cached, because HubSpot's search index can be seconds behind reads by id.
   */
  search(objectType: ObjectType, options: SearchOptions, request: RequestContext): Promise<SearchPage> {
    const key = JSON.stringify([objectType, options]);
    return this.#searches.read(key, (api) => searchRecords(api, objectType, options), request);
  }

  /** Metadata of this age at most, by default some minutes. `name` must describe all that `send` reads. */
  metadata<T extends object>(
    name: string,
    send: (api: HubspotApi) => Promise<T>,
    request: RequestContext,
    age?: MetadataAge,
  ): PromiseOrValue<T> {
    const { reason } = this.#grant;
    if (reason) return Promise.reject(reason);
    const key = `${this.#context.key}\n${name}`;
    const known = this.#metadata.find<T>(key, age);
    if (known?.isFresh) return known.value;
    const read = this.#lookUps.run(
      name,
      async (api) => {
        const value = await send(api);
        this.#metadata.keep(key, value);
        return value;
      },
      request,
    );
    if (!known) return read as Promise<T>; // `name` stands for one type.
    // After a failure, the stale value is served until it is too old.
    read.catch(() => {});
    return known.value;
  }

  /** The last known value, whatever its age; `undefined` when it was evicted or never read. */
  lastMetadata<T extends object>(name: string): T | undefined {
    return this.#metadata.last<T>(`${this.#context.key}\n${name}`);
  }

  /** The next operation that needs the metadata reads it again. */
  expireMetadata(name: string): void {
    this.#metadata.expire(`${this.#context.key}\n${name}`);
  }

  /** `idProperty` must not come from a client, since batchers are never removed. */
  records(objectType: ObjectType, idProperty?: string): RecordBatcher {
    const key = idProperty === undefined ? objectType : `${objectType}\n${idProperty}`;
    const known = this.#records.get(key);
    if (known) return known;
    const batcher = new RecordBatcher(this.#context, objectType, idProperty, this.cached(objectType));
    this.#records.set(key, batcher);
    return batcher;
  }

  /** The cached records of a type; `undefined` without a record cache. */
  cached(objectType: ObjectType): CachedRecords | undefined {
    return this.#recordCache?.of(this.#context.key, this.installation.hubId, objectType);
  }

  /** Invalidates the cached records of the portal, before and after a write. */
  invalidate(): void {
    this.#recordCache?.invalidate(this.installation.hubId);
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
