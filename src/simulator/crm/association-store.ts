import { type AssociationType, AssociationTypes, isPrimary } from './association-types.ts';
import type { ObjectTypeName } from './object-types.ts';

/** One end of a connection. */
export interface RecordRef {
  readonly type: ObjectTypeName;
  readonly id: string;
}

/** A record at the other end, and all that it is to this one. */
export type Neighbour = readonly [id: string, types: readonly AssociationType[]];

/** Hears of two records that are connected or parted. */
export type ConnectionListener = (from: RecordRef, to: RecordRef, connected: boolean) => void;

/** Who is connected with whom in one portal. Every connection is seen from both ends. */
export class AssociationStore {
  readonly types = new AssociationTypes();
  readonly #neighbours = new Map<string, Map<string, Set<AssociationType>>>();
  readonly #listeners: ConnectionListener[] = [];

  onChange(listener: ConnectionListener): void {
    this.#listeners.push(listener);
  }

  /** In the order of their ids. */
  neighbours(from: RecordRef, to: ObjectTypeName): readonly Neighbour[] {
    const known = this.types.between(from.type, to);
    return [...(this.#neighbours.get(key(from, to)) ?? [])]
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([id, types]) => [id, known.filter((type) => types.has(type))]);
  }

  /** What `to` is to `from`; empty when they are not connected. */
  between(from: RecordRef, to: RecordRef): readonly AssociationType[] {
    const types = this.#neighbours.get(key(from, to.type))?.get(to.id);
    return types ? this.types.between(from.type, to.type).filter((type) => types.has(type)) : [];
  }

  /** Connects two records plainly; labels that they have stay. */
  connect(from: RecordRef, to: RecordRef): void {
    const plain = this.types.unlabelled(from.type, to.type);
    this.#set(from, to, [...this.between(from, to), plain]);
  }

  /**
   * Connects two records with these labels instead of the ones they have. They are plainly connected besides, and a
   * primary company takes the place of another one.
   */
  label(from: RecordRef, to: RecordRef, labels: readonly AssociationType[]): void {
    const primary = labels.find(isPrimary);
    if (primary) this.#demoteOthers(from.type === 'companies' ? to : from);
    this.#set(from, to, [...labels, this.types.unlabelled(from.type, to.type)]);
  }

  disconnect(from: RecordRef, to: RecordRef): void {
    if (!this.#neighbours.get(key(from, to.type))?.delete(to.id)) return;
    this.#neighbours.get(key(to, from.type))?.delete(from.id);
    for (const listener of this.#listeners) listener(from, to, false);
  }

  /** Takes labels away. The plain connection takes all others with it. */
  unlabel(from: RecordRef, to: RecordRef, labels: readonly AssociationType[]): void {
    const rest = this.between(from, to).filter((type) => !labels.includes(type));
    if (rest.some(({ label }) => label === null)) this.#set(from, to, rest);
    else this.disconnect(from, to);
  }

  uses(type: AssociationType): boolean {
    return this.#neighbours.values().some((all) => all.values().some((types) => types.has(type)));
  }

  /** Gives the connections of a record to another one, besides its own. Its own primary company stays the primary one. */
  move(from: RecordRef, to: RecordRef, types: readonly ObjectTypeName[]): void {
    for (const type of types) {
      const hasPrimary = this.neighbours(to, type).some(([, own]) => own.some(isPrimary));
      for (const [id, labels] of this.neighbours(from, type)) {
        const neighbour = { type, id };
        this.disconnect(from, neighbour);
        if (type === to.type && id === to.id) continue;
        const kept = type === 'companies' && hasPrimary ? labels.filter((label) => !isPrimary(label)) : labels;
        this.#set(to, neighbour, [...this.between(to, neighbour), ...kept]);
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
    const neighbours = this.#neighbours.get(key(from, to.type)) ?? new Map<string, Set<AssociationType>>();
    this.#neighbours.set(key(from, to.type), neighbours.set(to.id, new Set(types)));
  }

  #demoteOthers(record: RecordRef): void {
    for (const [id, types] of this.neighbours(record, 'companies')) {
      const rest = types.filter((type) => !isPrimary(type));
      if (rest.length < types.length) this.#set(record, { type: 'companies', id }, rest);
    }
  }
}

function key({ type, id }: RecordRef, to: ObjectTypeName): string {
  return `${type}/${id}>${to}`;
}
