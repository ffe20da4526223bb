import type { CallOrigin, Permit } from '../hubspot/client.ts';

/** The budgets that HubSpot counts apart. */
export type Budget = 'general' | 'search' | 'associations';

/** Decides when a call may leave for a portal. */
export interface RateGovernor {
  /** Waits for a slot. @throws GatewayError when none comes before the origin's deadline */
  acquire(budget: Budget, origin: CallOrigin, signal?: AbortSignal): Promise<Permit>;
}

/** Lets every call leave at once. */
export const unlimited: RateGovernor = {
  acquire: async () => ({ use: () => true, release: () => {} }),
};
