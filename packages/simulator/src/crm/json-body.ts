import type { Context } from 'hono';
import { z } from 'zod';
import { failure, validationError } from '../answers.ts';
import { invalidJson } from './session.ts';

/** An id as text or as a number. */
export const id = z.union([z.string(), z.int().transform(String)]);

/** The body of a request in this shape, or HubSpot's error. */
export async function jsonBody<T>(c: Context, schema: z.ZodType<T>): Promise<T | Response> {
  let body: unknown;
  try {
    body = JSON.parse(await c.req.text());
  } catch {
    return invalidJson();
  }
  const parsed = schema.safeParse(body);
  return parsed.success ? parsed.data : wrongShape(body, parsed.error);
}

/** The inputs of a batch of up to `max`, or HubSpot's error. */
export async function batchInputs<T>(c: Context, input: z.ZodType<T>, max: number): Promise<readonly T[] | Response> {
  const body = await jsonBody(c, z.object({ inputs: z.array(input) }));
  if (body instanceof Response) return body;
  if (body.inputs.length > max) {
    return validationError(`The maximum number of inputs supported in a batch request is ${max}.`);
  }
  return body.inputs;
}

function wrongShape(body: unknown, error: z.ZodError): Response {
  const isObject = typeof body === 'object' && body !== null;
  const unset = error.issues
    .filter(({ path: [field, ...below] }) => isObject && field !== undefined && below.length === 0 && !(field in body))
    .map(({ path }) => String(path[0]));
  if (unset.length === 0) return invalidJson();
  const fields = unset.join(', ');
  return failure(400, {
    message: `Invalid input JSON on line 1, column 2. Some required fields were not set: [${fields}]`,
  });
}
