import { dealPipeline } from 'hubspot-graphql-gateway-simulator';
import { type Answer, SMALL_PORTAL, Stack } from './stack.ts';

const OTHER_PORTAL = { ...SMALL_PORTAL, hubId: 7_654_321, domain: 'northgate.example' };

/** A gateway to which one tenant connected two portals, and what its clients sent. */
export interface TwoPortals {
  readonly stack: Stack;
  readonly url: string;
  /** Ids of the installations. The second portal granted no more than it had to. */
  readonly first: string;
  readonly second: string;
  readonly authorization: string;
  /** `fetch` that remembers. */
  readonly fetch: typeof fetch;
  /** Method and status of each request since the last call. */
  sent(): readonly string[];
  /** The answer without any client. */
  ask(query: string, variables?: object): Promise<Answer>;
  stop(): Promise<void>;
}

interface Installations {
  readonly installations: readonly { readonly id: string; readonly hubId: string }[];
}

export async function startTwoPortals(): Promise<TwoPortals> {
  const stack = await Stack.start({ simulator: { portals: [SMALL_PORTAL, OTHER_PORTAL] } });
  // The same ids, and other words: a cache that takes one for the other shows it.
  const [pipeline] = stack.simulator.portals[1]?.pipelines.deals.splice(0) ?? [];
  stack.simulator.portals[1]?.pipelines.deals.push(
    dealPipeline(
      { id: pipeline?.id ?? '', label: 'Another pipeline', displayOrder: 0, createdAt: 0 },
      (pipeline?.stages ?? []).map(({ id, label }, index) => [id, `${label}, elsewhere`, index / 10]),
    ),
  );
  const scopes = stack.config.hubspot.optionalScopes;
  await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
  await stack.connect({ optionalScopes: [] }, undefined, { portal: String(OTHER_PORTAL.hubId) });
  const { data } = await stack.query('{ installations { id hubId } }');
  const idOf = ({ hubId }: { hubId: number }) =>
    (data as unknown as Installations).installations.find((installation) => installation.hubId === String(hubId))?.id ??
    '';
  const sent: string[] = [];
  const recorded: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    sent.push(`${init?.method ?? 'GET'} ${response.status}`);
    return response;
  };
  return {
    ...{ stack, first: idOf(SMALL_PORTAL), second: idOf(OTHER_PORTAL), fetch: recorded },
    url: `${stack.url}/graphql`,
    authorization: `Bearer ${stack.token()}`,
    sent: () => sent.splice(0),
    ask: (query, variables) => stack.query(query, variables),
    stop: () => stack.stop(),
  };
}

/** All that a page may show of both portals at once. */
export const BOTH_PORTALS = /* GraphQL */ `
  query BothPortals {
    installations {
      id
      hubId
      contacts(first: 3) {
        nodes {
          id
          firstName
          deals(first: 2) {
            nodes { id name stage { id label } }
          }
        }
      }
      dealPipelines { id hubspotId label stages { id hubspotId label probability } }
      deals(first: 5) { nodes { id stage { id label } pipeline { id label } } }
    }
  }
`;

/** Owners are refused where the portal did not grant them. */
export const ONE_PORTAL = /* GraphQL */ `
  query OnePortal($installation: ID!) {
    installation(id: $installation) {
      id
      contacts(first: 2) { nodes { id email } }
      owners(first: 2) { nodes { id email } }
    }
  }
`;

export const CREATE_CONTACT = /* GraphQL */ `
  mutation CreateContact($input: CreateContactInput!) {
    createContact(input: $input) { contact { id email } userErrors { code message } }
  }
`;
