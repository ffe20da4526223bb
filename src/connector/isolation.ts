import { isGatewayError } from '../errors.ts';
import { type BatchInput, chargeOnce, type Load } from './load.ts';

type Read<I, O> = (inputs: readonly I[]) => Promise<(input: I) => O>;

/**
 * Reads the loads in one call and settles every one of them. HubSpot refuses a batch whole for one input or property
 * that it does not take; who brought it does not show. So the operations of a refused batch are read again in about √n
 * parts, and those of a part that is refused again one by one: three calls at most for anybody, n + √n + 1 in all, and
 * nobody fails for what another operation asked.
 */
export async function readApart<I extends BatchInput, O>(
  loads: readonly Load<I, O>[],
  read: Read<I, O>,
  partsOf: (operations: number) => number = (operations) => Math.ceil(Math.sqrt(operations)),
): Promise<void> {
  let answer: (input: I) => O;
  try {
    answer = await read(loads.map(({ input }) => input));
  } catch (error) {
    const parts = isRefusal(error) ? split(loads, partsOf) : [];
    if (parts.length < 2) for (const load of loads) load.reject(error);
    else await Promise.all(parts.map((part) => readPart(part, read)));
    return;
  }
  for (const load of loads) settle(load, answer);
}

/** Reads loads that all want the same: what happens to the call happens to each. */
export function readTogether<I extends BatchInput, O>(loads: readonly Load<I, O>[], read: Read<I, O>): Promise<void> {
  return readApart(loads, read, () => 1);
}

/** Not split: whatever would fail again in the same way, or cost HubSpot more when it is in trouble already. */
function isRefusal(error: unknown): boolean {
  return isGatewayError(error, 'HUBSPOT_BAD_REQUEST') || isGatewayError(error, 'HUBSPOT_FORBIDDEN');
}

async function readPart<I extends BatchInput, O>(part: readonly Load<I, O>[], read: Read<I, O>): Promise<void> {
  const isAffordable = chargeOnce<I, O>();
  const loads = part.filter((load) => load.isWanted && isAffordable(load));
  if (loads.length > 0) await readApart(loads, read, (operations) => operations);
}

function split<I extends BatchInput, O>(
  loads: readonly Load<I, O>[],
  partsOf: (operations: number) => number,
): Load<I, O>[][] {
  const operations = [...Map.groupBy(loads, ({ operation }) => operation).values()];
  const size = Math.ceil(operations.length / partsOf(operations.length));
  return Array.from({ length: Math.ceil(operations.length / size) }, (_, index) =>
    operations.slice(index * size, (index + 1) * size).flat(),
  );
}

function settle<I extends BatchInput, O>(load: Load<I, O>, answer: (input: I) => O): void {
  try {
    load.resolve(answer(load.input));
  } catch (error) {
    load.reject(error);
  }
}
