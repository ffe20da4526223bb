import type { HubspotApi, Send, Stage } from '../hubspot/client.ts';
import { type HubspotRecord, listRecords, type ObjectType, readScopes } from '../hubspot/objects.ts';
import { type ScopeRequirement, ScopeSet } from '../hubspot/scope-set.ts';
import type { GrantKeeper } from '../installations/grant-keeper.ts';
import type { TokenManager } from '../installations/token-manager.ts';
import type { Installation } from '../storage/installation-store.ts';
import { AssociationBatcher } from './association-batcher.ts';
import { authorize } from './authorize.ts';
import { type Position, readNeighbours, readRecords, type Slice } from './reading.ts';
import { recheckGrant } from './recheck-grant.ts';
import { RecordBatcher } from './record-batcher.ts';
import { missingScopes, scopeGate } from './scope-gate.ts';

/** A record in the hands of a resolver: it knows the portal it came from. */
export interface CrmRecord extends HubspotRecord {
  readonly objectType: ObjectType;
  readonly connector: Connector;
  /** The types of neighbours that were asked for together with the record. */
  readonly inlined: readonly ObjectType[];
}

/** A neighbour as an association edge shows it. */
export interface AssociatedRecord {
  readonly record: CrmRecord;
  readonly labels: readonly string[];
}

/** What is wanted of records: their properties, and neighbours that HubSpot can hand over with them. */
export interface RecordSelection {
  /** Sorted, without repeats. */
  readonly properties: readonly string[];
  /** False when an id alone answers the selection; no record is read then. */
  readonly needsRecord: boolean;
}

export interface ListSelection extends RecordSelection {
  readonly associations: readonly ObjectType[];
}

export interface NeighbourSelection extends RecordSelection {
  /** Labels are not part of what comes inline with a record. */
  readonly needsLabels: boolean;
}

export interface ConnectorOptions {
  readonly tokens: TokenManager;
  readonly grants: GrantKeeper;
  readonly transport: Send;
  readonly apiVersion: string;
  /** Bounds the calls of one operation, over all its installations. */
  readonly callBudget: Stage;
}

/**
 * The live object bound to one installation: the only thing that resolvers hold to reach HubSpot.
 * It lives for one request, whose equal loads it joins.
 */
export class Connector {
  readonly installation: Installation;
  readonly #granted: ScopeSet;
  readonly #api: HubspotApi;
  readonly #records = new Map<ObjectType, RecordBatcher>();
  readonly #associations = new Map<string, AssociationBatcher>();

  constructor(installation: Installation, { tokens, grants, transport, apiVersion, callBudget }: ConnectorOptions) {
    this.installation = installation;
    this.#granted = new ScopeSet(installation.grantedScopes);
    const stages = [
      scopeGate(installation),
      recheckGrant(grants, tokens, installation),
      callBudget,
      authorize(tokens, installation),
    ];
    this.#api = { send: stages.reduceRight((next, stage) => stage(next), transport), version: apiVersion };
  }

  /** @throws GatewayError MISSING_SCOPES when the grant does not hold what `coordinate` needs */
  requireScopes(requirement: ScopeRequirement, coordinate: string): void {
    if (!this.#granted.satisfies(requirement)) throw missingScopes(this.installation, requirement, coordinate);
  }

  /** One record by its id, or by a unique property; `null` when HubSpot has none. */
  async record(
    objectType: ObjectType,
    id: string,
    properties: readonly string[],
    idProperty?: string,
  ): Promise<CrmRecord | null> {
    let batcher = this.#records.get(objectType);
    if (!batcher) {
      batcher = new RecordBatcher(this.#api, objectType);
      this.#records.set(objectType, batcher);
    }
    const record = await batcher.load({ id, properties, ...(idProperty !== undefined && { idProperty }) });
    return record && this.#own(objectType, record);
  }

  /** Records of one type in HubSpot's order. Neighbours that the grant does not cover are not asked for. */
  async list(
    objectType: ObjectType,
    { first, start, archived }: { first: number; start: Position; archived: boolean },
    { properties, associations }: ListSelection,
  ): Promise<Slice<CrmRecord>> {
    const readable = associations.filter((type) => this.#granted.satisfies(readScopes(type)));
    const slice = await readRecords(first, start, (after, limit) =>
      listRecords(this.#api, objectType, { limit, after, properties, associations: readable, archived }),
    );
    return {
      ...slice,
      items: slice.items.map(({ value, position }) => ({ value: this.#own(objectType, value, readable), position })),
    };
  }

  /** Neighbours of `record`. One that vanished meanwhile is left out. */
  async neighbours(
    record: CrmRecord,
    to: ObjectType,
    { first, start }: { first: number; start: Position },
    { properties, needsRecord, needsLabels }: NeighbourSelection,
  ): Promise<Slice<AssociatedRecord>> {
    const inline =
      !needsLabels && record.inlined.includes(to) ? (record.associations?.[to] ?? NO_NEIGHBOURS) : undefined;
    const slice = await readNeighbours(first, start, inline, (after) =>
      this.#associationBatcher(record.objectType, to).load({ id: record.id, after }),
    );
    const items = await Promise.all(
      slice.items.map(async ({ value: { id, labels }, position }) => {
        const neighbour = needsRecord ? await this.record(to, id, properties) : this.#own(to, bareRecord(id));
        return neighbour ? [{ value: { record: neighbour, labels }, position }] : [];
      }),
    );
    return { ...slice, items: items.flat() };
  }

  #associationBatcher(from: ObjectType, to: ObjectType): AssociationBatcher {
    const key = `${from}\n${to}`;
    const known = this.#associations.get(key);
    if (known) return known;
    const batcher = new AssociationBatcher(this.#api, from, to);
    this.#associations.set(key, batcher);
    return batcher;
  }

  #own(objectType: ObjectType, record: HubspotRecord, inlined: readonly ObjectType[] = []): CrmRecord {
    return { ...record, objectType, connector: this, inlined };
  }
}

const NO_NEIGHBOURS = { results: [] };

/** Stands for a record of which only the id is wanted. */
function bareRecord(id: string): HubspotRecord {
  return { id, properties: {}, createdAt: '', updatedAt: '', archived: false };
}
