import { crmObject, enumName, type ObjectType } from '../../crm/objects.ts';
import { field } from '../json.ts';
import { listInMessage, type Problem, parseProblems } from '../problems.ts';

/** An input of a batch, as far as it decides whether a refusal concerns it. */
export interface RefusableInput {
  /** The `objectWriteTraceId` that was sent with it. */
  readonly traceId: string;
  /** Values by property. */
  readonly properties: Readonly<Record<string, string>>;
  /** The records that it is associated with. */
  readonly associations?: readonly { readonly toType: ObjectType; readonly toId: string }[];
}

/** Codes that every value of the property has in common. */
const OF_PROPERTY: ReadonlySet<unknown> = new Set(['PROPERTY_DOESNT_EXIST', 'READ_ONLY_VALUE']);

/**
 * The problems in the body of a refused batch that certainly concern this input: they name its trace id, a value or an
 * associated record that it has, or a property that no input may write. Empty when another input can be meant.
 * https://developers.hubspot.com/docs/api-reference/error-handling
 */
export function certainProblems(body: unknown, input: RefusableInput): readonly Problem[] {
  const { traceId, properties, associations = [] } = input;
  const errors = listOf(field(body, 'errors'));
  const traced = errors.filter((error) =>
    listOf(field(field(error, 'context'), 'objectWriteTraceId')).includes(traceId),
  );
  if (traced.length > 0) return parseProblems(400, { errors: traced });
  const references = associations.map(({ toType, toId }) => `${enumName(crmObject(toType))}=${toId}`);
  const absent = listOf(field(field(body, 'context'), 'INVALID_OBJECT_IDS')).filter((entry) =>
    references.includes(String(entry).split(' ', 1)[0] ?? ''),
  );
  if (absent.length > 0) return parseProblems(400, { context: { INVALID_OBJECT_IDS: absent } });
  const concerns = (name: unknown, code: unknown, value: unknown) =>
    typeof name === 'string' &&
    Object.hasOwn(properties, name) &&
    (OF_PROPERTY.has(code) || (typeof value === 'string' && properties[name] === value));
  const listed = listInMessage(String(field(body, 'message'))).filter((fault) =>
    concerns(field(fault, 'name'), field(fault, 'error'), field(fault, 'propertyValue')),
  );
  if (listed.length > 0) return parseProblems(400, { message: JSON.stringify(listed) });
  const named = errors.filter((error) => {
    const [name] = listOf(field(field(error, 'context'), 'propertyName'));
    return concerns(name, field(error, 'code'), undefined);
  });
  return named.length > 0 ? parseProblems(400, { errors: named }) : [];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
