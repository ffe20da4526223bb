import { LRUCache } from 'lru-cache';
import { grantOver } from '../installations/grant-keeper.ts';
import { cacheLimit } from '../lib/cache-limit.ts';
import type { Installation, InstallationChange } from '../storage/installation-store.ts';
import { PortalPipeline, type PortalPipelineOptions } from './portal-pipeline.ts';

/** As many as tokens are kept in memory; the others are put together again. */
const MAX_INSTALLATIONS = 10_000;
/** Of one installation: a request that began under an older version of the grant than these has ended. */
const MAX_VERSIONS = 5;

/** As long after the end of a grant, no request that began under it is there any more. */
const REMEMBERED_MS = 30_000;

/** The pipelines of this process, for all requests. */
export class PortalPipelines {
  readonly #options: PortalPipelineOptions;
  readonly #installations = new LRUCache<string, InstallationPipelines>(cacheLimit(MAX_INSTALLATIONS));

  constructor(options: PortalPipelineOptions) {
    this.#options = options;
  }

  /** Requests meet in one pipeline only under the same tenant, installation and version of its grant. */
  of(installation: Installation): PortalPipeline {
    return this.#pipelines(installation).of(installation);
  }

  /** Whatever is under way under a grant that is over is abandoned. */
  changed(change: InstallationChange): void {
    if (change.status !== 'ACTIVE') this.#pipelines(change).over(change);
  }

  #pipelines({ tenantId, id }: Pick<Installation, 'tenantId' | 'id'>): InstallationPipelines {
    const key = `${tenantId}\n${id}`;
    const known = this.#installations.get(key);
    if (known) return known;
    const pipelines = new InstallationPipelines(this.#options);
    this.#installations.set(key, pipelines);
    return pipelines;
  }
}

/** The pipelines of one installation, by the version of its grant; the latest last. */
class InstallationPipelines {
  readonly #options: PortalPipelineOptions;
  readonly #pipelines = new Map<number, PortalPipeline>();
  /** The latest change that ended a grant. */
  #over: InstallationChange | undefined;
  #overSince = 0;

  constructor(options: PortalPipelineOptions) {
    this.#options = options;
  }

  of(installation: Installation): PortalPipeline {
    const { grantVersion } = installation;
    this.#forgetEnd();
    const known = this.#pipelines.get(grantVersion);
    if (known) return known;
    const pipeline = new PortalPipeline(installation, this.#options);
    this.#pipelines.set(grantVersion, pipeline);
    if (this.#over) endGrant(pipeline, this.#over);
    for (const oldest of this.#pipelines.keys()) {
      if (this.#pipelines.size <= MAX_VERSIONS) break;
      this.#pipelines.delete(oldest);
    }
    return pipeline;
  }

  over(change: InstallationChange): void {
    if (this.#over && this.#over.grantVersion >= change.grantVersion) return;
    this.#over = change;
    this.#overSince = this.#options.clock.monotonic();
    for (const pipeline of this.#pipelines.values()) endGrant(pipeline, change);
  }

  /** A database that was replaced by an older copy may have the grant again, under a version that was over. */
  #forgetEnd(): void {
    if (!this.#over || this.#options.clock.monotonic() - this.#overSince < REMEMBERED_MS) return;
    for (const version of this.#pipelines.keys())
      if (version < this.#over.grantVersion) this.#pipelines.delete(version);
    this.#over = undefined;
  }
}

/** Ends the grant of the pipeline, when the change came after it. */
function endGrant(pipeline: PortalPipeline, { status, statusReason, grantVersion }: InstallationChange): void {
  const { installation } = pipeline;
  if (installation.grantVersion >= grantVersion) return;
  const reason = grantOver({ ...installation, status, statusReason });
  if (reason) pipeline.end(reason);
}
