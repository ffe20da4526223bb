import DataLoader from 'dataloader';
import {
  type AssociationInput,
  batchReadAssociations,
  MAX_ASSOCIATION_INPUTS,
  type NeighbourPage,
} from '../hubspot/associations.ts';
import type { HubspotApi } from '../hubspot/client.ts';
import type { ObjectType } from '../hubspot/objects.ts';

const NO_NEIGHBOURS: NeighbourPage = { neighbours: [], next: undefined };

/** Joins the reads of associations between two object types into calls of up to 1,000 records. */
export class AssociationBatcher {
  readonly #loader: DataLoader<AssociationInput, NeighbourPage, string>;

  constructor(api: HubspotApi, from: ObjectType, to: ObjectType) {
    const readAll = async (inputs: readonly AssociationInput[]) => {
      const pages = await batchReadAssociations(api, from, to, inputs);
      return inputs.map(({ id }) => pages.get(id) ?? NO_NEIGHBOURS);
    };
    this.#loader = new DataLoader(
      async (inputs) => {
        // One call cannot hold two pages of one record: the answer tells them apart by the record's id alone.
        const distinct = new Set(inputs.map(({ id }) => id)).size === inputs.length;
        return distinct ? readAll(inputs) : (await Promise.all(inputs.map((input) => readAll([input])))).flat();
      },
      { cacheKeyFn: ({ id, after = '' }) => `${id}\n${after}`, maxBatchSize: MAX_ASSOCIATION_INPUTS },
    );
  }

  load(input: AssociationInput): Promise<NeighbourPage> {
    return this.#loader.load(input);
  }
}
