import DataLoader from 'dataloader';
import { batchRead, type HubspotObject, inOrder } from '../contenders/hubspot.ts';

/** One loader per type and request, as DataLoader's documentation asks for; HubSpot takes 100 ids a call. */
export function createLoaders() {
  const loader = (type: 'contacts' | 'deals') =>
    new DataLoader<string, HubspotObject | null>(async (ids) => inOrder(ids, await batchRead(type, ids)), {
      maxBatchSize: 100,
    });
  return { contacts: loader('contacts'), deals: loader('deals') };
}

export type Loaders = ReturnType<typeof createLoaders>;
