import {
  associatedWith,
  between,
  type Condition,
  compared,
  NEVER,
  noneOf,
  oneOf,
  present,
} from '../../connector/search/condition.ts';
import type { ArgumentFields } from '../../crm/define-object.ts';
import type { ObjectType } from '../../crm/objects.ts';
import { isPropertyName, type Property, type PropertyKind, type PropertyType } from '../../crm/property.ts';
import { GatewayError } from '../../errors.ts';
import { pipelineReference } from '../ids/pipeline-ids.ts';
import type { Operand, RecordFilter, Tests } from '../types/filter.ts';
import { parseDateTime } from '../values/date-time.ts';
import { toPlainDecimal } from '../values/plain-decimal.ts';
import { decimal } from '../values/scalars.ts';

/** Limits of a filter's parts and levels. HubSpot accepts fewer conditions, however they are combined. */
const MAX_PARTS = 200;
const MAX_DEPTH = 10;

/** Resolves the names and ids in a filter. */
export interface FilterTerms {
  readonly fields: ArgumentFields;
  /** The type of a property in a `PropertyFilter`. */
  readonly typeOf: (property: string) => PropertyType;
  /**
   * HubSpot's id of a record or an owner; `undefined` for a global id of another portal or type.
   * @throws GatewayError BAD_USER_INPUT when `id` is neither HubSpot's id nor a global id
   */
  readonly idOf: (objectType: ObjectType | 'owners', id: string) => string | undefined;
  /** Whether this is the number of the searched portal. */
  readonly isOfPortal: (hubId: string) => boolean;
}

/** @throws GatewayError BAD_USER_INPUT for an invalid filter */
export function filterCondition(filter: RecordFilter, terms: FilterTerms): Condition {
  return new FilterReader(terms).read(filter);
}

/**
 * The names of the properties in a filter's `PropertyFilter`s.
 * @throws GatewayError BAD_USER_INPUT for an invalid name
 */
export function namedProperties(filter: RecordFilter): readonly string[] {
  const names = new Set<string>();
  const typeOf = (property: string) => {
    names.add(property);
    return 'enumeration' as const;
  };
  filterCondition(filter, { fields: {}, typeOf, idOf: (_type, id) => id, isOfPortal: () => true });
  return [...names];
}

class FilterReader {
  readonly #terms: FilterTerms;
  #parts = 0;

  constructor(terms: FilterTerms) {
    this.#terms = terms;
  }

  read(part: RecordFilter, depth = 0): Condition {
    const { and, or, property, associatedWith: associated } = part;
    this.#parts += 1 + (property?.length ?? 0);
    if (this.#parts > MAX_PARTS || depth > MAX_DEPTH) throw refused('The filter has too many parts.');
    const all = Object.entries(this.#terms.fields).flatMap(([field, property]) => {
      const tests: Tests | null | undefined = Reflect.get(part, field);
      return tests ? this.#conditions(field, property, tests) : [];
    });
    for (const { name, ...tests } of property ?? []) {
      if (!isPropertyName(name)) throw refused('HubSpot names properties with a-z, 0-9 and _.');
      all.push(...this.#conditions(name, { name, kind: this.#terms.typeOf(name) }, tests));
    }
    if (associated) {
      const id = this.#terms.idOf(associated.objectType, associated.id);
      all.push(id === undefined ? NEVER : associatedWith(associated.objectType, id));
    }
    for (const each of and ?? []) all.push(this.read(each, depth + 1));
    if (or) all.push({ any: or.map((each) => this.read(each, depth + 1)) });
    return { all };
  }

  /** `field` is a field of the schema, or has the syntax of a property name, so an error message can show it. */
  #conditions(field: string, { name: property, kind, pipeline }: FilteredProperty, tests: Tests): readonly Condition[] {
    const { exists, between: range, in: listed, notIn: excluded, ...single } = tests;
    const read = (operator: string, value: Operand) => this.#text(`${field}.${operator}`, kind, value);
    const conditions: Condition[] = [];
    for (const [operator, operand] of Object.entries(tests)) {
      // Null is refused, because ignoring a test that is null by mistake would return too many records.
      if (operand === null) throw refused(`${field}.${operator} is null: leave it out, or use exists.`);
    }
    if (pipeline !== undefined) {
      const { eq: _eq, neq: _neq, ...comparisons } = single;
      const rest = { ...comparisons, ...(typeof exists === 'boolean' && { exists }) };
      const stages = this.#stages(field, [property, pipeline], tests);
      return [...stages, ...this.#conditions(field, { name: property, kind }, rest)];
    }
    for (const [operator, value] of Object.entries(single)) {
      const name = operator as keyof typeof single; // GraphQL accepts no other fields.
      if (value != null) conditions.push(compared(property, name, read(name, value)));
    }
    if (range) {
      const [low, high, ...more] = range.map((value) => read('between', value));
      if (low === undefined || high === undefined || more.length > 0) throw refused(`${field}.between has two values.`);
      conditions.push(between(property, low, high));
    }
    const texts = (operator: string, values: readonly string[]) => values.map((value) => read(operator, value));
    if (listed) conditions.push(oneOf(property, kind, texts('in', listed)));
    if (excluded) conditions.push(noneOf(property, kind, texts('notIn', excluded)));
    if (typeof exists === 'boolean') conditions.push(present(property, exists));
    return conditions;
  }

  /** A global id selects a stage in one pipeline, because another pipeline can have a stage with the same id. */
  #stages(field: string, [property, pipeline]: readonly [string, string], tests: Tests): readonly Condition[] {
    const { eq, neq, in: listed, notIn: excluded } = tests;
    const conditions: Condition[] = [];
    const included = [
      ...(eq == null ? [] : [{ operator: 'eq', ids: [eq] }]),
      ...(listed ? [{ operator: 'in', ids: listed }] : []),
    ];
    for (const { operator, ids } of included) {
      const stages = this.#byPipeline(`${field}.${operator}`, ids);
      const alternatives = stages.map(({ pipelineId, stageIds }): Condition => {
        const stage = oneOf(property, 'stage', stageIds);
        return pipelineId === undefined ? stage : { all: [stage, compared(pipeline, 'eq', pipelineId)] };
      });
      conditions.push({ any: alternatives });
    }
    const excludedIds = [
      ...(neq == null ? [] : [{ operator: 'neq', ids: [neq] }]),
      ...(excluded ? [{ operator: 'notIn', ids: excluded }] : []),
    ];
    for (const { operator, ids } of excludedIds) {
      for (const { pipelineId, stageIds } of this.#byPipeline(`${field}.${operator}`, ids)) {
        const stage = noneOf(property, 'stage', stageIds);
        conditions.push(pipelineId === undefined ? stage : { any: [stage, compared(pipeline, 'neq', pipelineId)] });
      }
    }
    return conditions;
  }

