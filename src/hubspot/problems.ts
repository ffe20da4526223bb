import { isPropertyName } from '../crm/property.ts';
import { field } from './json.ts';
import { decidingProperty, requiresValue, valueMessage } from './value-messages.ts';

/** A problem of a write that a user can fix. It never contains unchecked text of HubSpot or data of the portal. */
export type Problem = InvalidValue | TakenValue | AbsentRecord;

export interface InvalidValue {
  readonly kind: 'invalid';
  /** `undefined` when HubSpot names none, or the problem does not concern one property. */
  readonly property: string | undefined;
  /** HubSpot's code, such as `INVALID_EMAIL`. */
  readonly code: string | undefined;
  /** The gateway's sentence for a documented code, or else HubSpot's message if clients may see it. */
  readonly message: string | undefined;
  /** The allowed values of an enumeration. */
  readonly options: readonly string[] | undefined;
  /** The rule of an admin that requires a value. */
  readonly requiredBy: RequirementRule | undefined;
}

/** `createForm`: new records need a value. `condition`: records need one while another property has its value. */
export type RequirementRule =
  | { readonly kind: 'createForm' }
  | { readonly kind: 'condition'; readonly decidingProperty: string | undefined };

/** Another record has the value of a unique property. */
export interface TakenValue {
  readonly kind: 'taken';
  readonly property: string | undefined;
  /** The record with the value. HubSpot reports it only in its message. */
  readonly existingId: string | undefined;
}

export interface AbsentRecord {
  readonly kind: 'absent';
  /** `undefined` for the record in the path of the call. */
  readonly id: string | undefined;
  /** HubSpot's name of the object type, such as `DEAL`. */
  readonly type: string | undefined;
}

/** Problems in one answer of the gateway. */
const MAX_PROBLEMS = 50;

/**
 * Parses the problems in the body of a refusal; none for a status that a user cannot fix. Each field of the body can be
 * missing, and a 400 without any is still a problem.
 * https://developers.hubspot.com/docs/api-reference/error-handling
 */
export function parseProblems(status: number, body: unknown): readonly Problem[] {
  const message = text(field(body, 'message')) ?? '';
  if (status === 404) return [{ kind: 'absent', id: undefined, type: undefined }];
  if (status === 409) return [takenValue(body, message)];
  if (status !== 400) return [];
  if (HOLDER.test(message)) return [takenValue(body, message)];
  const problems = [...absentRecords(body), ...invalidValues(body, message)];
  return problems.length > 0 ? problems.slice(0, MAX_PROBLEMS) : [invalid({ message })];
}

const EXISTING_ID = /Existing ID:\s*(\d{1,20})\b/i;
/**
 * `Cannot set PropertyValueCoordinates{…, propertyName=…, value=…}} on 301. 302 already has that value.`: the write was for
 * 301. The value comes from the user and can contain the same sentence, so the pattern matches the end of the message.
 */
const HOLDER = /^Cannot set PropertyValueCoordinates.*\b(\d{1,20}|one) already has that value\.?\s*$/s;
const COORDINATE = /\bpropertyName=(\w{1,100})\b/;
/** The e-mail address of a contact is unique: https://developers.hubspot.com/docs/guides/api/crm/objects/contacts */
const CONTACT_EXISTS = /^Contact already exists/i;

function takenValue(body: unknown, message: string): TakenValue {
  const existing = HOLDER.exec(message) ?? EXISTING_ID.exec(message);
  const property = propertyName(COORDINATE.exec(message)?.[1]) ?? (CONTACT_EXISTS.test(message) ? 'email' : undefined);
  const existingId = digits(existing?.[1]) ?? digits(items(field(body, 'context'), 'existingId')[0]);
  return { kind: 'taken', property, existingId };
}

/** The absent records of new associations, as in `DEAL=301 is not valid`, which HubSpot repeats for each label. */
function absentRecords(body: unknown): AbsentRecord[] {
  return [...new Set(items(field(body, 'context'), 'INVALID_OBJECT_IDS').map(String))].flatMap((entry) => {
    const [, type, id] = /^([A-Z_]{1,100})=(\d{1,20})\b/.exec(entry) ?? [];
    return id === undefined ? [] : [{ kind: 'absent', id, type }];
  });
}

/**
 * HubSpot lists the same problems twice: structured, and as JSON in its message. Either can be missing. Missing required
 * properties can be listed only by name.
 */
