import { z } from 'zod';
import { NULL_CLEARS } from '../../assumptions.ts';
import { associationSpecs } from '../associations/association-checks.ts';
import { id } from '../json-body.ts';

/** Numbers and booleans can be JSON values or text. They become text. */
const properties = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
  .transform((values) => Object.fromEntries(Object.entries(values).flatMap(([name, value]) => asText(name, value))));

/** The types of an entry decide the type of its record. */
const association = z.object({ to: z.object({ id }), types: associationSpecs.min(1) });

const traced = { objectWriteTraceId: z.string().optional() };

export const createInput = z.object({ properties, associations: z.array(association).nullish(), ...traced });
export const updateInput = z.object({ properties });
export const updateBatchInput = z.object({ id, idProperty: z.string().optional(), properties, ...traced });
export const archiveInput = z.object({ id });
export const mergeInput = z.object({ primaryObjectId: id, objectIdToMerge: id });
export const privacyInput = z.object({ objectId: id, idProperty: z.string().optional() });

export type CreateInput = z.infer<typeof createInput>;
export type UpdateBatchInput = z.infer<typeof updateBatchInput>;

function asText(name: string, value: string | number | boolean | null): [string, string][] {
  if (value === null) return NULL_CLEARS ? [[name, '']] : [];
  return [[name, String(value)]];
}
