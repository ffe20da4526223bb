import { isPropertyName } from '../crm/property.ts';
import { field } from './json.ts';
import { requiresValue, valueMessage } from './value-messages.ts';

/** Why HubSpot did not write: what a person can fix. Never a text of HubSpot that is unfit to be shown, nor anything of the portal. */
export type Problem = InvalidValue | TakenValue | AbsentRecord;

export interface InvalidValue {
  readonly kind: 'invalid';
  /** `undefined` when HubSpot names none, or when it is not about one property. */
  readonly property: string | undefined;
  /** HubSpot's own, such as `INVALID_EMAIL`. */
  readonly code: string | undefined;
  /** A sentence of the gateway for a documented code, else HubSpot's own when it is fit to be shown. */
  readonly message: string | undefined;
  /** What an enumeration takes. */
  readonly options: readonly string[] | undefined;
}

/** Another record has a value that only one may have. */
export interface TakenValue {
  readonly kind: 'taken';
  readonly property: string | undefined;
  /** The record that has it, which HubSpot tells in prose alone. */
  readonly existingId: string | undefined;
}

export interface AbsentRecord {
  readonly kind: 'absent';
  /** `undefined` for the record that the call itself names. */
  readonly id: string | undefined;
  /** HubSpot's singular in capitals, such as `DEAL`. */
  readonly type: string | undefined;
}

/** More of them help nobody. */
const MAX_PROBLEMS = 50;

/**
 * What is wrong, by a refusal's body; empty for a status that no person can mend. Every field of the body may be
 * missing: a 400 that says nothing is a problem all the same.
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
 * `Cannot set PropertyValueCoordinates{…, propertyName=…, value=…}} on 301. 302 already has that value.`: 301 was to be
 * written. The value is what a person wrote, and may say the same of another record.
 */
const HOLDER = /^Cannot set PropertyValueCoordinates.*\b(\d{1,20}|one) already has that value\.?\s*$/s;
const COORDINATE = /\bpropertyName=(\w{1,100})\b/;
/** Contacts are told apart by their address: https://developers.hubspot.com/docs/guides/api/crm/objects/contacts */
const CONTACT_EXISTS = /^Contact already exists/i;

function takenValue(body: unknown, message: string): TakenValue {
  const existing = HOLDER.exec(message) ?? EXISTING_ID.exec(message);
  const property = propertyName(COORDINATE.exec(message)?.[1]) ?? (CONTACT_EXISTS.test(message) ? 'email' : undefined);
  const existingId = digits(existing?.[1]) ?? digits(items(field(body, 'context'), 'existingId')[0]);
  return { kind: 'taken', property, existingId };
}

/** Records that were to be associated, as `DEAL=301 is not valid`: once for each of their labels. */
function absentRecords(body: unknown): AbsentRecord[] {
  return [...new Set(items(field(body, 'context'), 'INVALID_OBJECT_IDS').map(String))].flatMap((told) => {
    const [, type, id] = /^([A-Z_]{1,100})=(\d{1,20})\b/.exec(told) ?? [];
    return id === undefined ? [] : [{ kind: 'absent', id, type }];
  });
}

/**
 * HubSpot lists the same twice: structured, and as JSON inside its message. Either may be missing; required properties
 * may be listed by their names alone.
 */
function invalidValues(body: unknown, message: string): InvalidValue[] {
  const told = [
    ...items(body, 'errors').map((error) =>
      invalid({
        property: items(field(error, 'context'), 'propertyName')[0] ?? field(error, 'in'),
        code: field(error, 'code'),
        message: field(error, 'message'),
      }),
    ),
    ...listInProse(message).map((fault) =>
      invalid({ property: field(fault, 'name'), code: field(fault, 'error'), message: field(fault, 'message') }),
    ),
    ...items(field(body, 'context'), 'properties').map(required),
  ];
  const named = told.filter(({ property }) => property !== undefined);
  const perProperty = Map.groupBy(named.length > 0 ? named : told, ({ property }) => property);
  return [...perProperty].flatMap(([property, faults]) => (property === undefined ? faults : distinct(faults)));
}

function required(told: unknown): InvalidValue {
  const problem = invalid({ property: told });
  return { ...problem, message: problem.property === undefined ? undefined : requiresValue(problem.property) };
}

/** The same fault of one property once; one without a code is a lesser account of another. */
function distinct(faults: readonly InvalidValue[]): readonly InvalidValue[] {
  const coded = faults.filter(({ code }) => code !== undefined);
  const all = coded.length > 0 ? coded : faults.slice(0, 1);
  return [...Map.groupBy(all, ({ code }) => code).values()].flatMap(([first]) => first ?? []);
}

/** `Property values were not valid: [{"name": …, "error": …, "message": …}]`. */
function listInProse(message: string): readonly unknown[] {
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

function invalid(told: { property?: unknown; code?: unknown; message?: unknown }): InvalidValue {
  const message = text(told.message);
  const given = text(told.code);
  const property = propertyName(text(told.property) ?? missingProperty(message));
  const code = given !== undefined && CODE.test(given) ? given : undefined;
  const options = message === undefined ? undefined : allowedOptions(message);
  return {
    kind: 'invalid',
    property,
    code,
    message: valueMessage({ property, code, text: options ? undefined : message }),
    options,
  };
}

/** HubSpot can name a property that the create form requires in its text alone. */
function missingProperty(message = ''): string | undefined {
  return /^A value for (\w{1,100}) must be provided\.?$/.exec(message)?.[1];
}

/** The list follows, and ends the message. The refused value comes before, and may contain the same words. */
const ALLOWED = 'was not one of the allowed options: [';
/** An older way to list them: label, value, order and more of each option. */
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

/** No message is longer than what a person wrote, which the gateway takes up to a megabyte of. */
const MAX_TEXT = 2_000_000;

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= MAX_TEXT ? value : undefined;
}
