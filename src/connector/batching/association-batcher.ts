import type { ObjectType } from '../../crm/objects.ts';
import type { HubspotApi } from '../../hubspot/client.ts';
import {
  type AssociationPage,
  type AssociationReadInput,
  batchReadAssociations,
  MAX_ASSOCIATION_INPUTS,
} from '../../hubspot/crm/associations.ts';
import type { RequestContext } from '../request-context.ts';
import { type BatchContext, BatchQueue } from './batch-queue.ts';
import type { Answer } from './load.ts';
import { matchNames, type Naming } from './record-names.ts';

const NO_ASSOCIATIONS: AssociationPage = { associations: [], next: undefined };

/** Joins the reads of associations between two object types into calls of up to 1,000 records. */
export class AssociationBatcher {
  readonly #batched: BatchQueue<AssociationReadInput, AssociationPage>;
  readonly #single: BatchQueue<AssociationReadInput, AssociationPage>;
  /** Inputs that the last call did not resolve. */
  readonly #unresolved = new WeakSet<AssociationReadInput>();

  constructor(context: BatchContext, from: ObjectType, to: ObjectType) {
    const queue = (name: string, maxInputs: number) =>
      new BatchQueue<AssociationReadInput, AssociationPage>(
        {
          name,
          budget: 'associations',
          maxInputs,
          keyOf: ({ id, after }) => (after === undefined ? id : `${id}\n${after}`),
          read: (api, inputs) => this.#readPages(api, from, to, inputs),
        },
        context,
      );
    this.#batched = queue(`${from} to ${to}`, MAX_ASSOCIATION_INPUTS);
    this.#single = queue(`${from} to ${to}, single`, 1);
  }

  async load(input: AssociationReadInput, request: RequestContext): Promise<AssociationPage> {
    const page = await this.#batched.load(input, request);
    return this.#unresolved.delete(input) ? this.#single.load(input, request) : page;
  }

  async #readPages(
    api: HubspotApi,
    from: ObjectType,
    to: ObjectType,
    inputs: readonly AssociationReadInput[],
  ): Promise<Answer<AssociationReadInput, AssociationPage>> {
    // `PendingLoads.take` puts only equal inputs for one record into a call.
    const distinct = new Map(inputs.map((input) => [input.id, input]));
    const { pages, ...failures } = await batchReadAssociations(api, from, to, [...distinct.values()]);
    const { found, unmatched, unclaimed } = matchNames(new Set(distinct.keys()), [...pages], failures, BY_RECORD);
    if (unclaimed.length > 0) for (const input of inputs) if (unmatched.has(input.id)) this.#unresolved.add(input);
    return ({ id }) => {
      const page = found.get(id)?.[1];
      if (page) return page;
      const failure = failures.failureOf(id);
      if (failure) throw failure;
      return NO_ASSOCIATIONS;
    };
  }
}

/** HubSpot can answer a merged id with the current id of the record. */
const BY_RECORD: Naming<readonly [id: string, page: AssociationPage]> = {
  nameOf: ([id]) => id,
  formerNamesOf: () => [],
};
