import { type Entry, PROPERTIES, type Typename } from './random-values.ts';
import { ABSENT, FOREIGN, NO_LABEL, type RecordWrite, type Write } from './random-writes.ts';

type Values = Record<string, string | null>;

/** What the portal holds of what was ever written, as the SDK reads it. */
export interface World {
  /** By id; what is archived is not there. */
  readonly records: Record<Typename, Record<string, Values>>;
  /** Labels by `contact>deal`; an empty list is a plain association. */
  readonly pairs: Record<string, readonly string[]>;
  /** Contacts to companies, deals to companies. */
  readonly employers: Record<string, readonly string[]>;
}

/** What a write must come to. */
export interface Verdict {
  /** Of `userErrors`; `undefined` where the field fails altogether. */
  readonly errors: readonly (readonly [typename: string, path: string | null])[] | undefined;
  /** Calls that write. */
  readonly writes: number;
}

const pathOf = (entries: readonly Entry[], entry: Entry) =>
  entry.field === undefined
    ? `input.properties.${entries.filter(({ field }) => field === undefined).indexOf(entry)}`
    : `input.${entry.field}`;

export function judge(write: Write, world: World): Verdict {
  const refused = (writes: number, ...errors: [string, string][]): Verdict => ({ errors, writes });
  if (write.verb === 'archive') return { errors: [], writes: 1 };
  if (!('entries' in write)) {
    // What is not there needs no parting.
    if (write.verb === 'dissociate') return { errors: [], writes: 1 };
    const fromThere = world.records.Contact[write.from] !== undefined;
    // Labels that are there are read before, which tells that nobody is.
    if (!fromThere && write.labels.length > 0) return refused(0, ['NotFoundError', 'input.from.id']);
    const absent = [...(fromThere ? [] : ['input.from.id']), ...(world.records.Deal[write.to] ? [] : ['input.to.id'])];
    if (absent.length > 0) return refused(1, ...absent.map((path): [string, string] => ['NotFoundError', path]));
    const present = world.pairs[`${write.from}>${write.to}`] ?? [];
    const isDone = write.labels.length > 0 && write.labels.every((label) => present.includes(label));
    return { errors: [], writes: isDone ? 0 : 1 };
  }
  const { entries, flaw } = write;
  if (flaw) return { errors: undefined, writes: 0 };
  const near = write.verb === 'create' ? write.associatedRecords : [];
  const foreign = near.flatMap(({ id }, index) => (id === FOREIGN ? [index] : []));
  // Ids of two portals in one input.
  const isOfOurs = [...near.map(({ id }) => id), ...entries.map(({ given }) => given)].some((id) =>
    /^[A-Za-z]+:1234567:/.test(String(id)),
  );
  if (foreign.length > 0 && isOfOurs) return { errors: undefined, writes: 0 };
  if (foreign.length > 0)
    return refused(0, ...foreign.map((index): [string, string] => ['NotFoundError', `input.associations.${index}.id`]));
  const nobody = near.findIndex(({ label }) => label === NO_LABEL);
  if (nobody >= 0) return refused(0, ['ValidationError', `input.associations.${nobody}.label`]);
  if (write.verb === 'update' && !world.records[write.type][write.id]) return refused(1, ['NotFoundError', 'input.id']);
  const bad = (kind: Entry['fault']) => entries.filter(({ fault }) => fault === kind);
  for (const kind of ['ValidationError', 'ConflictError'] as const) {
    const faults = bad(kind).map((entry): [string, string] => [kind, pathOf(entries, entry)]);
    if (faults.length > 0) return refused(1, ...faults);
  }
  const gone = near.findIndex(
    ({ objectType, id }) => id === ABSENT || !world.records[typenameOf(objectType)][id.replace(/^.*:/, '')],
  );
  if (gone >= 0) return refused(1, ['NotFoundError', `input.associations.${gone}.id`]);
  return { errors: [], writes: 1 };
}

const typenameOf = (objectType: string) =>
  ({ CONTACT: 'Contact', DEAL: 'Deal', COMPANY: 'Company' })[objectType] as Typename; // One of them.

/** Does a write that is fine; `id` is the record's that the gateway says was written. Answers whether it is new. */
export function apply(write: Write, world: World, id: string): boolean | undefined {
  if (write.verb === 'archive') {
    delete world.records[write.type][write.id];
    for (const pair of Object.keys(world.pairs)) if (pair.split('>').includes(write.id)) delete world.pairs[pair];
    for (const [from, ids] of Object.entries(world.employers)) {
      if (from.endsWith(` ${write.id}`)) delete world.employers[from];
      else world.employers[from] = ids.filter((company) => company !== write.id);
    }
    return undefined;
  }
  if (!('entries' in write)) {
    const pair = `${write.from}>${write.to}`;
    const present = world.pairs[pair];
    if (write.verb === 'associate') world.pairs[pair] = [...new Set([...(present ?? []), ...write.labels])].sort();
    else if (write.labels.length === 0) delete world.pairs[pair];
    else if (present) world.pairs[pair] = present.filter((label) => !write.labels.includes(label));
    return undefined;
  }
  const isNew = world.records[write.type][id] === undefined;
  const before = world.records[write.type][id] ?? blank(write);
  world.records[write.type][id] = {
    ...before,
    ...Object.fromEntries(write.entries.map(({ property, stored }) => [property, stored])),
  };
  if (isNew && write.type !== 'Company') world.employers[`${write.type} ${id}`] = [];
  if (write.verb !== 'create') return isNew;
  for (const associated of write.associatedRecords) {
    const to = associated.id.replace(/^.*:/, '');
    if (associated.objectType === 'DEAL')
      world.pairs[`${id}>${to}`] = [...new Set([...(world.pairs[`${id}>${to}`] ?? []), associated.label ?? ''])]
        .filter(Boolean)
        .sort();
    else
      world.employers[`${write.type} ${id}`] = [
        ...new Set([...(world.employers[`${write.type} ${id}`] ?? []), to]),
      ].sort();
  }
  return isNew;
}

/** A record before anything is written to it. */
function blank(write: RecordWrite): Values {
  const none = Object.fromEntries(PROPERTIES[write.type].map((name) => [name, null]));
  return write.verb === 'upsert' ? { ...none, email: write.idValue.toLowerCase() } : none;
}