  /** HubSpot's stage ids, grouped by the pipeline of their global ids. Ids that are not global have no pipeline. */
  #byPipeline(name: string, ids: readonly Operand[]) {
    const stages = new Map<string | undefined, string[]>();
    for (const id of ids) {
      const text = this.#text(name, 'stage', id);
      const reference = pipelineReference('stage', text, 'filter');
      if (reference && !this.#terms.isOfPortal(reference.hubId)) throw refused(`${name} is no stage of this portal.`);
      const known = stages.get(reference?.pipelineId) ?? [];
      known.push(reference?.stageId ?? text);
      stages.set(reference?.pipelineId, known);
    }
    return [...stages].map(([pipelineId, stageIds]) => ({ pipelineId, stageIds }));
  }

  /** HubSpot's id of a pipeline; `undefined` for a global id of another portal. */
  #pipelineId(id: string): string | undefined {
    const reference = pipelineReference('pipeline', id, 'filter');
    if (!reference) return id;
    return this.#terms.isOfPortal(reference.hubId) ? reference.pipelineId : undefined;
  }

  /** The value in HubSpot's format. */
  #text(name: string, kind: PropertyKind, value: Operand): string {
    if (value instanceof Date) return String(value.getTime());
    if (value.trim() === '') throw refused(`${name} is empty: leave it out, or use exists.`);
    switch (kind) {
      case 'number':
        return required(numberText(value), `${name} is no number.`);
      case 'date':
      case 'datetime':
        return required(parseDateTime(value)?.getTime().toString(), `${name} is no date or time.`);
      case 'owner':
        return required(this.#terms.idOf('owners', value), `${name} is no owner of this portal.`);
      case 'pipeline':
        return required(this.#pipelineId(value), `${name} is no pipeline of this portal.`);
      default:
        return value;
    }
  }
}

/** A property with conditions. For a stage that can have a global id, `pipeline` is the property of its pipeline. */
type FilteredProperty = Pick<Property, 'name'> & {
  readonly kind: PropertyKind;
  readonly pipeline?: string | undefined;
};

/** HubSpot accepts numbers without exponent. */
function numberText(value: string): string | undefined {
  const number = decimal(value);
  return number === undefined ? undefined : toPlainDecimal(number);
}

function required(value: string | undefined, message: string): string {
  if (value === undefined) throw refused(message);
  return value;
}

function refused(message: string): GatewayError {
  return new GatewayError('BAD_USER_INPUT', message, { argument: 'filter' });
}
