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
import type { Installation } from '../storage/installation-store.ts';
import { AssociationBatcher } from './batching/association-batcher.ts';
import type { BatchContext } from './batching/batch-queue.ts';
import { RecordBatcher } from './batching/record-batcher.ts';
import { SharedReads } from './batching/shared-reads.ts';
import { readListPage } from './list-page.ts';
import { LookUps } from './metadata/look-ups.ts';
import type { MetadataCache } from './metadata/metadata-cache.ts';
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
  /** Without, records are read whenever they are asked for. */
  readonly recordCache?: RecordCache | undefined;
  readonly clock: Clock;
}

/** What all requests share on their way to one portal: the stages around the transport, and the batches. */
export class PortalClient {
  readonly api: HubspotApi;
  readonly installation: Installation;
  /** Cancelled when the grant is over. */
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
    const stages = [
      scopeGate(installation),
      options.outages.watch(installation.hubId),
      recheckGrant(grants, tokens, installation),
      awaitToken(tokens, installation),
      retry(clock),
      rateLimit(limiter),
      authorize(tokens, installation),
    ];
    this.installation = installation;
    this.api = { send: stages.reduceRight((next, stage) => stage(next), transport), version: apiVersion };
    this.#metadata = options.metadata;
    this.#recordCache = options.recordCache;
    const key = `${tenantId}\n${id}\n${grantVersion}`;
    this.#context = { key, api: this.api, limiter, grant: this.#grant, clock };
    this.#lists = new SharedReads(this.#context, 'list', 'general');
    this.#searches = new SharedReads(this.#context, 'search', 'search');
    this.#lookUps = new LookUps({ api: this.api, grant: this.#grant, fairnessKey: `${key}\nlook-ups`, clock });
  }

  /** The grant is over: whoever waits is told so, and nothing leaves any more. What has left is not gone on with. */
  end(reason: GatewayError): void {
    this.#grant.cancel(reason);
  }

  /** For calls that an operation makes alone. */
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
   * A page of a search. None of its records is kept for others: HubSpot's index may be some seconds behind what a read
   * by id has told.
   */
  search(objectType: ObjectType, options: SearchOptions, request: RequestContext): Promise<SearchPage> {
    const key = JSON.stringify([objectType, options]);
    return this.#searches.read(key, (api) => searchRecords(api, objectType, options), request);
  }

  /** What rarely changes in the portal, as of some minutes ago. `what` says all that `ask` asks for. */
  metadata<T extends object>(
    what: string,
    ask: (api: HubspotApi) => Promise<T>,
    request: RequestContext,
  ): PromiseOrValue<T> {
    const { reason } = this.#grant;
    if (reason) return Promise.reject(reason);
    const key = `${this.#context.key}\n${what}`;
    const known = this.#metadata.find<T>(key);
    if (known?.isFresh) return known.value;
    const read = this.#lookUps.run(
      what,
      async (api) => {
        const value = await ask(api);
        this.#metadata.keep(key, value);
        return value;
      },
      request,
    );
    if (!known) return read as Promise<T>; // `what` stands for one type.
    // A failure leaves what is there until it is too old.
    read.catch(() => {});
    return known.value;
  }

  /** What was last read of it, however long ago; `undefined` when nothing is left of it. */
  lastMetadata<T extends object>(what: string): T | undefined {
    return this.#metadata.last<T>(`${this.#context.key}\n${what}`);
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
    return this.#recordCache?.of(this.#context.key, this.installation.hubId, objectType);
  }

  /** A write is about to leave, or has ended: what was read of the portal before is known no more. */
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
