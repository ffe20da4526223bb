import type { ObjectType } from '../../crm/objects.ts';
import type { HubspotApi } from '../../hubspot/client.ts';
import { type AssociationType, listAssociationTypes } from '../../hubspot/crm/association-types.ts';
import { listOwners, type Owner } from '../../hubspot/crm/owners.ts';
import { listPipelines, type Pipeline } from '../../hubspot/crm/pipelines.ts';
import { type DataSensitivity, listProperties, type PropertyDefinition } from '../../hubspot/crm/properties.ts';
import type { PromiseOrValue } from '../../lib/promise-or-value.ts';
import type { PortalClient } from '../portal-client.ts';
import type { RequestContext } from '../request-context.ts';

/** HubSpot cuts no list short, so something must: far more than a portal has. */
const MAX_OWNER_PAGES = 100;

interface Owners {
  /** In HubSpot's order. */
  readonly all: readonly Owner[];
  readonly byId: ReadonlyMap<string, Owner>;
  /** Calls that it took to read them. */
  readonly pages: number;
}

const SENSITIVE: readonly DataSensitivity[] = ['sensitive', 'highly_sensitive'];

interface Definitions {
  /** In HubSpot's order. */
  readonly all: readonly PropertyDefinition[];
  readonly byName: ReadonlyMap<string, PropertyDefinition>;
}

/** What a portal's administrators set up, as of some minutes ago, for one operation. */
export class PortalMetadata {
  readonly #pipeline: Pick<PortalClient, 'metadata' | 'lastMetadata'>;
  readonly #operation: RequestContext;
  /** A list has hundreds of rows that want the same. */
  readonly #reading = new Map<string, Promise<object>>();

  constructor(pipeline: Pick<PortalClient, 'metadata' | 'lastMetadata'>, request: RequestContext) {
    this.#pipeline = pipeline;
    this.#operation = request;
  }

  /** The active owners in HubSpot's order. */
  async owners(): Promise<readonly Owner[]> {
    return (await this.#owners(false)).all;
  }

  /** By the owner's id, archived or not: records keep belonging to people who left. `null` when nobody has it. */
  async owner(id: string): Promise<Owner | null> {
    return (await this.#owners(false)).byId.get(id) ?? (await this.#owners(true)).byId.get(id) ?? null;
  }

  /** The most calls that reading all owners, in use and archived, takes: a page more than last time, or as many as may be. */
  get mostOwnerCalls(): number {
    const pagesOf = (archived: boolean) =>
      this.#pipeline.lastMetadata<Owners>(ownersName(archived))?.pages ?? MAX_OWNER_PAGES - 1;
    return pagesOf(false) + pagesOf(true) + 2;
  }

  /** What associations from one type of record to another can mean. */
  async associationTypes(from: ObjectType, to: ObjectType): Promise<readonly AssociationType[]> {
    return this.#read(`associations\n${from}\n${to}`, (api) => listAssociationTypes(api, from, to));
  }

  /** In the order in which HubSpot shows them. */
  async pipelines(objectType: ObjectType): Promise<readonly Pipeline[]> {
    return this.#read(`pipelines\n${objectType}`, (api) => listPipelines(api, objectType));
  }

  /** All definitions of a type, the sensitive ones last. */
  async properties(objectType: ObjectType): Promise<readonly PropertyDefinition[]> {
    const lists = await Promise.all([
      this.#definitions(objectType, 'non_sensitive'),
      ...SENSITIVE.map((sensitivity) => this.#definitions(objectType, sensitivity)),
    ]);
    return lists.flatMap(({ all }) => all);
  }

  /** By name; a name that the portal does not define is not in it. Who names nothing sensitive needs one list only. */
  async propertiesNamed(
    objectType: ObjectType,
    names: readonly string[],
  ): Promise<ReadonlyMap<string, PropertyDefinition>> {
    const { byName } = await this.#definitions(objectType, 'non_sensitive');
    if (names.every((name) => byName.has(name))) return byName;
    const sensitive = await Promise.all(SENSITIVE.map((sensitivity) => this.#definitions(objectType, sensitivity)));
    const all = [byName, ...sensitive.map((definitions) => definitions.byName)];
    return new Map(
      names.flatMap((name) => {
        const definition = all.find((definitions) => definitions.has(name))?.get(name);
        return definition ? [[name, definition]] : [];
      }),
    );
  }

  #definitions(objectType: ObjectType, sensitivity: DataSensitivity): PromiseOrValue<Definitions> {
    return this.#read(`properties\n${objectType}\n${sensitivity}`, async (api) => {
      const all = await listProperties(api, objectType, sensitivity);
      return { all, byName: new Map(all.map((definition) => [definition.name, definition])) };
    });
  }

  #owners(archived: boolean): PromiseOrValue<Owners> {
    return this.#read(ownersName(archived), (api) => readOwners(api, archived));
  }

  #read<T extends object>(what: string, ask: (api: HubspotApi) => Promise<T>): PromiseOrValue<T> {
    const reading = this.#reading.get(what);
    if (reading) return reading as Promise<T>; // `what` stands for one type.
    const read = this.#pipeline.metadata(what, ask, this.#operation);
    if (!(read instanceof Promise)) return read;
    this.#reading.set(what, read);
    const forget = () => this.#reading.delete(what);
    read.then(forget, forget);
    return read;
  }
}

async function readOwners(api: HubspotApi, archived: boolean): Promise<Owners> {
  const all: Owner[] = [];
  let [after, pages]: [string | undefined, number] = [undefined, 0];
  do {
    const page = await listOwners(api, { archived, after });
    all.push(...page.owners);
    after = page.next;
    pages += 1;
  } while (after !== undefined && pages < MAX_OWNER_PAGES);
  return { all, byId: new Map(all.map((owner) => [owner.id, owner])), pages };
}

function ownersName(archived: boolean): string {
  return `owners\n${archived}`;
}
