import { isGatewayError } from '../../errors.ts';
import { GrantShrunkError } from '../middleware/recheck-grant.ts';
import { type Answer, type BatchInput, chargeOnce, type PendingInput } from './load.ts';

type Read<I extends BatchInput, O> = (pending: readonly PendingInput<I, O>[]) => Promise<Answer<I, O>>;

/**
 * Reads the inputs in one call, and settles each of them. HubSpot refuses a whole batch for one invalid input or property,
 * and does not name it. So the gateway reads the requests of a refused batch again in about √n parts. It reads the
 * requests of a part that is refused again one by one. A request takes part in at most three calls, n + √n + 1 calls are
 * made in total, and no request fails because of the input of another.
 */
export async function splitOnFailure<I extends BatchInput, O>(
  pending: readonly PendingInput<I, O>[],
  read: Read<I, O>,
  partsOf: (requests: number) => number = (requests) => Math.ceil(Math.sqrt(requests)),
): Promise<void> {
  let answer: Answer<I, O>;
  try {
    answer = await read(pending);
  } catch (error) {
    const parts = isRefusal(error) ? split(pending, partsOf) : [];
    if (parts.length > 1) {
      await Promise.all(parts.map((part) => readPart(part, read)));
      return;
    }
    answer = () => {
      throw error;
    };
  }
  for (const { load, input } of pending) load.settle(input, answer);
}

/** Reads equal inputs in one call, which is not split: a failure fails all of them. */
export function readTogether<I extends BatchInput, O>(
  pending: readonly PendingInput<I, O>[],
  read: Read<I, O>,
): Promise<void> {
  return splitOnFailure(pending, read, () => 1);
}

/** Other failures are not split: parts would fail as the whole, or add load while HubSpot fails. */
function isRefusal(error: unknown): boolean {
  if (error instanceof GrantShrunkError) return false;
  return isGatewayError(error, 'HUBSPOT_BAD_REQUEST') || isGatewayError(error, 'HUBSPOT_FORBIDDEN');
}

async function readPart<I extends BatchInput, O>(part: readonly PendingInput<I, O>[], read: Read<I, O>): Promise<void> {
  const isAffordable = chargeOnce<I, O>();
  const pending = part.filter(({ load }) => !load.isCancelled && isAffordable(load));
  if (pending.length > 0) await splitOnFailure(pending, read, (requests) => requests);
}

function split<I extends BatchInput, O>(
  pending: readonly PendingInput<I, O>[],
  partsOf: (requests: number) => number,
): PendingInput<I, O>[][] {
  const requests = [...Map.groupBy(pending, ({ load }) => load.request).values()];
  const size = Math.ceil(requests.length / partsOf(requests.length));
  return Array.from({ length: Math.ceil(requests.length / size) }, (_, index) =>
    requests.slice(index * size, (index + 1) * size).flat(),
  );
}
