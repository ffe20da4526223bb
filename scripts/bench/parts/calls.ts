import { readdirSync, readFileSync } from 'node:fs';
import { getOperationAST, Kind, parse } from 'graphql';
import {
  createSimulator,
  DEFAULT_APP,
  NO_LIMITS,
  type ObjectTypeName,
  type Portal,
  type Simulator,
} from 'hubspot-graphql-gateway-simulator';
import { createGateway } from '../../../src/gateway.ts';
import { silentLogger } from '../../../src/lib/logging/logger.ts';
import { systemClock } from '../../../src/lib/time/clock.ts';
import { openDatabase } from '../../../src/storage/database.ts';
import { Deployment, install } from '../deployment.ts';
import { callsBelow, naiveCalls } from '../naive-calls.ts';
import type { Part } from '../part.ts';
import { number, table } from '../table.ts';
import { Q2 } from '../workloads.ts';

const OPERATIONS = new URL('../../../schema/operations/', import.meta.url);
const TENANT = 'bench';
/** Small, and rich enough in deals for every contact of a page to have some. */
const PORTAL = {
  hubId: 1_234_567,
  domain: 'bench.example',
  user: 'bench@bench.example',
  size: { contacts: 60, deals: 400, companies: 10 },
};

/** What each operation costs of HubSpot's budget. */
export const calls: Part = {
  name: 'calls',
  describe: 'HubSpot calls of each operation in schema/operations, beside those of one call per field',
  async run() {
    const simulator = createSimulator({ limits: NO_LIMITS, portals: [PORTAL] });
    const deployment = new Deployment(await simulator.listen(), { DATABASE_URL: 'memory:' });
    const database = openDatabase({ ...deployment.config.database, clock: systemClock });
    await database.migrate();
    await install(deployment.storesOn(database).installations, [seedOf(simulator)]);
    const gateway = createGateway(deployment.config, { database, logger: silentLogger });
    try {
      const url = await gateway.listen();
      const authorization = deployment.authorization(TENANT, 'hubspot:read hubspot:write');
      const figures: Figures[] = [];
      for (const operation of operations()) {
        figures.push(await measure(operation, { url, authorization, simulator }));
      }
      return { table: tableOf(figures), figures };
    } finally {
      await gateway.close();
      await simulator.close();
    }
  },
};

interface Figures {
  readonly operation: string;
  readonly calls: number;
  readonly naiveCalls: number;
  /** Why it was not answered. */
  readonly error?: string;
}

interface Site {
  readonly url: string;
  readonly authorization: string;
  readonly simulator: Simulator;
}

async function measure(operation: Operation, { url, authorization, simulator }: Site): Promise<Figures> {
  simulator.log.clear();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify({ query: operation.query, variables: variablesFor(operation, simulator) }),
  });
  const { data, errors } = (await response.json()) as { data?: object; errors?: { message: string }[] };
  return {
    operation: operation.name,
    calls: simulator.log.crm().length,
    naiveCalls: operation.isWrite ? 1 + callsBelow(data ?? {}, false) : naiveCalls(data ?? {}),
    ...(errors && { error: errors[0]?.message ?? '' }),
  };
}

interface Operation {
  readonly name: string;
  readonly query: string;
  /** Its first field. */
  readonly rootField: string;
  readonly isWrite: boolean;
}

/** What is not about a portal's records, and needs a browser. */
const CONNECTING = ['ConnectHubSpot', 'CompleteHubSpotConnection'];

/** What frontends send, and Q2, whose target is known. */
function operations(): Operation[] {
  const files = readdirSync(OPERATIONS).filter((name) => name.endsWith('.graphql'));
  const texts = [...files.map((file) => readFileSync(new URL(file, OPERATIONS), 'utf8')), Q2.query];
  return texts.flatMap((query) => {
    const operation = getOperationAST(parse(query));
    const [field] = operation?.selectionSet.selections ?? [];
    const rootField = field?.kind === Kind.FIELD ? field.name.value : '';
    const name = operation?.name?.value ?? '';
    return CONNECTING.includes(name) ? [] : { name, query, rootField, isWrite: operation?.operation === 'mutation' };
  });
}

/** Whatever operations take; each declares what of it. */
function variablesFor({ name, rootField }: Operation, { portals }: Simulator): object {
  const [portal] = portals;
  const written = portal && WRITTEN[name]?.(portal);
  if (written) return written;
  const type = rootField === 'deal' ? 'deals' : rootField === 'company' ? 'companies' : 'contacts';
  const associatedRecords = type === 'contacts' ? 'deals' : 'contacts';
  const record = portal
    ?.records(type)
    .find(({ id }) => portal.associatedRecords(type, id, associatedRecords).length > 1);
  const company = portal?.records('companies').next().value?.id;
  return {
    ...{ id: record?.id, email: record?.properties.get('email'), first: 50, deals: 2 },
    ...{ company, stage: 'closedwon', query: 'a', since: '2026-01-01T00:00:00Z', document: Q2.query },
  };
}

const LABEL = 'Decision maker';

/** What writes are given. */
const WRITTEN: Readonly<Record<string, (portal: Portal) => object>> = {
  CreateContact: () => ({ contact: { email: 'grace@bench.example', firstName: 'Grace' } }),
  UpsertContact: () => ({ input: { idValue: 'alan@bench.example', jobTitle: 'Reader' } }),
  CreateDeal: (portal) => ({
    deal: {
      ...{ name: 'Pilot', amount: '12.50', stageId: 'contractsent', pipelineId: 'default' },
      associations: [{ objectType: 'CONTACT', id: idOf(portal, 'contacts') }],
    },
  }),
  MoveDeal: (portal) => ({ id: idOf(portal, 'deals'), pipelineId: 'default', stageId: 'contractsent' }),
  ArchiveContact: (portal) => ({ id: [...portal.records('contacts')].at(-1)?.id }),
  LabelContactOfDeal(portal) {
    const [deal, contact] = [idOf(portal, 'deals'), idOf(portal, 'contacts')];
    portal.associate({ type: 'deals', id: deal }, { type: 'contacts', id: contact }, { label: LABEL });
    return { deal, contact, labels: [LABEL] };
  },
};

function idOf(portal: Portal, type: ObjectTypeName): string {
  return portal.records(type).next().value?.id ?? '';
}

function seedOf({ grants, portals }: Simulator) {
  const [portal] = portals;
  if (!portal) throw new TypeError('the simulator has no portal');
  const scopes = [...DEFAULT_APP.requiredScopes, ...DEFAULT_APP.optionalScopes];
  const { accessToken, refreshToken } = grants.issueTokens({ portal, scopes });
  const lifeMs = grants.options.accessTokenLifeMs;
  return { tenantId: TENANT, hubId: portal.hubId, accessToken: accessToken.token, refreshToken, lifeMs, scopes };
}

function tableOf(figures: readonly Figures[]): string {
  const rows = figures.map(({ operation, error, ...each }) => [
    operation,
    error === undefined ? number(each.calls) : 'not answered',
    error === undefined ? number(each.naiveCalls) : '',
  ]);
  const failures = figures.flatMap(({ operation, error }) => (error === undefined ? [] : `  ${operation}: ${error}\n`));
  const title =
    'calls: HubSpot calls per operation, beside those of a server that makes one for each field with an own endpoint';
  return table(title, ['', 'calls', 'one per field'], rows) + failures.join('');
}
