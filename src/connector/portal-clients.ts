import { LRUCache } from 'lru-cache';
import { grantOver } from '../installations/grant-monitor.ts';
import { cacheLimit } from '../lib/cache-limit.ts';
import type { Installation, InstallationChange } from '../storage/installation-store.ts';
import { PortalClient, type PortalClientOptions } from './portal-client.ts';

/** As many as tokens are kept in memory; the others are put together again. */
const MAX_INSTALLATIONS = 10_000;
/** Of one installation: a request that began under an older version of the grant than these has ended. */
const MAX_VERSIONS = 5;

/** As long after the end of a grant, no request that began under it is there any more. */
const REMEMBERED_MS = 30_000;

/** The pipelines of this process, for all requests. */
export class PortalClients {
  readonly #options: PortalClientOptions;
  readonly #installations = new LRUCache<string, InstallationClients>(cacheLimit(MAX_INSTALLATIONS));

  constructor(options: PortalClientOptions) {
    this.#options = options;
  }

  /** Requests meet in one pipeline only under the same tenant, installation and version of its grant. */
  of(installation: Installation): PortalClient {
    return this.#clients(installation).of(installation);
  }

  /** Whatever is under way under a grant that is over is abandoned. */
  changed(change: InstallationChange): void {
    if (change.status !== 'ACTIVE') this.#clients(change).over(change);
  }

  #clients({ tenantId, id }: Pick<Installation, 'tenantId' | 'id'>): InstallationClients {
    const key = `${tenantId}\n${id}`;
    const known = this.#installations.get(key);
    if (known) return known;
    const pipelines = new InstallationClients(this.#options);
    this.#installations.set(key, pipelines);
    return pipelines;
  }
}

/** The pipelines of one installation, by the version of its grant; the latest last. */
class InstallationClients {
  readonly #options: PortalClientOptions;
  readonly #clients = new Map<number, PortalClient>();
  /** The latest change that ended a grant. */
  #over: InstallationChange | undefined;
  #overSince = 0;

  constructor(options: PortalClientOptions) {
    this.#options = options;
  }

  of(installation: Installation): PortalClient {
    const { grantVersion } = installation;
    this.#forgetEnd();
    const known = this.#clients.get(grantVersion);
    if (known) return known;
    const pipeline = new PortalClient(installation, this.#options);
    this.#clients.set(grantVersion, pipeline);
    if (this.#over) endGrant(pipeline, this.#over);
    for (const oldest of this.#clients.keys()) {
      if (this.#clients.size <= MAX_VERSIONS) break;
      this.#clients.delete(oldest);
    }
    return pipeline;
  }

  over(change: InstallationChange): void {
    if (this.#over && this.#over.grantVersion >= change.grantVersion) return;
    this.#over = change;
    this.#overSince = this.#options.clock.monotonic();
    for (const pipeline of this.#clients.values()) endGrant(pipeline, change);
  }

  /** A database that was replaced by an older copy may have the grant again, under a version that was over. */
  #forgetEnd(): void {
    if (!this.#over || this.#options.clock.monotonic() - this.#overSince < REMEMBERED_MS) return;
    for (const version of this.#clients.keys()) if (version < this.#over.grantVersion) this.#clients.delete(version);
    this.#over = undefined;
  }
}

/** Ends the grant of the pipeline, when the change came after it. */
function endGrant(pipeline: PortalClient, { status, statusReason, grantVersion }: InstallationChange): void {
  const { installation } = pipeline;
  if (installation.grantVersion >= grantVersion) return;
  const reason = grantOver({ ...installation, status, statusReason });
  if (reason) pipeline.end(reason);
}
