import { isGatewayError } from '../../errors.ts';
import { GrantShrunkError } from '../middleware/recheck-grant.ts';
import { type Answer, type BatchInput, chargeOnce, type PendingInput } from './load.ts';

type Read<I extends BatchInput, O> = (asked: readonly PendingInput<I, O>[]) => Promise<Answer<I, O>>;

/**
 * Reads the inputs in one call and settles every one of them. HubSpot refuses a batch whole for one input or property
 * that it does not take; who brought it does not show. So the operations of a refused batch are read again in about √n
 * parts, and those of a part that is refused again one by one: three calls at most for anybody, n + √n + 1 in all, and
 * nobody fails for what another operation asked.
 */
export async function splitOnFailure<I extends BatchInput, O>(
  asked: readonly PendingInput<I, O>[],
  read: Read<I, O>,
  partsOf: (operations: number) => number = (operations) => Math.ceil(Math.sqrt(operations)),
): Promise<void> {
  let answer: Answer<I, O>;
  try {
    answer = await read(asked);
  } catch (error) {
    const parts = isRefusal(error) ? split(asked, partsOf) : [];
    if (parts.length > 1) {
      await Promise.all(parts.map((part) => readPart(part, read)));
      return;
    }
    answer = () => {
      throw error;
    };
  }
  for (const { load, input } of asked) load.settle(input, answer);
}

/** Reads inputs that are all the same: what happens to the call happens to each. */
export function readTogether<I extends BatchInput, O>(
  asked: readonly PendingInput<I, O>[],
  read: Read<I, O>,
): Promise<void> {
  return splitOnFailure(asked, read, () => 1);
}

/** Not split: whatever would fail again in the same way, of a grant that shrank, or cost HubSpot more when it is in trouble. */
function isRefusal(error: unknown): boolean {
  if (error instanceof GrantShrunkError) return false;
  return isGatewayError(error, 'HUBSPOT_BAD_REQUEST') || isGatewayError(error, 'HUBSPOT_FORBIDDEN');
}

async function readPart<I extends BatchInput, O>(part: readonly PendingInput<I, O>[], read: Read<I, O>): Promise<void> {
  const isAffordable = chargeOnce<I, O>();
  const asked = part.filter(({ load }) => load.isWanted && isAffordable(load));
  if (asked.length > 0) await splitOnFailure(asked, read, (operations) => operations);
}

function split<I extends BatchInput, O>(
  asked: readonly PendingInput<I, O>[],
  partsOf: (operations: number) => number,
): PendingInput<I, O>[][] {
  const operations = [...Map.groupBy(asked, ({ load }) => load.request).values()];
  const size = Math.ceil(operations.length / partsOf(operations.length));
  return Array.from({ length: Math.ceil(operations.length / size) }, (_, index) =>
    operations.slice(index * size, (index + 1) * size).flat(),
  );
}
