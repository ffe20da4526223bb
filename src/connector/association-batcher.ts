import {
  type AssociationInput,
  batchReadAssociations,
  MAX_ASSOCIATION_INPUTS,
  type NeighbourPage,
} from '../hubspot/associations.ts';
import type { HubspotApi } from '../hubspot/client.ts';
import type { ObjectType } from '../hubspot/objects.ts';
import { type BatchContext, BatchQueue } from './batch-queue.ts';
import type { Operation } from './operation.ts';

const NO_NEIGHBOURS: NeighbourPage = { neighbours: [], next: undefined };

/** Joins the reads of associations between two object types into calls of up to 1,000 records. */
export class AssociationBatcher {
  readonly #queue: BatchQueue<AssociationInput, NeighbourPage>;

  constructor(context: BatchContext, from: ObjectType, to: ObjectType) {
    this.#queue = new BatchQueue(
      {
        name: `${from} to ${to}`,
        budget: 'associations',
        maxInputs: MAX_ASSOCIATION_INPUTS,
        keyOf: ({ id, after }) => (after === undefined ? id : `${id}\n${after}`),
        read: (api, inputs) => readPages(api, from, to, inputs),
      },
      context,
    );
  }

  load(input: AssociationInput, operation: Operation): Promise<NeighbourPage> {
    return this.#queue.load(input, operation);
  }
}

async function readPages(
  api: HubspotApi,
  from: ObjectType,
  to: ObjectType,
  inputs: readonly AssociationInput[],
): Promise<(input: AssociationInput) => NeighbourPage> {
  // Inputs about one record are equal: others wait for another call.
  const distinct = new Map(inputs.map((input) => [input.id, input]));
  const { pages, failureOf } = await batchReadAssociations(api, from, to, [...distinct.values()]);
  return ({ id }) => {
    const page = pages.get(id);
    if (page) return page;
    const failure = failureOf(id);
    if (failure) throw failure;
    return NO_NEIGHBOURS;
  };
}
