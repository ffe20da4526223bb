import type { CrmObject } from '../../crm/objects.ts';
import { GatewayError, isGatewayError } from '../../errors.ts';
import { MAX_INPUTS } from '../analysis/page-sizes.ts';
import { type ArgumentId, type ArgumentIds, argumentId } from '../ids/target-portal.ts';
import { NO_PORTAL } from './record-inputs.ts';

/** HubSpot's plural, as the end of a name such as `createContacts`. */
export function pluralName({ objectType }: CrmObject): string {
  return `${objectType.charAt(0).toUpperCase()}${objectType.slice(1)}`;
}

/** The path of an input in the arguments of a batch mutation, such as `['inputs', '3']`. */
export function pathOfInput(argument: string, index: number): readonly string[] {
  return [argument, String(index)];
}

/**
 * Reads each entry of the list argument `argument`.
 * @throws GatewayError BAD_USER_INPUT for no entry, more than `MAX_INPUTS`, or an invalid one
 */
export function readEach<Input, Read>(
  argument: string,
  inputs: readonly Input[],
  read: (input: Input) => Read,
): readonly Read[] {
  if (inputs.length === 0 || inputs.length > MAX_INPUTS) {
    const advice = inputs.length > MAX_INPUTS ? ': send the others in further mutations' : '';
    const message = `${argument} must have 1 to ${MAX_INPUTS} entries, and has ${inputs.length}${advice}.`;
    throw new GatewayError('BAD_USER_INPUT', message, { argument });
  }
  return inputs.map((input, index) => {
    try {
      return read(input);
    } catch (error) {
      if (!isGatewayError(error, 'BAD_USER_INPUT')) throw error;
      throw new GatewayError('BAD_USER_INPUT', `${argument}[${index}]: ${error.message}`, { argument });
    }
  });
}

/**
 * Refuses two entries with one key, because HubSpot refuses a whole batch that writes a record twice.
 * @throws GatewayError BAD_USER_INPUT
 */
export function requireDistinct(argument: string, keys: readonly (string | undefined)[]): void {
  const first = new Map<string, number>();
  for (const [index, key] of keys.entries()) {
    if (key === undefined) continue;
    const other = first.get(key);
    if (other !== undefined) {
      const message = `${argument}[${other}] and ${argument}[${index}] are the same record: join them.`;
      throw new GatewayError('BAD_USER_INPUT', message, { argument });
    }
    first.set(key, index);
  }
}

/** The field option `argumentIds` of a batch mutation with the argument `inputs`. `absent` is its payload in another portal. */
export function inputsIds<Input>(
  read: (input: Input, hubId: number) => unknown,
  idsOf: (input: Input) => readonly ArgumentId[],
  absent: (inputs: readonly Input[]) => unknown,
): ArgumentIds<{ readonly inputs: readonly Input[] }> {
  return {
    ids: ({ inputs }) =>
      readEach('inputs', inputs, (input) => {
        read(input, NO_PORTAL);
        return idsOf(input);
      }).flat(),
    absent: ({ inputs }) => absent(inputs),
  };
}

/** The ids in the argument `ids` of a batch mutation. */
export function argumentIdList(ids: readonly string[]): readonly ArgumentId[] {
  return readEach('ids', ids, (id) => argumentId('ids', id));
}
