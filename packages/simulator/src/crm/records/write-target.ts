import type { Context } from 'hono';
import type { Portal } from '../../portal.ts';
import { invalid } from '../../refusal.ts';
import { type ObjectTypeFacts, writeScopes } from '../object-types.ts';
import { type CrmEnv, permittedType } from '../session.ts';

/** The target of a write. */
export interface WriteTarget {
  readonly portal: Portal;
  readonly type: ObjectTypeFacts;
  /** Whether the version in the path applies the admins' rules to writes. */
  readonly strict: boolean;
}

/** The target of a request's write, or HubSpot's error. */
export function writeTarget(c: Context<CrmEnv>): WriteTarget | Response {
  const type = permittedType(c, writeScopes);
  if (type instanceof Response) return type;
  return { portal: c.get('session').portal, type, strict: c.req.param('version') === '2026-09' };
}

/** Throws HubSpot's error for a property whose values are not unique. */
export function requireUnique({ portal, type }: WriteTarget, idProperty: string | undefined): void {
  if (idProperty === undefined || portal.definition(type.name, idProperty)?.hasUniqueValue) return;
  throw nonUnique(type, idProperty);
}

export function nonUnique({ typeId }: ObjectTypeFacts, idProperty: string): Error {
  return invalid(`Unable to perform update/upsert by non-unique ${typeId} property ${idProperty}`);
}
