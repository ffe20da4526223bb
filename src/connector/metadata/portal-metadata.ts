import { crmObject, type ObjectType } from '../../crm/objects.ts';
import type { DataSensitivity, PropertyKind } from '../../crm/property.ts';
import type { HubspotApi } from '../../hubspot/client.ts';
import { type Account, readAccount } from '../../hubspot/crm/account.ts';
import { type AssociationType, listAssociationTypes } from '../../hubspot/crm/association-types.ts';
import { listOwners, type Owner } from '../../hubspot/crm/owners.ts';
import { listPipelines, type Pipeline } from '../../hubspot/crm/pipelines.ts';
import { listProperties, type PropertyDefinition } from '../../hubspot/crm/properties.ts';
import { listPropertyValidations } from '../../hubspot/crm/property-validations.ts';
import type { PropertyValues } from '../../hubspot/crm/record-writes.ts';
import type { InvalidValue } from '../../hubspot/problems.ts';
import type { PromiseOrValue } from '../../lib/promise-or-value.ts';
import type { PortalClient } from '../portal-client.ts';
import type { RequestContext } from '../request-context.ts';
import { HOURS, type MetadataAge } from './metadata-cache.ts';
import { type WriteRule, writeRules } from './write-rules.ts';

/** HubSpot does not limit the pages of a list. This is far more than a portal has. */
const MAX_OWNER_PAGES = 100;

interface Owners {
  /** In HubSpot's order. */
  readonly all: readonly Owner[];
  readonly byId: ReadonlyMap<string, Owner>;
  /** The number of pages, each of which took one call. */
  readonly pages: number;
}

const ACCOUNT = 'account';
/** HubSpot sends browsers on to the region of the portal. */
const UI_DOMAIN = 'app.hubspot.com';

const SENSITIVE: readonly DataSensitivity[] = ['sensitive', 'highly_sensitive'];

interface Definitions {
  /** In HubSpot's order. */
  readonly all: readonly PropertyDefinition[];
  readonly byName: ReadonlyMap<string, PropertyDefinition>;
}

type Client = Pick<PortalClient, 'metadata' | 'lastMetadata' | 'expireMetadata' | 'learnedRules' | 'installation'>;

/** The metadata of a portal for one operation. It can be some minutes old. */
export class PortalMetadata {
  readonly #client: Client;
  readonly #request: RequestContext;
  /** Reads in flight: a list can have hundreds of rows that need the same metadata. */
  readonly #reading = new Map<string, Promise<object>>();

  constructor(client: Client, request: RequestContext) {
    this.#client = client;
    this.#request = request;
  }

