import { GatewayError } from '../errors.ts';
import type { ScopeSet } from '../hubspot/oauth/scope-set.ts';
import { grantOver, notConnected } from '../installations/grant-monitor.ts';
import type { InstallationCache } from '../installations/installation-cache.ts';
import { andThen, type PromiseOrValue } from '../lib/promise-or-value.ts';
import type { ViewerKey } from '../storage/default-installation-store.ts';
import type { Installation, InstallationStore } from '../storage/installation-store.ts';
import { Connector } from './connector.ts';
import type { RecordClasses } from './crm-record.ts';
import { PortalMetadata } from './metadata/portal-metadata.ts';
import type { PortalClients } from './portal-clients.ts';
import type { RateLimiters } from './rate-limit/rate-limiter.ts';
import type { RequestContext } from './request-context.ts';

export interface ConnectorsOptions {
  readonly directory: InstallationCache;
  readonly installations: Pick<InstallationStore, 'tokenExpiries'>;
  readonly pipelines: PortalClients;
  readonly limiters: Pick<RateLimiters, 'pausedUntil'>;
  readonly recordClasses: RecordClasses;
}

/** The installations of one tenant and their connectors, for the life of one request. */
export class Connectors {
  readonly #viewer: ViewerKey;
  readonly #options: ConnectorsOptions;
  readonly #operation: RequestContext;
  /** When the request began: a refusal knows what other replicas had changed by then. */
  readonly #moment: number;
  readonly #connectors = new Map<string, Connector>();
  #known: PromiseOrValue<readonly Installation[]> | undefined;
  #default: PromiseOrValue<string | undefined> | undefined;
  #expiries: Promise<ReadonlyMap<string, number>> | undefined;

  constructor(viewer: ViewerKey, request: RequestContext, options: ConnectorsOptions) {
    this.#viewer = viewer;
    this.#operation = request;
    this.#options = options;
    this.#moment = options.directory.moment;
  }

  /**
   * From memory, and the same throughout a request, but for what the request itself changed and what `current` brings.
   * Changes of other replicas may be missing.
   */
  #installations(): PromiseOrValue<readonly Installation[]> {
    this.#known ??= this.#stored(this.#options.directory.list(this.#viewer.tenantId));
    return this.#known;
  }

  /** All of them with everything that was changed before the request began, on whatever replica. */
  async current(): Promise<readonly Installation[]> {
    const installations = await this.#stored(this.#options.directory.current(this.#viewer.tenantId, this.#moment));
    this.#known = installations;
    this.#default = undefined;
    return installations;
  }

  /** The same one as of when the request began, or later. */
  async currentOf(installation: Installation): Promise<Installation> {
    return versionOf(installation, await this.current());
  }

  /** What was read is read again: the request changed something. */
  forget(): void {
    this.#known = undefined;
    this.#default = undefined;
    this.#expiries = undefined;
    this.#connectors.clear();
  }

  /** Of this tenant only; another tenant's id is as unknown as one that never existed. */
  async installation(id: string): Promise<Installation | undefined> {
    const [found] = await this.#look((all) => all.filter((installation) => installation.id === id));
    return found;
  }

  /** When an access token expires, in epoch milliseconds; one statement answers for all installations. */
  async tokenExpiry({ id }: Installation): Promise<number | undefined> {
    this.#expiries ??= this.#operation.untilStored(this.#options.installations.tokenExpiries(this.#viewer.tenantId));
    return (await this.#expiries).get(id);
  }

  #stored<T>(read: PromiseOrValue<T>): PromiseOrValue<T> {
    return read instanceof Promise ? this.#operation.untilStored(read) : read;
  }

  /** HubSpot calls that reading all owners of the portal takes at most, as far as this replica knows. */
  mostOwnerCalls(installation: Installation): number {
    return new PortalMetadata(this.#options.pipelines.of(installation), this.#operation).mostOwnerCalls;
  }

  /** Until when HubSpot wants no calls of the portal, in epoch milliseconds, as far as this replica was told. */
  pausedUntil({ hubId }: Installation): number | undefined {
    return this.#options.limiters.pausedUntil(hubId);
  }

  /**
   * The installation that an operation means which names none: the viewer's default, else the only one that is not
   * disconnected; `undefined` when there is none.
   * @throws GatewayError INSTALLATION_AMBIGUOUS
   */
  async onlyInstallation(): Promise<Installation | undefined> {
    return onlyOf(await this.#look((all) => this.#meant(all)));
  }

  /** The same, from memory; `undefined` also where operations have to name one of several. */
  async defaultInstallation(): Promise<Installation | undefined> {
    const [meant, another] = await this.#meant(await this.#installations());
    return another === undefined ? meant : undefined;
  }

  /** @throws GatewayError NOT_CONNECTED or INSTALLATION_AMBIGUOUS or REAUTHORIZATION_REQUIRED */
  only(): PromiseOrValue<Connector> {
    return andThen(
      this.#look((all) => this.#meant(all)),
      (found) => {
        const installation = onlyOf(found);
        if (!installation) throw notConnected();
        return this.#connect(installation);
      },
    );
  }

  /**
   * Of the portal with this number; `undefined` when it is none of this tenant's.
   * @throws GatewayError NOT_CONNECTED or REAUTHORIZATION_REQUIRED
   */
  inPortal(hubId: string): PromiseOrValue<Connector | undefined> {
    return andThen(
      this.#look((all) => all.filter((one) => String(one.hubId) === hubId)),
      ([found]) => {
        if (found) return this.#connect(found);
        return andThen(this.#installations(), (all) => {
          if (connected(all).length === 0) throw notConnected();
          return undefined;
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

  /** The connector of the same portal whose grant is the current one, where that of `connector` is not enough. */
  granting(connector: Connector, isEnough: (granted: ScopeSet) => boolean): PromiseOrValue<Connector> {
    if (isEnough(connector.granted)) return connector;
    return this.currentOf(connector.installation).then((installation) => this.#connect(installation));
  }

  /** The connector of the same portal from now on: its grant changed while the request ran. */
  async regranted(installation: Installation): Promise<Connector> {
    const all = await this.#installations();
    const known = versionOf(installation, all);
    const current = known.grantVersion < installation.grantVersion ? installation : known;
    this.#known = all.map((one) => (one.id === current.id ? current : one));
    return this.#connect(current);
  }

  /** The installation in memory when it is active and the only one. Before any refusal, the database is asked. */
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

  /** The one that the viewer chose, where it is connected; else all that are. */
  #meant(all: readonly Installation[]): PromiseOrValue<readonly Installation[]> {
    const found = connected(all);
    if (found.length < 2) return found;
    this.#default ??= this.#stored(this.#options.directory.defaultOf(this.#viewer));
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
    const { pipelines, recordClasses } = this.#options;
    const connector = new Connector(installation, pipelines.of(installation), this.#operation, recordClasses);
    this.#connectors.set(key, connector);
    return connector;
  }
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
