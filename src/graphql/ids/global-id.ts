import { CRM_OBJECTS, type RecordTypename } from '../../crm/objects.ts';
import { GatewayError } from '../../errors.ts';

/** Types whose global ids have the number of a portal and an id in it, such as `Contact:1234567:101`. */
export type PortalTypename = RecordTypename | 'Owner';

const PORTAL_TYPENAMES = [...CRM_OBJECTS.map(({ typename }) => typename), 'Owner'];
const GLOBAL_RECORD_ID = new RegExp(`^(${PORTAL_TYPENAMES.join('|')}):([1-9]\\d{0,15}):([1-9]\\d{0,19})$`);
const RECORD_ID = /^[1-9]\d{0,19}$/;

/** The description of an argument or input field that takes the id of a record. */
export function eitherId(typename: PortalTypename = 'Contact'): string {
  return `HubSpot's own id, such as \`101\`, or a global id, such as \`${typename}:1234567:101\`.`;
}

export function recordGlobalId(typename: PortalTypename, hubId: number, recordId: string): string {
  return `${typename}:${hubId}:${recordId}`;
}

export interface RecordReference {
  readonly typename: PortalTypename;
  readonly hubId: string;
  readonly recordId: string;
}

/** `undefined` when `id` is not the global id of a record or an owner. */
export function parseRecordGlobalId(id: string): RecordReference | undefined {
  const [, typename, hubId, recordId] = GLOBAL_RECORD_ID.exec(id) ?? [];
  if (typename === undefined || hubId === undefined || recordId === undefined) return undefined;
  // The pattern matches only these typenames.
  return { typename: typename as PortalTypename, hubId, recordId };
}

/**
 * HubSpot's id of a record in the portal `hubId`, from HubSpot's id or a global id. `undefined` for a global id of
 * another
 * portal or type, which fields treat like the id of a missing record.
 * @throws GatewayError BAD_USER_INPUT
 */
export function recordIdIn(typename: PortalTypename, hubId: number, id: string, argument = 'id'): string | undefined {
  if (RECORD_ID.test(id)) return id;
  const reference = parseRecordGlobalId(id);
  if (!reference) throw malformed(argument);
  return reference.typename === typename && reference.hubId === String(hubId) ? reference.recordId : undefined;
}

/**
 * The portal's number in a global id; `undefined` when `id` is HubSpot's id of a record.
 * @throws GatewayError BAD_USER_INPUT when `id` is neither
 */
export function portalIn(id: string, argument: string): string | undefined {
  if (RECORD_ID.test(id)) return undefined;
  const reference = parseRecordGlobalId(id);
  if (!reference) throw malformed(argument);
  return reference.hubId;
}

function malformed(argument: string): GatewayError {
  return new GatewayError('BAD_USER_INPUT', 'An id must be a HubSpot record id or a global id.', { argument });
}

/** The typename of an object that `node(id)` returns. */
export function nodeTypename(node: unknown): PortalTypename | 'Pipeline' | 'PipelineStage' | 'Installation' {
  const typename: unknown = typeof node === 'object' && node !== null ? Reflect.get(node, 'typename') : undefined;
  if (typename === 'Pipeline' || typename === 'PipelineStage') return typename;
  const objectType: unknown = typeof node === 'object' && node !== null ? Reflect.get(node, 'objectType') : undefined;
  if (objectType === 'owners') return 'Owner';
  return CRM_OBJECTS.find((type) => type.objectType === objectType)?.typename ?? 'Installation';
}
