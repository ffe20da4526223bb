import { GatewayError } from '../errors.ts';
import { notConnected, reauthorizationRequired } from '../installations/grant-keeper.ts';
import type { InstallationDirectory } from '../installations/installation-directory.ts';
import type { Clock } from '../lib/clock.ts';
import { andThen, type PromiseOrValue } from '../lib/promise-or-value.ts';
import type { Installation, InstallationStore } from '../storage/installation-store.ts';
import { CallBudget } from './call-budget.ts';
import { Connector } from './connector.ts';
import type { RecordClasses } from './crm-record.ts';
import { Operation } from './operation.ts';
import type { PortalPipelines } from './portal-pipelines.ts';
import type { RateGovernors } from './rate-governor.ts';

export interface ConnectorsOptions {
  readonly directory: InstallationDirectory;
  readonly installations: Pick<InstallationStore, 'tokenExpiries'>;
  readonly pipelines: PortalPipelines;
  readonly governors: Pick<RateGovernors, 'pausedUntil'>;
  readonly recordClasses: RecordClasses;
  readonly clock: Clock;
  /** HubSpot calls that one operation may cost. */
  readonly maxCalls: number;
}

/** Whose request it is. */
export interface Caller {
  readonly tenantId: string;
  readonly viewerId: string;
  /** Aborted when the client is gone. */
  readonly signal?: AbortSignal | undefined;
}

/** An answer that comes later is of no use. */
const OPERATION_TIME_MS = 25_000;

/** The installations of one tenant and their connectors, for the life of one request. */
export class Connectors {
  readonly #tenantId: string;
  readonly #options: ConnectorsOptions;
  readonly #operation: Operation;
  readonly #connectors = new Map<string, Connector>();
  #installations: PromiseOrValue<readonly Installation[]> | undefined;
  #expiries: Promise<ReadonlyMap<string, number>> | undefined;

  constructor({ tenantId, viewerId, signal }: Caller, options: ConnectorsOptions) {
    this.#tenantId = tenantId;
    this.#options = options;
    this.#operation = new Operation({
      origin: {
        viewerKey: `${tenantId}\n${viewerId}`,
        priority: 'interactive',
        deadlineAt: options.clock.monotonic() + OPERATION_TIME_MS,
      },
      calls: new CallBudget(options.maxCalls),
      signal,
    });
  }

  /** HubSpot calls that one operation may cost. */
  get maxCalls(): number {
    return this.#options.maxCalls;
  }

  /** The same throughout a request, but for what the request itself changed. */
  installations(): PromiseOrValue<readonly Installation[]> {
    this.#installations ??= this.#options.directory.list(this.#tenantId);
    return this.#installations;
  }

  /** What was read is read again: the request changed something. */
  forget(): void {
    this.#installations = undefined;
    this.#expiries = undefined;
    this.#connectors.clear();
  }

  /** Of this tenant only; another tenant's id is as unknown as one that never existed. */
  async installation(id: string): Promise<Installation | undefined> {
    return (await this.installations()).find((installation) => installation.id === id);
  }

  /** When an access token expires, in epoch milliseconds; one statement answers for all installations. */
  async tokenExpiry({ id }: Installation): Promise<number | undefined> {
    this.#expiries ??= this.#options.installations.tokenExpiries(this.#tenantId);
    return (await this.#expiries).get(id);
  }

  /** Until when HubSpot wants no calls of the portal, in epoch milliseconds, as far as this replica was told. */
  pausedUntil({ hubId }: Installation): number | undefined {
    return this.#options.governors.pausedUntil(hubId);
  }

  /** By the portal's number; `undefined` when this tenant never connected it or disconnected it. */
  async installationOfPortal(hubId: string): Promise<Installation | undefined> {
    return connected(await this.installations()).find((installation) => String(installation.hubId) === hubId);
  }

  /**
   * The only installation that is not disconnected; `undefined` when there is none.
   * @throws GatewayError INSTALLATION_AMBIGUOUS
   */
  async onlyInstallation(): Promise<Installation | undefined> {
    return onlyOf(await this.installations());
  }

  /** @throws GatewayError NOT_CONNECTED or INSTALLATION_AMBIGUOUS or REAUTHORIZATION_REQUIRED */
  only(): PromiseOrValue<Connector> {
    return andThen(this.installations(), (installations) => {
      const installation = onlyOf(installations);
      if (!installation) throw notConnected();
      return this.of(installation);
    });
  }

  /** @throws GatewayError NOT_CONNECTED or REAUTHORIZATION_REQUIRED */
  of(installation: Installation): Connector {
    if (installation.status === 'REAUTHORIZATION_REQUIRED') throw reauthorizationRequired(installation);
    if (installation.status === 'DISCONNECTED') throw notConnected(installation.id);
    const known = this.#connectors.get(installation.id);
    if (known) return known;
    const { pipelines, recordClasses } = this.#options;
    const connector = new Connector(installation, pipelines.of(installation), this.#operation, recordClasses);
    this.#connectors.set(installation.id, connector);
    return connector;
  }
}

/** @throws GatewayError INSTALLATION_AMBIGUOUS */
function onlyOf(installations: readonly Installation[]): Installation | undefined {
  const [only, ...others] = connected(installations);
  if (only && others.length > 0) {
    throw new GatewayError('INSTALLATION_AMBIGUOUS', 'Several portals are connected: name the installation.', {
      installationIds: [only, ...others].map(({ id }) => id),
    });
  }
  return only;
}

function connected(installations: readonly Installation[]): readonly Installation[] {
  return installations.filter(({ status }) => status !== 'DISCONNECTED');
}
