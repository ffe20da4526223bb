import { GatewayError } from '../errors.ts';

/** Types whose global ids name a portal and something in it: `Contact:1234567:101`. */
export type RecordTypename = 'Contact' | 'Deal' | 'Owner';

const GLOBAL_RECORD_ID = /^(Contact|Deal|Owner):([1-9]\d{0,15}):([1-9]\d{0,19})$/;
const RECORD_ID = /^[1-9]\d{0,19}$/;

export function recordGlobalId(typename: RecordTypename, hubId: number, recordId: string): string {
  return `${typename}:${hubId}:${recordId}`;
}

export interface RecordReference {
  readonly typename: RecordTypename;
  readonly hubId: string;
  readonly recordId: string;
}

/** `undefined` for anything that is not a record's global id. */
export function parseRecordGlobalId(id: string): RecordReference | undefined {
  const [, typename, hubId, recordId] = GLOBAL_RECORD_ID.exec(id) ?? [];
  if (typename === undefined || hubId === undefined || recordId === undefined) return undefined;
  // The pattern admits these alone.
  return { typename: typename as RecordTypename, hubId, recordId };
}

/**
 * The record id that `id` stands for in the portal `hubId`: HubSpot's own id or a global id.
 * `undefined` for a global id of another portal or type, which answers as a missing record does.
 * @throws GatewayError BAD_USER_INPUT
 */
export function recordIdIn(typename: RecordTypename, hubId: number, id: string): string | undefined {
  if (RECORD_ID.test(id)) return id;
  const reference = parseRecordGlobalId(id);
  if (!reference) {
    throw new GatewayError('BAD_USER_INPUT', 'id must be a HubSpot record id or a global id.', { argument: 'id' });
  }
  return reference.typename === typename && reference.hubId === String(hubId) ? reference.recordId : undefined;
}

const TYPENAMES: Readonly<Record<string, RecordTypename>> = { contacts: 'Contact', deals: 'Deal', owners: 'Owner' };

/** The type of what `node(id)` found: a record of ours, or an installation. */
export function nodeTypename(node: unknown): RecordTypename | 'Installation' {
  const objectType = typeof node === 'object' && node !== null ? Reflect.get(node, 'objectType') : undefined;
  return TYPENAMES[String(objectType)] ?? 'Installation';
}