  /** The active owners in HubSpot's order. */
  async owners(): Promise<readonly Owner[]> {
    return (await this.#owners(false)).all;
  }

  /** An owner by id; `null` when there is none. Includes archived owners, since records keep their owner. */
  async owner(id: string): Promise<Owner | null> {
    return (await this.#owners(false)).byId.get(id) ?? (await this.#owners(true)).byId.get(id) ?? null;
  }

  /** The most calls that reading all active and archived owners takes: a page more than last time, or the maximum. */
  get mostOwnerCalls(): number {
    const pagesOf = (archived: boolean) =>
      this.#client.lastMetadata<Owners>(ownersName(archived))?.pages ?? MAX_OWNER_PAGES - 1;
    return pagesOf(false) + pagesOf(true) + 2;
  }

  /** The settings of the portal. They can be some hours old. */
  async account(): Promise<Account> {
    return this.#read(ACCOUNT, readAccount, HOURS);
  }

  /** The URL of a record's page in HubSpot's app: in the portal's region if that is known without a call. */
  recordUrl(objectType: ObjectType, id: string): string {
    const { hubId } = this.#client.installation;
    const host = this.#client.lastMetadata<Account>(ACCOUNT)?.uiDomain ?? UI_DOMAIN;
    return `https://${host}/contacts/${hubId}/record/${crmObject(objectType).typeId}/${encodeURIComponent(id)}`;
  }

  /** The types of associations from one object type to another. */
  async associationTypes(from: ObjectType, to: ObjectType): Promise<readonly AssociationType[]> {
    return this.#read(`associations\n${from}\n${to}`, (api) => listAssociationTypes(api, from, to));
  }

  /** In HubSpot's display order. */
  async pipelines(objectType: ObjectType): Promise<readonly Pipeline[]> {
    return this.#read(`pipelines\n${objectType}`, (api) => listPipelines(api, objectType));
  }

  /** All property definitions of an object type, the sensitive ones last. */
  async properties(objectType: ObjectType): Promise<readonly PropertyDefinition[]> {
    const lists = await Promise.all([
      this.#definitions(objectType, 'non_sensitive'),
      ...SENSITIVE.map((sensitivity) => this.#definitions(objectType, sensitivity)),
    ]);
    return lists.flatMap(({ all }) => all);
  }

  /** Property definitions by name, without undefined properties. Sensitive ones are read only when needed. */
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

  /** The known rules of HubSpot and of the portal's admins for values, by property. */
  async writeRules(objectType: ObjectType): Promise<readonly WriteRule[]> {
    const validated = await this.#read(validationsName(objectType), (api) => listPropertyValidations(api, objectType));
    return writeRules(crmObject(objectType), validated, this.#client.learnedRules.of(objectType));
  }

  /** A write of `values` was refused. The rule that it broke can be newer than the rules that are known. */
  learnFrom(objectType: ObjectType, problem: InvalidValue, values: PropertyValues): void {
    this.#client.learnedRules.learn(objectType, problem, values, (name) => this.#hasOptions(objectType, name));
    this.#client.expireMetadata(validationsName(objectType));
  }

  #hasOptions(objectType: ObjectType, name: string): boolean {
    const fields = Object.values(crmObject(objectType).inputs);
    if (fields.some((field) => field.name === name && OPTION_KINDS.has(field.kind))) return true;
    const known = this.#client.lastMetadata<Definitions>(definitionsName(objectType, 'non_sensitive'));
    return known?.byName.get(name)?.type === 'enumeration';
  }

  #definitions(objectType: ObjectType, sensitivity: DataSensitivity): PromiseOrValue<Definitions> {
    return this.#read(definitionsName(objectType, sensitivity), async (api) => {
      const all = await listProperties(api, objectType, sensitivity);
      return { all, byName: new Map(all.map((definition) => [definition.name, definition])) };
    });
  }

  #owners(archived: boolean): PromiseOrValue<Owners> {
    return this.#read(ownersName(archived), (api) => readOwners(api, archived));
  }

  #read<T extends object>(name: string, send: (api: HubspotApi) => Promise<T>, age?: MetadataAge): PromiseOrValue<T> {
    const reading = this.#reading.get(name);
    if (reading) return reading as Promise<T>; // `name` stands for one type.
    const read = this.#client.metadata(name, send, this.#request, age);
    if (!(read instanceof Promise)) return read;
    this.#reading.set(name, read);
    const forget = () => this.#reading.delete(name);
    read.then(forget, forget);
    return read;
  }
}

async function readOwners(api: HubspotApi, archived: boolean): Promise<Owners> {
  const read: (readonly Owner[])[] = [];
  let [after, pages]: [string | undefined, number] = [undefined, 0];
  do {
    const page = await listOwners(api, { archived, after });
    read.push(page.owners);
    after = page.next;
    pages += 1;
  } while (after !== undefined && pages < MAX_OWNER_PAGES);
  const all = read.flat();
  return { all, byId: new Map(all.map((owner) => [owner.id, owner])), pages };
}

const OPTION_KINDS: ReadonlySet<PropertyKind> = new Set(['enumeration', 'pipeline', 'stage']);

function definitionsName(objectType: ObjectType, sensitivity: DataSensitivity): string {
  return `properties\n${objectType}\n${sensitivity}`;
}

function validationsName(objectType: ObjectType): string {
  return `validations\n${objectType}`;
}

function ownersName(archived: boolean): string {
  return `owners\n${archived}`;
}
