import { LRUCache } from 'lru-cache';
import { grantOver } from '../installations/grant-monitor.ts';
import { cacheLimit } from '../lib/cache-limit.ts';
import type { Installation, InstallationChange } from '../storage/installation.ts';
import { PortalClient, type PortalClientOptions } from './portal-client.ts';

/** As many as the cached tokens. The client of an evicted installation is created again. */
const MAX_INSTALLATIONS = 10_000;
/** Grant versions per installation. Requests under older versions have ended. */
const MAX_VERSIONS = 5;

/** Longer than a request: after this time, no request under an ended grant is left. */
const REMEMBERED_MS = 30_000;

/** The portal clients of this process, for all requests. */
export class PortalClients {
  readonly #options: PortalClientOptions;
  readonly #installations = new LRUCache<string, InstallationClients>(cacheLimit(MAX_INSTALLATIONS));

  constructor(options: PortalClientOptions) {
    this.#options = options;
  }

  /** Requests share a client only for the same tenant, installation and grant version. */
  of(installation: Installation): PortalClient {
    return this.#clients(installation).of(installation);
  }

  /** Cancels everything in flight under a grant that has ended. */
  changed(change: InstallationChange): void {
    if (change.status !== 'ACTIVE') this.#clients(change).end(change);
  }

  #clients({ tenantId, id }: Pick<Installation, 'tenantId' | 'id'>): InstallationClients {
    const key = `${tenantId}\n${id}`;
    const known = this.#installations.get(key);
    if (known) return known;
    const clients = new InstallationClients(this.#options);
    this.#installations.set(key, clients);
    return clients;
  }
}

/** The clients of one installation by grant version, the latest last. */
class InstallationClients {
  readonly #options: PortalClientOptions;
  readonly #clients = new Map<number, PortalClient>();
  /** The latest change that ended a grant. */
  #ended: InstallationChange | undefined;
  #endedAt = 0;

  constructor(options: PortalClientOptions) {
    this.#options = options;
  }

  of(installation: Installation): PortalClient {
    const { grantVersion } = installation;
    this.#forgetEnd();
    const known = this.#clients.get(grantVersion);
    if (known) return known;
    const client = new PortalClient(installation, this.#options);
    this.#clients.set(grantVersion, client);
    if (this.#ended) endGrant(client, this.#ended);
    for (const oldest of this.#clients.keys()) {
      if (this.#clients.size <= MAX_VERSIONS) break;
      this.#clients.delete(oldest);
    }
    return client;
  }

  end(change: InstallationChange): void {
    if (this.#ended && this.#ended.grantVersion >= change.grantVersion) return;
    this.#ended = change;
    this.#endedAt = this.#options.clock.monotonic();
    for (const client of this.#clients.values()) endGrant(client, change);
  }

  /** After a restore from a backup, the database can contain a valid grant under a version that had ended. */
  #forgetEnd(): void {
    if (!this.#ended || this.#options.clock.monotonic() - this.#endedAt < REMEMBERED_MS) return;
    for (const version of this.#clients.keys()) if (version < this.#ended.grantVersion) this.#clients.delete(version);
    this.#ended = undefined;
  }
}

/** Ends the grant of the client if the change is newer. */
function endGrant(client: PortalClient, { status, statusReason, grantVersion }: InstallationChange): void {
  const { installation } = client;
  if (installation.grantVersion >= grantVersion) return;
  const reason = grantOver({ ...installation, status, statusReason });
  if (reason) client.end(reason);
}
