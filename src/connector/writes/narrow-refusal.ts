import { GatewayError, isGatewayError } from '../../errors.ts';
import type { RefusableInput } from '../../hubspot/crm/refused-inputs.ts';
import { HubspotError } from '../../hubspot/hubspot-error.ts';
import { HubspotRefusalError } from '../../hubspot/hubspot-refusal-error.ts';
import type { BatchOutcome } from './outcome.ts';

/** Writes inputs in one call, and returns the outcome of each of them. Throws when HubSpot refuses the whole call. */
type Send<I, T> = (inputs: readonly I[]) => Promise<(input: I) => BatchOutcome<T>>;

/**
 * Writes the inputs in one call. When HubSpot refuses the whole call, it has written nothing: the valid inputs are then
 * written without the invalid ones, in as few calls as HubSpot's error allows. It often names the invalid inputs, and two
 * calls are enough. Otherwise a refused part is halved: the first half is sent, and when HubSpot accepts it, the second
 * half is known to be refused and need not be sent as a whole.
 *
 * An input is in no call after one that HubSpot may have executed. After a failure that is not about the inputs, nothing more
 * is sent.
 * @returns the outcomes in the order of `inputs`
 */
export async function writeEach<I extends RefusableInput, T>(
  inputs: readonly I[],
  send: Send<I, T>,
): Promise<readonly BatchOutcome<T>[]> {
  const outcomes = new Map<I, BatchOutcome<T>>();
  let failure: GatewayError | undefined;

  /** True when HubSpot has refused at least one of the inputs. */
  async function write(part: readonly I[]): Promise<boolean> {
    if (failure) {
      for (const input of part) outcomes.set(input, { failure: notSent(failure), isUnknown: false });
      return false;
    }
    try {
      const outcomeOf = await send(part);
      for (const input of part) outcomes.set(input, outcomeOf(input));
      return false;
    } catch (error) {
      if (!isGatewayError(error)) throw error;
      if (isAboutInputs(error, part)) {
        await narrow(part, error);
        return true;
      }
      failure = error;
      const isUnknown = error instanceof HubspotError && error.mayBeDone;
      for (const input of part) outcomes.set(input, { failure: error, isUnknown });
      return false;
    }
  }

  /** Writes the valid inputs of a part that HubSpot refuses. */
  async function narrow(part: readonly I[], refusal: HubspotRefusalError): Promise<void> {
    const [only, another] = part;
    if (only && !another) {
      const certain = refusal.problemsOf(only);
      outcomes.set(only, { problems: certain.length > 0 ? certain : refusal.problems });
      return;
    }
    const named = new Map(part.map((input) => [input, refusal.problemsOf(input)]));
    const rest = part.filter((input) => named.get(input)?.length === 0);
    for (const [input, problems] of named) if (problems.length > 0) outcomes.set(input, { problems });
    if (rest.length === 0) return;
    if (rest.length < part.length) {
      await write(rest);
      return;
    }
    const [first, second] = [rest.slice(0, Math.ceil(rest.length / 2)), rest.slice(Math.ceil(rest.length / 2))];
    if ((await write(first)) || failure) await write(second);
    else await narrow(second, refusal);
  }

  if (inputs.length > 0) await write(inputs);
  return inputs.flatMap((input) => outcomes.get(input) ?? []);
}

/** Not for a 404 of several inputs: then the path of the call does not exist. */
function isAboutInputs(error: GatewayError, inputs: readonly unknown[]): error is HubspotRefusalError {
  if (!(error instanceof HubspotRefusalError) || error.problems.length === 0) return false;
  return inputs.length === 1 || error.extensions.hubspot?.status !== 404;
}

function notSent(failure: GatewayError): GatewayError {
  const message = 'The gateway did not send this input, because HubSpot failed before it. Try it again.';
  return new GatewayError(failure.code, message, failure.extensions, { cause: failure });
}
