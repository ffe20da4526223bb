import { type AssociationType, listAssociationTypes } from '../hubspot/association-types.ts';
import type { HubspotApi } from '../hubspot/client.ts';
import type { ObjectType } from '../hubspot/objects.ts';
import { listOwners, type Owner } from '../hubspot/owners.ts';
import type { Installation } from '../storage/installation-store.ts';
import type { MetadataCache } from './metadata-cache.ts';

/** HubSpot cuts no list short, so something must: far more than a portal has. */
const MAX_OWNER_PAGES = 100;

interface Owners {
  /** In HubSpot's order. */
  readonly all: readonly Owner[];
  readonly byId: ReadonlyMap<string, Owner>;
}

/** What a portal's administrators set up, as of some minutes ago. */
export class PortalMetadata {
  readonly #cache: MetadataCache;
  readonly #api: HubspotApi;
  readonly #key: string;

  constructor(cache: MetadataCache, api: HubspotApi, { id, grantVersion }: Installation) {
    this.#cache = cache;
    this.#api = api;
    this.#key = `${id}\n${grantVersion}`;
  }

  /** The active owners in HubSpot's order. */
  async owners(): Promise<readonly Owner[]> {
    return (await this.#owners(false)).all;
  }

  /** By the owner's id, archived or not: records keep belonging to people who left. `null` when nobody has it. */
  async owner(id: string): Promise<Owner | null> {
    return (await this.#owners(false)).byId.get(id) ?? (await this.#owners(true)).byId.get(id) ?? null;
  }

  /** What associations from one type of record to another can mean. */
  async associationTypes(from: ObjectType, to: ObjectType): Promise<readonly AssociationType[]> {
    return this.#cache.get(`${this.#key}\nassociations\n${from}\n${to}`, () =>
      listAssociationTypes(this.#api, from, to),
    );
  }

  #owners(archived: boolean): Owners | Promise<Owners> {
    return this.#cache.get(`${this.#key}\nowners\n${archived}`, () => readOwners(this.#api, archived));
  }
}

async function readOwners(api: HubspotApi, archived: boolean): Promise<Owners> {
  const all: Owner[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < MAX_OWNER_PAGES; pages += 1) {
    const page = await listOwners(api, { archived, after });
    all.push(...page.owners);
    if (page.next === undefined) break;
    after = page.next;
  }
  return { all, byId: new Map(all.map((owner) => [owner.id, owner])) };
}
