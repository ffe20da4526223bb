import fc from 'fast-check';
import { address, type Entry, NAMES, someOf, stage, type Typename, taken } from './random-values.ts';

export interface Association {
  readonly objectType: 'CONTACT' | 'DEAL' | 'COMPANY';
  readonly id: string;
  readonly label?: string;
}

/** What is wrong with an input for all to see: the gateway asks nobody. */
export type Flaw = 'name' | 'twice' | 'id' | undefined;

interface Written {
  readonly entries: readonly Entry[];
  readonly flaw: Flaw;
}

export type RecordWrite =
  | (Written & { readonly verb: 'create'; readonly type: Typename; readonly associatedRecords: readonly Association[] })
  | (Written & { readonly verb: 'update'; readonly type: Typename; readonly id: string })
  | (Written & { readonly verb: 'upsert'; readonly type: 'Contact'; readonly idValue: string });

export type Write =
  | RecordWrite
  | { readonly verb: 'archive'; readonly type: Typename; readonly id: string }
  | {
      readonly verb: 'associate' | 'dissociate';
      readonly from: string;
      readonly to: string;
      readonly labels: readonly string[];
    };

/** Records that are there, by their type: the last of each type is archived now and then. */
export type Targets = Readonly<Record<Typename, readonly string[]>>;

export const LABELS = ['Decision maker', 'Blocker', 'Champion'] as const;
export const NO_LABEL = 'Nobody';
export const ABSENT = '999';
export const FOREIGN = 'Deal:7654321:1';

const flaw = fc.constantFrom<Flaw>(...new Array<Flaw>(30).fill(undefined), 'name', 'twice', 'id');

/** Writes to these records and to new ones. */
export function randomWrite(targets: Targets): fc.Arbitrary<Write> {
  const type = fc.constantFrom<Typename>('Contact', 'Deal', 'Company');
  const one = (of: Typename) => fc.constantFrom(...targets[of]);
  const email: fc.Arbitrary<Entry | null> = fc.oneof(
    { weight: 5, arbitrary: fc.option<Entry>(address) },
    { weight: 1, arbitrary: taken },
  );
  const associated: fc.Arbitrary<Association> = fc.oneof(
    { weight: 6, arbitrary: one('Company').map((id): Association => ({ objectType: 'COMPANY', id })) },
    {
      weight: 6,
      arbitrary: one('Company').map((id): Association => ({ objectType: 'COMPANY', id: `Company:1234567:${id}` })),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Association>({ objectType: 'DEAL', id: ABSENT }, { objectType: 'DEAL', id: FOREIGN }),
    },
  );
  const labelled = fc
    .tuple(one('Deal'), fc.constantFrom(...LABELS, ...LABELS, ...LABELS, NO_LABEL))
    .map(([id, label]): Association => ({ objectType: 'DEAL', id, label }));
  const associatedRecords = (of: Typename) =>
    fc
      .tuple(fc.array(associated, { maxLength: 2 }), fc.array(labelled, { maxLength: of === 'Contact' ? 2 : 0 }))
      .map((lists) => (of === 'Company' ? [] : lists.flat()));

  const create = type.chain((of) =>
    fc
      .tuple(
        NAMES[of],
        someOf(of),
        associatedRecords(of),
        of === 'Contact' ? email : of === 'Deal' ? stage : fc.constant<Entry | null>(null),
        flaw,
      )
      .map(
        ([name, some, near, more, broken]): Write => ({
          verb: 'create',
          type: of,
          entries: [name, ...some, ...(more ? [more] : [])],
          associatedRecords: near,
          flaw: broken,
        }),
      ),
  );
  const update = type.chain((of) =>
    fc
      .tuple(
        fc.oneof({ weight: 15, arbitrary: one(of) }, fc.constant(ABSENT)),
        NAMES[of],
        someOf(of),
        of === 'Contact' ? email : fc.constant<Entry | null>(null),
        flaw,
      )
      .map(
        ([id, name, some, more, broken]): Write => ({
          verb: 'update',
          type: of,
          id,
          entries: [name, ...some, ...(more ? [more] : [])],
          flaw: broken,
        }),
      ),
  );
  const upsert = fc
    .tuple(fc.constantFrom('Pool1@one.example', 'pool2@one.example', 'POOL3@ONE.EXAMPLE'), someOf('Contact'), flaw)
    .map(
      ([idValue, entries, broken]): Write => ({
        verb: 'upsert',
        type: 'Contact',
        idValue,
        entries,
        flaw: broken === 'id' ? undefined : broken,
      }),
    );
  const archive = type.chain((of) =>
    fc.constantFrom(ABSENT, targets[of].at(-1) ?? '').map((id): Write => ({ verb: 'archive', type: of, id })),
  );
  const connect = fc
    .tuple(
      fc.constantFrom('associate', 'dissociate'),
      fc.constantFrom(ABSENT, ...targets.Contact.slice(0, -1)),
      fc.constantFrom(ABSENT, ...targets.Deal.slice(0, -1)),
      fc.uniqueArray(fc.constantFrom(...LABELS), { maxLength: 2 }),
    )
    .map(([verb, from, to, labels]): Write => ({ verb: verb as 'associate', from, to, labels })); // One of the two.
  return fc.oneof(
    { weight: 4, arbitrary: create },
    { weight: 5, arbitrary: update },
    { weight: 3, arbitrary: upsert },
    { weight: 1, arbitrary: archive },
    { weight: 5, arbitrary: connect },
  );
}

/** The input that says so. */
export function inputOf(write: Write): Readonly<Record<string, unknown>> {
  if (write.verb === 'archive') return { id: write.id };
  if (!('entries' in write)) {
    return {
      from: { objectType: 'CONTACT', id: write.from },
      to: { objectType: 'DEAL', id: write.to },
      labels: write.labels,
    };
  }
  const { entries, flaw: broken } = write;
  const fields = entries.flatMap(({ field, given }) => (field === undefined ? [] : [[field, given] as const]));
  const properties = entries.flatMap(({ field, property, given }) =>
    field === undefined ? [{ name: property, value: given }] : [],
  );
  if (broken === 'name') properties.push({ name: 'No Name', value: 'x' });
  if (broken === 'twice') properties.push({ name: 'zip', value: '1' }, { name: 'zip', value: '1' });
  return {
    ...Object.fromEntries(fields),
    properties,
    ...(write.verb === 'update' && { id: write.id }),
    ...(write.verb === 'upsert' && { idValue: write.idValue }),
    ...(write.verb === 'create' && { associations: write.associatedRecords }),
    ...(broken === 'id' && { ownerId: '1e3' }),
  };
}
