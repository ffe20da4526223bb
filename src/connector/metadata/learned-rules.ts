import type { ObjectType } from '../../crm/objects.ts';
import type { PropertyValues } from '../../hubspot/crm/record-writes.ts';
import type { InvalidValue } from '../../hubspot/problems.ts';
import type { Clock } from '../../lib/time/clock.ts';

/** The rules of a property, as refused writes have told them. */
export interface LearnedRule {
  /** The create form requires a value. */
  readonly requiredOnCreate: boolean;
  /** The values that make the property required, by the property that has them. */
  readonly requiredWhen: ReadonlyMap<string, ReadonlySet<string>>;
}

interface Entry {
  readonly requiredOnCreate: boolean;
  readonly requiredWhen: ReadonlyMap<string, ReadonlySet<string>>;
  /** The last refusal, on the monotonic clock. */
  readonly at: number;
}

/** An admin can have changed an older rule. Other metadata is served for as long. */
const LIFE_MS = 30 * 60 * 1000;
/** More properties of one object type, and more values of one condition, are not kept. */
const MAX_PROPERTIES = 200;
const MAX_VALUES = 100;

/** Whether values of a property may be shown to all viewers of the portal: it has a list of options. */
export type HasOptions = (property: string) => boolean;

/**
 * The rules about required properties of one portal. HubSpot has no call that lists them, and tells a rule only when it
 * refuses a write. https://developers.hubspot.com/changelog/crm-api-write-validation-enforcement
 */
export class LearnedRules {
  readonly #clock: Clock;
  readonly #rules = new Map<ObjectType, Map<string, Entry>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Learns from a problem of a write of `values`. */
  learn(
    objectType: ObjectType,
    { property, requiredBy }: InvalidValue,
    values: PropertyValues,
    hasOptions: HasOptions,
  ): void {
    if (property === undefined || requiredBy === undefined) return;
    const rules = this.#live(objectType);
    const known = rules.get(property);
    if (!known && rules.size >= MAX_PROPERTIES) return;
    const at = this.#clock.monotonic();
    const { requiredOnCreate = false, requiredWhen = new Map() } = known ?? {};
    if (requiredBy.kind === 'createForm') {
      rules.set(property, { requiredOnCreate: true, requiredWhen, at });
      return;
    }
    const { decidingProperty: deciding } = requiredBy;
    const value = deciding === undefined || !Object.hasOwn(values, deciding) ? '' : values[deciding];
    if (deciding === undefined || !value || !hasOptions(deciding)) return;
    const before: ReadonlySet<string> = requiredWhen.get(deciding) ?? new Set();
    const after = before.size < MAX_VALUES ? new Set([...before, value]) : before;
    rules.set(property, { requiredOnCreate, requiredWhen: new Map([...requiredWhen, [deciding, after]]), at });
  }

  /** The rules of an object type, by property. */
  of(objectType: ObjectType): ReadonlyMap<string, LearnedRule> {
    return this.#live(objectType);
  }

  #live(objectType: ObjectType): Map<string, Entry> {
    const rules = this.#rules.get(objectType) ?? new Map<string, Entry>();
    this.#rules.set(objectType, rules);
    const oldest = this.#clock.monotonic() - LIFE_MS;
    for (const [property, { at }] of rules) if (at <= oldest) rules.delete(property);
    return rules;
  }
}
