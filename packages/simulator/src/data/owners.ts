import type { Owner, Team } from '../crm/owners.ts';
import { instant } from '../instant.ts';
import type { Random } from './random.ts';
import { slug } from './slug.ts';
import { FIRST_NAMES, LAST_NAMES } from './words.ts';

const ACTIVE = 12;
const ARCHIVED = 2;
const DAY_MS = 24 * 60 * 60 * 1000;

const SALES = { id: '368389', name: 'Sales Team' };
const KEY_ACCOUNTS = { id: '368390', name: 'Key Accounts' };
const SUCCESS = { id: '368391', name: 'Customer Success' };

/** The teams of the owners in rotation. Some owners have no team. */
const MEMBERSHIPS: readonly (readonly Omit<Team, 'primary'>[])[] = [[SALES], [SALES, KEY_ACCOUNTS], [SUCCESS], []];

/** The owners of a portal: twelve active and two archived ones. */
export function generateOwners(random: Random, domain: string, now: number): Owner[] {
  let id = random.integer(40_000_000, 44_000_000);
  let userId = random.integer(9_000_000, 9_500_000);
  const firstOfAll = random.integer(0, FIRST_NAMES.length - 1);
  return Array.from({ length: ACTIVE + ARCHIVED }, (_, index) => {
    id += random.integer(1, 90_000);
    userId += random.integer(1, 9_000);
    // The length of the list is not a multiple of 7, so no first name and no address occurs twice.
    const firstName = FIRST_NAMES[(firstOfAll + index * 7) % FIRST_NAMES.length] ?? '';
    const lastName = random.pick(LAST_NAMES);
    const archived = index >= ACTIVE;
    const teams = MEMBERSHIPS[index % MEMBERSHIPS.length] ?? [];
    return {
      id: String(id),
      email: `${slug(firstName)}.${slug(lastName)}@${domain}`,
      type: 'PERSON',
      ...{ firstName, lastName },
      userId: archived ? null : userId,
      userIdIncludingInactive: userId,
      createdAt: instant(now - random.integer(800, 1_500) * DAY_MS),
      updatedAt: instant(now - random.integer(10, 700) * DAY_MS),
      archived,
      ...(teams.length > 0 && { teams: teams.map((team, position) => ({ ...team, primary: position === 0 })) }),
    };
  });
}

/** The owner of a record: usually an active owner, sometimes an archived one, sometimes none. */
export function pickOwner(owners: readonly Owner[], random: Random): { hubspot_owner_id?: string } {
  const [assigned, left] = [random.chance(0.85), random.chance(0.05)];
  const candidates = owners.filter(({ archived }) => archived === left);
  const owner = candidates[random.integer(0, candidates.length - 1)];
  return assigned && owner ? { hubspot_owner_id: owner.id } : {};
}
