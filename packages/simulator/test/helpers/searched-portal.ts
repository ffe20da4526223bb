import type { ObjectTypeName } from '../../src/crm/object-types.ts';
import { NO_LIMITS } from '../../src/limits/limits.ts';
import type { Portal } from '../../src/portal.ts';
import { createSimulator, type Simulator } from '../../src/simulator.ts';
import { ManualClock } from '../../src/time/manual-clock.ts';
import { type HubspotAnswer, HubspotCaller } from './hubspot-caller.ts';

export interface FoundRecord {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null>>;
}

export interface Found {
  readonly total: number;
  readonly results: readonly FoundRecord[];
  readonly paging?: { readonly next: { readonly after: string } };
}

export interface SearchFailure {
  readonly status: string;
  readonly message: string;
  readonly category?: string;
  readonly errors?: readonly { readonly message: string; readonly context: object }[];
}

export const CRM_READ = ['crm.objects.contacts.read', 'crm.objects.deals.read', 'crm.objects.companies.read'];

/** An empty portal, an app that may read all of it, and a clock in the test's hand. Searches see changes at once. */
export class SearchedPortal {
  readonly clock = new ManualClock();
  readonly simulator: Simulator;
  readonly portal: Portal;
  readonly hubspot: HubspotCaller;

  constructor({ searchLagMs = 0, scopes = CRM_READ }: { searchLagMs?: number; scopes?: readonly string[] } = {}) {
    const size = { contacts: 0, deals: 0, companies: 0 };
    const portals = [{ hubId: 101, domain: 'one.example', user: 'a', size }];
    this.simulator = createSimulator({ clock: this.clock, portals, searchLagMs, limits: NO_LIMITS });
    [this.portal] = this.simulator.portals as [Portal]; // One was asked for.
    this.hubspot = new HubspotCaller(this.simulator, scopes);
  }

  /** `body` as JSON, or as the text that it is. */
  search<B = Found>(body: unknown, type: ObjectTypeName = 'contacts'): Promise<HubspotAnswer<B>> {
    return this.hubspot.post<B>(`/crm/objects/2026-09/${type}/search`, body);
  }

  /** Ids on the first page of 200. */
  async find(body: object, type?: ObjectTypeName): Promise<readonly string[]> {
    const { status, body: found } = await this.search({ limit: 200, ...body }, type);
    if (status !== 200) throw new Error(`the search was answered ${status}: ${JSON.stringify(found)}`);
    return found.results.map(({ id }) => id);
  }
}
