import { OBJECT_TYPES, type ObjectTypeName, objectType } from '../object-types.ts';
import type { AssociationMeaning } from '../objects/define.ts';

/** One meaning that a connection can have, as seen from one of its ends. */
export interface AssociationType {
  readonly category: 'HUBSPOT_DEFINED' | 'USER_DEFINED';
  readonly typeId: number;
  readonly from: ObjectTypeName;
  readonly to: ObjectTypeName;
  /** What the record at the other end is; `null` of the plain connection. */
  label: string | null;
}

/** How requests name a type. */
export interface AssociationSpec {
  readonly associationCategory: string;
  readonly associationTypeId: number;
}

type Row = readonly [from: ObjectTypeName, to: ObjectTypeName, ...AssociationMeaning];

const HUBSPOT_DEFINED = OBJECT_TYPES.flatMap(({ name, associations }) =>
  associations.map(([to, ...meaning]): Row => {
    const other = objectType(to);
    if (!other) throw new TypeError(`${name} are associated with ${to}, which no portal has`);
    return [name, other.name, ...meaning];
  }),
);

/** Portals count their labels; where they start is of no meaning. */
const FIRST_USER_DEFINED_ID = 28;

/** The association types of one portal: HubSpot's, and the labels of its own. */
export class AssociationTypes {
  readonly #types: AssociationType[] = [];
  /** Types that are their own inverse are not in it. */
  readonly #inverses = new Map<AssociationType, AssociationType>();
  #nextId = FIRST_USER_DEFINED_ID;

  constructor() {
    for (const row of HUBSPOT_DEFINED) this.#add('HUBSPOT_DEFINED', row);
  }

  /** HubSpot's first. */
  between(from: ObjectTypeName, to: ObjectTypeName): readonly AssociationType[] {
    return this.#types.filter((type) => type.from === from && type.to === to);
  }

  /** The plain connection, which every pair of types has. */
  unlabelled(from: ObjectTypeName, to: ObjectTypeName): AssociationType {
    const type = this.between(from, to).find(({ label }) => label === null);
    if (!type) throw new TypeError(`${from} and ${to} have no plain association type`);
    return type;
  }

  /** Whatever its ends. */
  find({ associationCategory, associationTypeId }: AssociationSpec): AssociationType | undefined {
    return this.#types.find(({ category, typeId }) => category === associationCategory && typeId === associationTypeId);
  }

  /** The same meaning as seen from the other end. */
  inverse(type: AssociationType): AssociationType {
    return this.#inverses.get(type) ?? type;
  }

  /** Adds a label and its counterpart; one type alone for what two records of a kind are to each other. */
  define(from: ObjectTypeName, to: ObjectTypeName, label: string, inverseLabel = label): readonly AssociationType[] {
    const typeId = this.#nextId++;
    const inverseTypeId = from === to && label === inverseLabel ? typeId : this.#nextId++;
    return this.#add('USER_DEFINED', [from, to, label, typeId, inverseTypeId, inverseLabel]);
  }

  /** A counterpart that has the same label is renamed with it. */
  rename(type: AssociationType, label: string, inverseLabel?: string): void {
    const inverse = this.inverse(type);
    inverse.label = inverseLabel ?? (inverse.label === type.label ? label : inverse.label);
    type.label = label;
  }

  remove(type: AssociationType): void {
    for (const gone of [type, this.inverse(type)]) {
      const index = this.#types.indexOf(gone);
      if (index >= 0) this.#types.splice(index, 1);
      this.#inverses.delete(gone);
    }
  }

  #add(category: AssociationType['category'], row: Row): readonly AssociationType[] {
    const [from, to, label, typeId, inverseTypeId, inverseLabel = label] = row;
    const type = { category, typeId, from, to, label };
    this.#types.push(type);
    if (inverseTypeId === typeId) return [type];
    const inverse = { category, typeId: inverseTypeId, from: to, to: from, label: inverseLabel };
    this.#types.push(inverse);
    this.#inverses.set(type, inverse).set(inverse, type);
    return [type, inverse];
  }
}

/** Whether a type makes the company at its one end the main one of the record at the other. */
export function isPrimary({ category, label }: AssociationType): boolean {
  return category === 'HUBSPOT_DEFINED' && label === 'Primary';
}

/** A type as answers show it. */
export function presentType({ category, typeId, label }: AssociationType) {
  return { category, typeId, label };
}
