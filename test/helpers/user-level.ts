import type { Person, Portal, Rights } from 'hubspot-graphql-gateway-simulator';
import { TokenCipher } from '../../src/storage/encryption/token-cipher.ts';
import { type Answer, SMALL_PORTAL, Stack, type StackOptions, type TestViewer } from './stack.ts';
import { openStores } from './stores.ts';

const OTHER_PORTAL = { ...SMALL_PORTAL, hubId: 7_654_321, domain: 'northgate.example' };
const LIST = '{ installations { id hubId status isUserLevel isDefault installedBy } }';
export const CONTACTS = '{ contacts(first: 100) { nodes { id } } }';
export const DISCONNECT =
  'mutation ($id: ID!, $u: Boolean) { disconnectInstallation(input: { installationId: $id, uninstall: $u }) { installation { status } } }';

/** A gateway beside a user-level app, and the people of two portals. */
export class UserLevel {
  readonly stack: Stack;

  constructor(stack: Stack) {
    this.stack = stack;
  }

  static async start(options: StackOptions = {}): Promise<UserLevel> {
    const portals = [SMALL_PORTAL, OTHER_PORTAL];
    const simulator = { app: { isUserLevel: true }, portals, ...options.simulator };
    return new UserLevel(await Stack.start({ ...options, simulator }));
  }

  portal(index = 0): Portal {
    return this.stack.simulator.portals[index] as Portal; // The simulator has two.
  }

  /** A person of the portal who owns contacts, with these rights. */
  person(index: number, rights: Partial<Rights>, portal = this.portal()): Person {
    const owning = portal.people.filter((one) => this.ownedBy(one, portal).length > 0);
    const found = owning[index];
    if (!found) throw new TypeError('too few people own contacts');
    Object.assign(found.rights, rights);
    return found;
  }

  ownedBy({ userId }: Person, portal = this.portal()): string[] {
    const owner = portal.owners.find((one) => one.userId === userId);
    const records = [...portal.records('contacts')];
    return records
      .filter(({ properties }) => owner && properties.get('hubspot_owner_id') === owner.id)
      .map(({ id }) => `Contact:${portal.hubId}:${id}`);
  }

  allContacts(): string[] {
    return [...this.portal().records('contacts')].map(({ id }) => `Contact:${SMALL_PORTAL.hubId}:${id}`);
  }

  connectAs(viewer: TestViewer, { email }: Person, portal = this.portal()): Promise<string> {
    const scopes = this.stack.config.hubspot.optionalScopes;
    const fields = { person: email, portal: String(portal.hubId), granted: scopes };
    return this.stack.connect({ optionalScopes: scopes }, viewer, fields);
  }

  async list(viewer: TestViewer, replica = 0): Promise<Record<string, unknown>[]> {
    const { data } = await this.stack.queryOn(replica, LIST, {}, viewer);
    return (data as unknown as { installations: Record<string, unknown>[] }).installations;
  }

  /** The stored refresh token of an installation. */
  async refreshTokenOf(id: string): Promise<string> {
    const { database } = this.stack.db;
    const rows = database.query.selectFrom('installations').selectAll().where('id', '=', id);
    const row = await rows.executeTakeFirstOrThrow();
    const { tokens } = openStores(database, new TokenCipher(this.stack.config.encryptionKeys));
    const key = { id, tenantId: row.viewer_tenant_id ?? row.tenant_id, viewerId: row.viewer_id };
    return (await tokens.read(key))?.refreshToken ?? '';
  }

  /** Waits until HubSpot has been asked for so many revocations, and none is left. */
  async revocations(count: number): Promise<number> {
    const asked = () => this.stack.simulator.log.all().filter(({ path }) => path.endsWith('/token/revoke')).length;
    const rows = this.stack.db.database.query.selectFrom('revocations').select('id');
    while (asked() < count || (await rows.execute()).length > 0) await new Promise((resolve) => setImmediate(resolve));
    return asked();
  }
}

export const idsOf = ({ data }: Answer) =>
  (data as unknown as { contacts: { nodes: { id: string }[] } }).contacts.nodes.map(({ id }) => id);
export const codesOf = ({ errors = [] }: Answer) => errors.map(({ extensions }) => extensions.code);
