import { GatewayError } from '../errors.ts';
import type { ScopeSet } from '../hubspot/oauth/scope-set.ts';
import { grantOver, notConnected, portalNotConnected } from '../installations/grant-monitor.ts';
import type { InstallationCache } from '../installations/installation-cache.ts';
import { andThen, type PromiseOrValue } from '../lib/promise-or-value.ts';
import type { ViewerId } from '../storage/default-installation-store.ts';
import type { Installation } from '../storage/installation.ts';
import type { InstallationStore } from '../storage/installation-store.ts';
import { Connector } from './connector.ts';
import type { RecordClasses } from './crm-record.ts';
import { PortalMetadata } from './metadata/portal-metadata.ts';
import type { PortalClients } from './portal-clients.ts';
import type { RateLimiters } from './rate-limit/rate-limiter.ts';
import type { RequestContext } from './request-context.ts';

export interface ConnectorsOptions {
  readonly installationCache: InstallationCache;
  readonly installations: Pick<InstallationStore, 'tokenExpiries'>;
  readonly portalClients: PortalClients;
  readonly limiters: Pick<RateLimiters, 'pausedUntil'>;
  readonly recordClasses: RecordClasses;
}

/** The installations that one viewer can use and their connectors, for one request. */
export class Connectors {
  readonly #viewer: ViewerId;
  readonly #options: ConnectorsOptions;
  readonly #request: RequestContext;
  /** The begin of the request: a refusal considers all changes of other replicas before it. */
  readonly #startedAt: number;
  readonly #connectors = new Map<string, Connector>();
  #known: PromiseOrValue<readonly Installation[]> | undefined;
  #default: PromiseOrValue<string | undefined> | undefined;
  #expiries: Promise<ReadonlyMap<string, number>> | undefined;

  constructor(viewer: ViewerId, request: RequestContext, options: ConnectorsOptions) {
    this.#viewer = viewer;
    this.#request = request;
    this.#options = options;
    this.#startedAt = options.installationCache.readCount;
  }

