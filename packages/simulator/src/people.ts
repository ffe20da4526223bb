import type { Owner } from './crm/owners.ts';

/** The records that a right covers: all, those of the person's teams and their own, their own, or none. */
export type Reach = 'all' | 'team' | 'own' | 'none';

/**
 * The rights of a person in a portal. They bind the tokens of user-level apps only.
 * https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/user-level-apps
 */
export interface Rights {
  view: Reach;
  /** Updates, merges and deletions. */
  edit: Reach;
  /** Whether the person may add and remove associations, from version 2026-09 on. */
  editAssociations: boolean;
}

/** A user of a portal, who can consent to the app. */
export interface Person {
  readonly userId: number;
  readonly email: string;
  /** Can be changed at any time, as an admin of the portal can. */
  readonly rights: Rights;
}

export const ALL_RIGHTS: Rights = { view: 'all', edit: 'all', editAssociations: true };

/** The rights of the generated owners in rotation. */
const RIGHTS: readonly Rights[] = [
  { view: 'all', edit: 'team', editAssociations: true },
  { view: 'team', edit: 'own', editAssociations: true },
  { view: 'own', edit: 'own', editAssociations: false },
];

/** The active owners as people. */
export function peopleOf(owners: readonly Owner[]): Person[] {
  return owners.flatMap(({ userId, email }, index) =>
    userId === null ? [] : [{ userId, email, rights: { ...ALL_RIGHTS, ...RIGHTS[index % RIGHTS.length] } }],
  );
}

interface OwnedRecord {
  readonly properties: ReadonlyMap<string, string>;
}

/** A test for the records within the reach of a person. The owner of a record decides. */
export function isWithin(reach: Reach, { userId }: Person, owners: readonly Owner[]): (record: OwnedRecord) => boolean {
  if (reach === 'all') return () => true;
  const own = owners.filter((owner) => owner.userIdIncludingInactive === userId);
  const teams = new Set(own.flatMap((owner) => owner.teams ?? []).map(({ id }) => id));
  const inTeam = (owner: Owner) => reach === 'team' && (owner.teams ?? []).some(({ id }) => teams.has(id));
  const covered = owners.filter((owner) => reach !== 'none' && (own.includes(owner) || inTeam(owner)));
  const ids = new Set(covered.map(({ id }) => id));
  return ({ properties }) => ids.has(properties.get('hubspot_owner_id') ?? '');
}
