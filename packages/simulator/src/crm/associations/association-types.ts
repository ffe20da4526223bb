import { OBJECT_TYPES, type ObjectTypeName, objectType } from '../object-types.ts';
import type { AssociationMeaning } from '../objects/define.ts';

/** An association type in one direction. */
export interface AssociationType {
  readonly category: 'HUBSPOT_DEFINED' | 'USER_DEFINED';
  readonly typeId: number;
  readonly from: ObjectTypeName;
  readonly to: ObjectTypeName;
  /** The label of the record at the other end; `null` for the type without a label. */
  label: string | null;
}

/** The id of a type in requests. */
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

/** The first type id of custom labels. The value has no meaning. */
const FIRST_USER_DEFINED_ID = 28;

/** The association types of one portal: HubSpot's types, and custom labels. */
export class AssociationTypes {
  readonly #types: AssociationType[] = [];
  /** Without types that are their own inverse. */
  readonly #inverses = new Map<AssociationType, AssociationType>();
  #nextId = FIRST_USER_DEFINED_ID;

  constructor() {
    for (const row of HUBSPOT_DEFINED) this.#add('HUBSPOT_DEFINED', row);
  }

  /** HubSpot's types first. */
  between(from: ObjectTypeName, to: ObjectTypeName): readonly AssociationType[] {
    return this.#types.filter((type) => type.from === from && type.to === to);
  }

  /** The type without a label, which each pair of object types has. */
  unlabelled(from: ObjectTypeName, to: ObjectTypeName): AssociationType {
    const type = this.between(from, to).find(({ label }) => label === null);
    if (!type) throw new TypeError(`${from} and ${to} have no plain association type`);
    return type;
  }

  /** Finds a type between any object types. */
  find({ associationCategory, associationTypeId }: AssociationSpec): AssociationType | undefined {
    return this.#types.find(({ category, typeId }) => category === associationCategory && typeId === associationTypeId);
  }

  /** The type in the other direction. */
  inverse(type: AssociationType): AssociationType {
    return this.#inverses.get(type) ?? type;
  }

  /** Adds a label and its inverse, or one type for a symmetric label between records of one type. */
  define(from: ObjectTypeName, to: ObjectTypeName, label: string, inverseLabel = label): readonly AssociationType[] {
    const typeId = this.#nextId++;
    const inverseTypeId = from === to && label === inverseLabel ? typeId : this.#nextId++;
    return this.#add('USER_DEFINED', [from, to, label, typeId, inverseTypeId, inverseLabel]);
  }

  /** Renames a label, and its inverse if it has the same label. */
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

/** Whether a type marks the primary company of a record. */
export function isPrimary({ category, label }: AssociationType): boolean {
  return category === 'HUBSPOT_DEFINED' && label === 'Primary';
}

/** An association type in an answer. */
export function presentType({ category, typeId, label }: AssociationType) {
  return { category, typeId, label };
}
