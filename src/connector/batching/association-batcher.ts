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
import { type Answer, settled } from './load.ts';
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

  /** The function that it resolves with returns the page of each of `inputs`, or throws the error of that input. */
  async loadAll(
    inputs: readonly AssociationReadInput[],
    request: RequestContext,
  ): Promise<Answer<AssociationReadInput, AssociationPage>> {
    const answer = await this.#batched.loadAll(inputs, request);
    const unresolved = inputs.filter((input) => this.#unresolved.delete(input));
    if (unresolved.length === 0) return answer;
    const answers = await Promise.all(unresolved.map((input) => settled(this.#single.loadAll([input], request))));
    const laterAnswers = new Map(unresolved.map((input, index) => [input, answers[index]]));
    return (input) => (laterAnswers.get(input) ?? answer)(input);
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
