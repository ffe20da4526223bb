import type { ObjectTypeName } from '../object-types.ts';
import { compareIds } from '../records/record-ids.ts';
import { type AssociationType, AssociationTypes, isPrimary } from './association-types.ts';

/** One end of an association. */
export interface RecordRef {
  readonly type: ObjectTypeName;
  readonly id: string;
}

/** The record at the other end, and the types of the association. */
export type Association = readonly [id: string, types: readonly AssociationType[]];

/** Listens to created and removed associations. */
export type ConnectionListener = (from: RecordRef, to: RecordRef, connected: boolean) => void;

type Connection = readonly [id: string, types: ReadonlySet<AssociationType>];

/** The associations of one portal. Each association is stored for both ends. */
export class AssociationStore {
  readonly types = new AssociationTypes();
  readonly #associatedRecords = new Map<string, Map<string, Set<AssociationType>>>();
  /** A cache of the associated records in the order of their ids, by the same key. A change deletes the entry. */
  readonly #ordered = new Map<string, readonly Connection[]>();
  readonly #listeners: ConnectionListener[] = [];

  onChange(listener: ConnectionListener): void {
    this.#listeners.push(listener);
  }

  /** In the order of their ids. */
  associatedRecords(from: RecordRef, to: ObjectTypeName): readonly Association[] {
    const known = this.types.between(from.type, to);
    return this.#inOrder(key(from, to)).map(([id, types]) => [id, known.filter((type) => types.has(type))]);
  }

  /** The types of the association from `from` to `to`; empty without an association. */
  between(from: RecordRef, to: RecordRef): readonly AssociationType[] {
    const types = this.#associatedRecords.get(key(from, to.type))?.get(to.id);
    return types ? this.types.between(from.type, to.type).filter((type) => types.has(type)) : [];
  }

  /** Associates two records without a label. Existing labels remain. */
  connect(from: RecordRef, to: RecordRef): void {
    const plain = this.types.unlabelled(from.type, to.type);
    this.#set(from, to, [...this.between(from, to), plain]);
  }

  /**
   * Associates two records, and replaces their labels. The association also has the type without a label. A new primary
   * company replaces the old one.
   */
  label(from: RecordRef, to: RecordRef, labels: readonly AssociationType[]): void {
    const primary = labels.find(isPrimary);
    if (primary) this.#demoteOthers(from.type === 'companies' ? to : from);
    this.#set(from, to, [...labels, this.types.unlabelled(from.type, to.type)]);
  }

  disconnect(from: RecordRef, to: RecordRef): void {
    if (!this.#associatedRecords.get(key(from, to.type))?.delete(to.id)) return;
    this.#associatedRecords.get(key(to, from.type))?.delete(from.id);
    this.#ordered.delete(key(from, to.type));
    this.#ordered.delete(key(to, from.type));
    for (const listener of this.#listeners) listener(from, to, false);
  }

  /** Removes labels. Removing the type without a label removes the whole association. */
  unlabel(from: RecordRef, to: RecordRef, labels: readonly AssociationType[]): void {
    const rest = this.between(from, to).filter((type) => !labels.includes(type));
    if (rest.some(({ label }) => label === null)) this.#set(from, to, rest);
    else this.disconnect(from, to);
  }

  /** Removes a label and its inverse, also from the associations that have it. */
  removeLabel(type: AssociationType): void {
    const inverse = this.types.inverse(type);
    for (const perRecord of this.#associatedRecords.values()) {
      for (const types of perRecord.values()) {
        types.delete(type);
        types.delete(inverse);
      }
    }
    this.types.remove(type);
  }

  /** Adds the associations of one record to another record, which keeps its own primary company. */
  move(from: RecordRef, to: RecordRef, types: readonly ObjectTypeName[]): void {
    for (const type of types) {
      const hasPrimary = this.associatedRecords(to, type).some(([, own]) => own.some(isPrimary));
      for (const [id, labels] of this.associatedRecords(from, type)) {
        const associated = { type, id };
        this.disconnect(from, associated);
        if (type === to.type && id === to.id) continue;
        const kept = type === 'companies' && hasPrimary ? labels.filter((label) => !isPrimary(label)) : labels;
        this.#set(to, associated, [...this.between(to, associated), ...kept]);
      }
    }
  }

  #set(from: RecordRef, to: RecordRef, types: readonly AssociationType[]): void {
    const isNew = this.between(from, to).length === 0;
    this.#setOneWay(from, to, types);
    this.#setOneWay(
      to,
      from,
      types.map((type) => this.types.inverse(type)),
    );
    if (!isNew) return;
    for (const listener of this.#listeners) listener(from, to, true);
  }

  #setOneWay(from: RecordRef, to: RecordRef, types: readonly AssociationType[]): void {
    const associatedRecords =
      this.#associatedRecords.get(key(from, to.type)) ?? new Map<string, Set<AssociationType>>();
    this.#associatedRecords.set(key(from, to.type), associatedRecords.set(to.id, new Set(types)));
    this.#ordered.delete(key(from, to.type));
  }

  #inOrder(at: string): readonly Connection[] {
    const known = this.#ordered.get(at);
    if (known) return known;
    const ordered = [...(this.#associatedRecords.get(at) ?? [])].sort(([a], [b]) => compareIds(a, b));
    this.#ordered.set(at, ordered);
    return ordered;
  }

  #demoteOthers(record: RecordRef): void {
    for (const [id, types] of this.associatedRecords(record, 'companies')) {
      const rest = types.filter((type) => !isPrimary(type));
      if (rest.length < types.length) this.#set(record, { type: 'companies', id }, rest);
    }
  }
}

function key({ type, id }: RecordRef, to: ObjectTypeName): string {
  return `${type}/${id}>${to}`;
}
