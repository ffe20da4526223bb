import type { KyselyPlugin, RootOperationNode } from 'kysely';
import type { Database } from '../../src/storage/database.ts';
import { StorageGuard } from '../../src/storage/storage-guard.ts';

/** Lets a test get between a gateway and its database. Statements are named `update installation_tokens` and the like. */
export interface DatabaseFaults {
  /** Runs before a statement is sent; what it throws, the gateway sees, and the statement is not sent. */
  before: (statement: string) => void;
  /** Runs when a statement has taken effect; what it throws or how long it takes, the gateway sees. */
  after: (statement: string) => Promise<void> | void;
  /** How many statements were sent. */
  statements: number;
  clear(): void;
}

export function withFaults(database: Database): { database: Database; faults: DatabaseFaults } {
  const faults: DatabaseFaults = {
    before: () => {},
    after: () => {},
    statements: 0,
    clear() {
      this.before = () => {};
      this.after = () => {};
    },
  };
  const sent = new WeakMap<object, string>();
  // What is thrown here stands for what a driver throws.
  const guard = new StorageGuard();
  const plugin: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      const statement = describe(node);
      try {
        faults.before(statement);
      } catch (error) {
        throw guard.failure(error);
      }
      faults.statements += 1;
      sent.set(queryId, statement);
      return node;
    },
    async transformResult({ result, queryId }) {
      try {
        await faults.after(sent.get(queryId) ?? '');
      } catch (error) {
        throw guard.failure(error);
      }
      return result;
    },
  };
  const watch: Database['watch'] = (listener) => {
    database.watch(listener);
    guard.watch(listener);
  };
  return { database: { ...database, watch, query: database.query.withPlugin(plugin) }, faults };
}

function describe(node: RootOperationNode): string {
  const verb = node.kind.replace('QueryNode', '').toLowerCase();
  const tables = JSON.stringify(node).match(/"identifier":\{"kind":"IdentifierNode","name":"(\w+)"\}/);
  return `${verb} ${tables?.[1] ?? ''}`.trim();
}
