import { mergeRecords, type Portal } from 'hubspot-graphql-gateway-simulator';
import { SMALL_PORTAL, Stack } from './stack.ts';

const SIZE = { contacts: 0, deals: 0, companies: 0 };
const SCOPES = ['contacts', 'deals', 'companies'].flatMap((type) => [
  `crm.objects.${type}.read`,
  `crm.objects.${type}.write`,
]);

/** One contact, and all that it was called before and besides. */
export interface MergedContact {
  readonly id: string;
  /** Ids of the two that it was. */
  readonly old: readonly [string, string];
  readonly email: string;
  /** Its second address. */
  readonly other: string;
}

/** A gateway before one portal in which contacts are merged. */
export class MergingPortal {
  readonly stack: Stack;
  readonly portal: Portal;
  /** Merged so far: no two contacts share an address. */
  #people = 0;

  private constructor(stack: Stack, portal: Portal) {
    this.stack = stack;
    this.portal = portal;
  }

  static async start(env: Readonly<Record<string, string>> = {}): Promise<MergingPortal> {
    const stack = await Stack.start({ env, simulator: { portals: [{ ...SMALL_PORTAL, size: SIZE }] } });
    await stack.connect({ optionalScopes: SCOPES }, undefined, { granted: SCOPES });
    const [portal] = stack.simulator.portals;
    if (!portal) throw new TypeError('one portal was asked for');
    return new MergingPortal(stack, portal);
  }

  /** Two contacts of one person become one. */
  merged(): MergedContact {
    this.#people += 1;
    const [email, other] = [`p${this.#people}@one.example`, `p${this.#people}@two.example`];
    const first = this.portal.create('contacts', { email }).id;
    const second = this.portal.create('contacts', { email: other }).id;
    const { id } = mergeRecords(this.portal, 'contacts', first, second);
    return { id, old: [first, second], email, other };
  }

  globalId(typename: string, id: string): string {
    return `${typename}:${this.portal.hubId}:${id}`;
  }

  /** What HubSpot was asked: status, method, path and the ids in the body. */
  asked(): string[] {
    return this.stack.simulator.log.crm().map(({ status, method, path, body }) => {
      const inputs: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'inputs') : undefined;
      const ids = Array.isArray(inputs) ? inputs.map(({ id }: { id: string }) => id).join() : '';
      return `${status} ${method} ${path.replace('/crm/', '').replace('/2026-09', '')} ${ids}`.trim();
    });
  }
}

/** A batch read of contacts, all of which were found. */
export const READ = '200 POST objects/contacts/batch/read';