function invalidValues(body: unknown, message: string): InvalidValue[] {
  const reported = [
    ...items(body, 'errors').map((error) =>
      invalid({
        property: items(field(error, 'context'), 'propertyName')[0] ?? field(error, 'in'),
        code: field(error, 'code'),
        message: field(error, 'message'),
      }),
    ),
    ...listInMessage(message).map((fault) =>
      invalid({ property: field(fault, 'name'), code: field(fault, 'error'), message: field(fault, 'message') }),
    ),
    ...items(field(body, 'context'), 'properties').map(required),
  ];
  const named = reported.filter(({ property }) => property !== undefined);
  const perProperty = Map.groupBy(named.length > 0 ? named : reported, ({ property }) => property);
  return [...perProperty].flatMap(([property, faults]) => (property === undefined ? faults : distinct(faults)));
}

function required(reported: unknown): InvalidValue {
  const problem = invalid({ property: reported });
  return { ...problem, message: problem.property === undefined ? undefined : requiresValue(problem.property) };
}

/** Removes duplicates of one property. A problem without a code repeats one that has a code. */
function distinct(faults: readonly InvalidValue[]): readonly InvalidValue[] {
  const coded = faults.filter(({ code }) => code !== undefined);
  const all = coded.length > 0 ? coded : faults.slice(0, 1);
  return [...Map.groupBy(all, ({ code }) => code).values()].flatMap(([first]) => first ?? []);
}

/** The faults in a message such as `Property values were not valid: [{"name": …, "error": …, "message": …}]`. */
export function listInMessage(message: string): readonly unknown[] {
  const start = message.indexOf('[{');
  if (start < 0) return [];
  try {
    const list: unknown = JSON.parse(message.slice(start, message.lastIndexOf(']') + 1));
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

const CODE = /^[A-Z0-9_]{1,100}$/;

function invalid(reported: { property?: unknown; code?: unknown; message?: unknown }): InvalidValue {
  const message = text(reported.message);
  const given = text(reported.code);
  const property = propertyName(text(reported.property) ?? missingProperty(message));
  const code = given !== undefined && CODE.test(given) ? given : undefined;
  const options = message === undefined ? undefined : allowedOptions(message);
  return {
    kind: 'invalid',
    property,
    code,
    message: valueMessage({ property, code, text: options ? undefined : message }),
    options,
    requiredBy: requirementRule(code, message),
  };
}

/** HubSpot uses the code of the create form also for properties that it requires itself, but not the text. */
function requirementRule(code: string | undefined, message = ''): RequirementRule | undefined {
  if (code === 'MISSING_CONDITIONAL_REQUIRED_PROPERTY') {
    return { kind: 'condition', decidingProperty: decidingProperty(message) };
  }
  const isOfCreateForm = code === 'MISSING_REQUIRED_PROPERTY' && missingProperty(message) !== undefined;
  return isOfCreateForm ? { kind: 'createForm' } : undefined;
}

/** HubSpot can name a property that the create form requires only in its message. */
function missingProperty(message = ''): string | undefined {
  return /^A value for (\w{1,100}) must be provided\.?$/.exec(message)?.[1];
}

/** The list follows, and ends the message. The refused value comes before, and may contain the same words. */
const ALLOWED = 'was not one of the allowed options: [';
/** An older format lists the label, the value, the order and more of each option. */
const VALUE = /\bvalue: "((?:[^"\\]|\\.)*)"/g;

function allowedOptions(message: string): readonly string[] | undefined {
  const text = message.trimEnd();
  const start = text.lastIndexOf(ALLOWED);
  const list = start >= 0 && text.endsWith(']') ? text.slice(start + ALLOWED.length, -1) : '';
  if (list === '') return undefined;
  const values = [...list.matchAll(VALUE)].map(([, value = '']) => value.replace(/\\(.)/g, '$1'));
  return values.length > 0 ? values : list.split(', ');
}

function items(value: unknown, name: string): readonly unknown[] {
  const list = field(value, name);
  return Array.isArray(list) ? list : [];
}

function propertyName(name: string | undefined): string | undefined {
  return name !== undefined && isPropertyName(name) ? name : undefined;
}

function digits(value: unknown): string | undefined {
  return /^\d{1,20}$/.test(String(value)) ? String(value) : undefined;
}

/** Messages can quote the input, which the gateway limits to one megabyte. */
const MAX_TEXT = 2_000_000;

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= MAX_TEXT ? value : undefined;
}
