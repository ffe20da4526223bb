/** An operation that every contender answers, and how to ask for it. */
export interface Workload {
  readonly name: 'Q1' | 'Q2';
  readonly query: string;
  /** Bodies to send at random: one for each record that may be asked for. */
  readonly bodies: readonly string[];
}

/** Records of the simulated portal: ids are what the stub and the repository's simulator both begin with. */
export const CONTACTS = { firstId: 100_001, count: 10_000 };
export const DEALS = { firstId: 300_001 };
export const PAGE = 50;
export const DEALS_PER_CONTACT = 2;

const Q1_QUERY = 'query Q1($id: ID!) { contact(id: $id) { id email firstName lastName } }';
const Q2_QUERY = `query Q2 { contacts(first: ${PAGE}) { edges { node { id email firstName lastName deals(first: ${DEALS_PER_CONTACT}) { edges { node { id name amount } } } } } } }`;

export const Q1: Workload = {
  name: 'Q1',
  query: Q1_QUERY,
  bodies: Array.from({ length: CONTACTS.count }, (_, index) => contactBody(String(CONTACTS.firstId + index))),
};

export const Q2: Workload = { name: 'Q2', query: Q2_QUERY, bodies: [body('Q2', Q2_QUERY, {})] };

/** Asks for one contact. */
export function contactBody(id: string): string {
  return body('Q1', Q1_QUERY, { id });
}

function body(operationName: string, query: string, variables: object): string {
  return JSON.stringify({ operationName, query, variables });
}
