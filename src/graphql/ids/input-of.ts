import { GatewayError } from '../../errors.ts';

/**
 * The input of a mutation that clients can also give as the single arguments of older versions.
 *
 * @throws GatewayError BAD_USER_INPUT when the client gives both, or neither
 */
export function inputOf<Input extends object>(
  input: Input | null | undefined,
  older: { readonly [Field in keyof Input]?: Input[Field] | null | undefined },
  required: keyof Input & string,
): Input {
  const isOlder = Object.values(older).some((value) => value != null);
  if (input && isOlder) throw new GatewayError('BAD_USER_INPUT', 'Give `input` alone.', { argument: 'input' });
  if (input) return input;
  if (older[required] == null) {
    throw new GatewayError('BAD_USER_INPUT', `Give \`input\` with \`${required}\`.`, { argument: 'input' });
  }
  return older as Input; // Its required field is there, and the others are optional.
}

/** Marks an argument that `input` has replaced. */
export const REPLACED_BY_INPUT = 'Use `input`.';
