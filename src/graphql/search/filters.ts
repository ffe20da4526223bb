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
import type { Property, PropertyKind, PropertyType } from '../../crm/property.ts';
import { GatewayError } from '../../errors.ts';
import { pipelineReference } from '../ids/pipeline-ids.ts';
import type { Operand, RecordFilter, Tests } from '../types/filter.ts';
import { parseDateTime } from '../values/date-time.ts';
import { toPlainDecimal } from '../values/plain-decimal.ts';
import { decimal } from '../values/scalars.ts';

/** Parts of a filter, and levels of them: more than HubSpot takes however they are put together. */
const MAX_PARTS = 200;
const MAX_DEPTH = 10;
const PROPERTY_NAME = /^[a-z0-9_]{1,100}$/;

/** What the names and ids in a filter mean. */
export interface FilterTerms {
  readonly fields: ArgumentFields;
  /** The type of a property that a `PropertyFilter` names. */
  readonly typeOf: (property: string) => PropertyType;
  /**
   * HubSpot's id of what an id names; `undefined` when it is of another portal or type.
   * @throws GatewayError BAD_USER_INPUT when it is none
   */
  readonly idOf: (objectType: ObjectType | 'owners', id: string) => string | undefined;
  /** Whether a global id with this number is of the portal that is searched. */
  readonly isOfPortal: (hubId: string) => boolean;
}

/** @throws GatewayError BAD_USER_INPUT for what no search can mean */
export function filterCondition(filter: RecordFilter, terms: FilterTerms): Condition {
  return new FilterReader(terms).read(filter);
}

/**
 * The properties that the `PropertyFilter`s of a filter name.
 * @throws GatewayError BAD_USER_INPUT for a name that no property can have
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
    const all = Object.entries(this.#terms.fields).flatMap(([field, searched]) => {
      const tests: Tests | null | undefined = Reflect.get(part, field);
      return tests ? this.#conditions(field, searched, tests) : [];
    });
    for (const { name, ...tests } of property ?? []) {
      if (!PROPERTY_NAME.test(name)) throw refused('HubSpot names properties with a-z, 0-9 and _.');
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

  /** `field` stands in the schema, or is spelt as a property is: fit for a message. */
  #conditions(field: string, { name: property, kind, pipeline }: Searched, tests: Tests): readonly Condition[] {
    const { exists, between: range, in: listed, notIn: excluded, ...single } = tests;
    const read = (operator: string, value: Operand) => this.#text(`${field}.${operator}`, kind, value);
    const conditions: Condition[] = [];
    for (const [operator, operand] of Object.entries(tests)) {
      // What a frontend left null by mistake must not find more than was meant.
      if (operand === null) throw refused(`${field}.${operator} is null: leave it out, or use exists.`);
    }
    if (pipeline !== undefined) {
      const { eq: _eq, neq: _neq, ...others } = single;
      const rest = { ...others, ...(typeof exists === 'boolean' && { exists }) };
      const stages = this.#stages(field, [property, pipeline], tests);
      return [...stages, ...this.#conditions(field, { name: property, kind }, rest)];
    }
    for (const [operator, value] of Object.entries(single)) {
      const name = operator as keyof typeof single; // GraphQL hands over no others.
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

  /** A global id means the stage of one pipeline: another may have a stage of the same id. */
  #stages(field: string, [property, pipeline]: readonly [string, string], tests: Tests): readonly Condition[] {
    const { eq, neq, in: listed, notIn: excluded } = tests;
    const conditions: Condition[] = [];
    const wanted = [
      ...(eq == null ? [] : [{ operator: 'eq', ids: [eq] }]),
      ...(listed ? [{ operator: 'in', ids: listed }] : []),
    ];
    for (const { operator, ids } of wanted) {
      const stages = this.#byPipeline(`${field}.${operator}`, ids);
      const alternatives = stages.map(({ pipelineId, stageIds }): Condition => {
        const stage = oneOf(property, 'stage', stageIds);
        return pipelineId === undefined ? stage : { all: [stage, compared(pipeline, 'eq', pipelineId)] };
      });
      conditions.push({ any: alternatives });
    }
    const unwanted = [
      ...(neq == null ? [] : [{ operator: 'neq', ids: [neq] }]),
      ...(excluded ? [{ operator: 'notIn', ids: excluded }] : []),
    ];
    for (const { operator, ids } of unwanted) {
      for (const { pipelineId, stageIds } of this.#byPipeline(`${field}.${operator}`, ids)) {
        const stage = noneOf(property, 'stage', stageIds);
        conditions.push(pipelineId === undefined ? stage : { any: [stage, compared(pipeline, 'neq', pipelineId)] });
      }
    }
    return conditions;
  }

  /** HubSpot's own ids of stages by the pipeline that a global id names; those that are HubSpot's own are of none. */
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

  /** HubSpot's own id of a pipeline; `undefined` for one of another portal. */
  #pipelineId(id: string): string | undefined {
    const reference = pipelineReference('pipeline', id, 'filter');
    if (!reference) return id;
    return this.#terms.isOfPortal(reference.hubId) ? reference.pipelineId : undefined;
  }

  /** The value as HubSpot takes it. */
  #text(name: string, kind: PropertyKind, value: Operand): string {
    if (value instanceof Date) return String(value.getTime());
    if (value.trim() === '') throw refused(`${name} is empty: leave it out, or use exists.`);
    switch (kind) {
      case 'number':
        return found(numberText(value), `${name} is no number.`);
      case 'date':
      case 'datetime':
        return found(parseDateTime(value)?.getTime().toString(), `${name} is no date or time.`);
      case 'owner':
        return found(this.#terms.idOf('owners', value), `${name} is no owner of this portal.`);
      case 'pipeline':
        return found(this.#pipelineId(value), `${name} is no pipeline of this portal.`);
      default:
        return value;
    }
  }
}

/** What is asked about; of a stage that may be named by a global id, with the property of its pipeline. */
type Searched = Pick<Property, 'name'> & { readonly kind: PropertyKind; readonly pipeline?: string | undefined };

/** HubSpot's numbers are digits and one point. */
function numberText(value: string): string | undefined {
  const number = decimal(value);
  return number === undefined ? undefined : toPlainDecimal(number);
}

function found(value: string | undefined, message: string): string {
  if (value === undefined) throw refused(message);
  return value;
}

function refused(message: string): GatewayError {
  return new GatewayError('BAD_USER_INPUT', message, { argument: 'filter' });
}