  /**
   * The installations from memory. They stay the same during a request, except for its own changes and those that `current`
   * reads. Changes of other replicas can be missing.
   */
  #installations(): PromiseOrValue<readonly Installation[]> {
    this.#known ??= this.#stored(this.#options.installationCache.list(this.#viewer));
    return this.#known;
  }

  /** All installations with the changes of all replicas from before the request. */
  async current(): Promise<readonly Installation[]> {
    const installations = await this.#stored(this.#options.installationCache.current(this.#viewer, this.#startedAt));
    this.#known = installations;
    this.#default = undefined;
    return installations;
  }

  /** The installation with the changes of all replicas from before the request. */
  async currentOf(installation: Installation): Promise<Installation> {
    return versionOf(installation, await this.current());
  }

  /** Drops everything that was read, after a change by this request. */
  forget(): void {
    this.#known = undefined;
    this.#default = undefined;
    this.#expiries = undefined;
    this.#connectors.clear();
  }

  /** An installation of this tenant or this viewer. An id of another tenant or another viewer is unknown. */
  async installation(id: string): Promise<Installation | undefined> {
    const [found] = await this.#look((all) => all.filter((installation) => installation.id === id));
    return found;
  }

  /** When the access token expires, in epoch milliseconds. One statement reads all expiries. */
  async tokenExpiry({ id }: Installation): Promise<number | undefined> {
    this.#expiries ??= this.#request.untilStored(this.#options.installations.tokenExpiries(this.#viewer));
    return (await this.#expiries).get(id);
  }

  #stored<T>(read: PromiseOrValue<T>): PromiseOrValue<T> {
    return read instanceof Promise ? this.#request.untilStored(read) : read;
  }

  /** The most HubSpot calls that reading all owners of the portal takes, as far as this replica knows. */
  mostOwnerCalls(installation: Installation): number {
    return new PortalMetadata(this.#options.portalClients.of(installation), this.#request).mostOwnerCalls;
  }

  /** End of a long pause that HubSpot requested from this replica, in epoch milliseconds; `undefined` outside a pause. */
  pausedUntil({ hubId }: Installation): number | undefined {
    return this.#options.limiters.pausedUntil(hubId);
  }

  /**
   * The installation for operations that name none: the viewer's default, or else the only one that is not disconnected;
   * `undefined` when there is none.
   * @throws GatewayError INSTALLATION_AMBIGUOUS
   */
  async onlyInstallation(): Promise<Installation | undefined> {
    return onlyOf(await this.#look((all) => this.#candidates(all)));
  }

  /** The same from memory; `undefined` also when operations must name one of several. */
  async defaultInstallation(): Promise<Installation | undefined> {
    const [candidate, another] = await this.#candidates(await this.#installations());
    return another === undefined ? candidate : undefined;
  }

  /** @throws GatewayError NOT_CONNECTED or INSTALLATION_AMBIGUOUS or REAUTHORIZATION_REQUIRED */
  only(): PromiseOrValue<Connector> {
    return andThen(
      this.#look((all) => this.#candidates(all)),
      (found) => {
        const installation = onlyOf(found);
        if (!installation) throw notConnected();
        return this.#connect(installation);
      },
    );
  }

  /**
   * The connector of a portal; `undefined` when the tenant has not connected it.
   * @throws GatewayError NOT_CONNECTED, also when only other viewers may have connected it; REAUTHORIZATION_REQUIRED
   */
  inPortal(hubId: string): PromiseOrValue<Connector | undefined> {
    return andThen(
      this.#look((all) => preferred(all.filter((one) => String(one.hubId) === hubId))),
      ([found]) => {
        if (found) return this.#connect(found);
        return andThen(this.#installations(), (all) => {
          if (connected(all).length === 0) throw notConnected();
          const others = this.#stored(this.#options.installationCache.hasViewerGrants(this.#viewer.tenantId));
          return andThen(others, (mayHaveIt) => {
            if (mayHaveIt) throw portalNotConnected();
            return undefined;
          });
        });
      },
    );
  }

  /** @throws GatewayError NOT_CONNECTED or REAUTHORIZATION_REQUIRED */
  of(installation: Installation): PromiseOrValue<Connector> {
    return andThen(
      this.#look((all) => [versionOf(installation, all)]),
      ([found = installation]) => this.#connect(found),
    );
  }

  /** The connector under the current grant if the grant of `connector` is not sufficient. */
  granting(connector: Connector, isEnough: (granted: ScopeSet) => boolean): PromiseOrValue<Connector> {
    if (isEnough(connector.granted)) return connector;
    return this.currentOf(connector.installation).then((installation) => this.#connect(installation));
  }

  /** The connector under a grant that changed during the request. The request uses it from now on. */
  async regranted(installation: Installation): Promise<Connector> {
    const all = await this.#installations();
    const known = versionOf(installation, all);
    const current = known.grantVersion < installation.grantVersion ? installation : known;
    this.#known = all.map((one) => (one.id === current.id ? current : one));
    return this.#connect(current);
  }

  /** Uses the installation in memory if it is active and the only one. Otherwise it reads the database first. */
  #look(
    find: (all: readonly Installation[]) => PromiseOrValue<readonly Installation[]>,
  ): PromiseOrValue<readonly Installation[]> {
    return andThen(this.#installations(), (all) =>
      andThen(find(all), (found) => {
        const [one, another] = found;
        return one?.status === 'ACTIVE' && another === undefined ? found : this.current().then(find);
      }),
    );
  }

  /** The viewer's default installation if it is connected, or else all connected ones. */
  #candidates(all: readonly Installation[]): PromiseOrValue<readonly Installation[]> {
    const found = preferred(connected(all));
    if (found.length < 2) return found;
    this.#default ??= this.#stored(this.#options.installationCache.defaultOf(this.#viewer));
    return andThen(this.#default, (chosen) => {
      const installation = found.find(({ id }) => id === chosen);
      return installation ? [installation] : found;
    });
  }

  #connect(installation: Installation): Connector {
    const refusal = grantOver(installation);
    if (refusal) throw refusal;
    const key = `${installation.id}\n${installation.grantVersion}`;
    const known = this.#connectors.get(key);
    if (known) return known;
    const { portalClients, recordClasses } = this.#options;
    const connector = new Connector(installation, portalClients.of(installation), this.#request, recordClasses);
    this.#connectors.set(key, connector);
    return connector;
  }
}

/**
 * One installation for each portal: that of the viewer goes before that of the tenant, unless it alone is disconnected. The
 * tenant's is that of another app, which was an account-level app.
 */
function preferred(all: readonly Installation[]): readonly Installation[] {
  if (!all.some(({ viewerId }) => viewerId !== null)) return all;
  const rank = ({ status, viewerId }: Installation) =>
    (status === 'DISCONNECTED' ? 0 : 2) + (viewerId === null ? 0 : 1);
  return all.filter((one) => !all.some((other) => other.hubId === one.hubId && rank(other) > rank(one)));
}

function versionOf(installation: Installation, all: readonly Installation[]): Installation {
  return all.find(({ id }) => id === installation.id) ?? installation;
}

const AMBIGUOUS =
  'Several portals are connected: name the installation, or choose a default one with setDefaultInstallation.';

/** @throws GatewayError INSTALLATION_AMBIGUOUS */
function onlyOf(installations: readonly Installation[]): Installation | undefined {
  const [only, ...others] = installations;
  if (only && others.length > 0) {
    const installationIds = installations.map(({ id }) => id);
    throw new GatewayError('INSTALLATION_AMBIGUOUS', AMBIGUOUS, { installationIds });
  }
  return only;
}

function connected(installations: readonly Installation[]): readonly Installation[] {
  return installations.filter(({ status }) => status !== 'DISCONNECTED');
}
