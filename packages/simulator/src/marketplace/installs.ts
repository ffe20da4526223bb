import { randomUUID } from 'node:crypto';

/** An install that a person has started on the page of the app. */
export interface Install {
  readonly id: string;
  /** The install button URL of the listing, which is a redirect URL of the app. */
  readonly installUrl: string;
  /** Whether the listing asks for a sign-in at the app ("partner sign in"). */
  readonly hasSignIn: boolean;
  /** The portal of the consent. */
  hubId?: number;
}

/** Installs at the same time. The oldest ones are forgotten. */
const MAX_INSTALLS = 1_000;

/** The installs of the marketplace, in memory. */
export class Installs {
  readonly #byId = new Map<string, Install>();

  start(installUrl: string, hasSignIn: boolean): Install {
    const install: Install = { id: randomUUID(), installUrl, hasSignIn };
    this.#byId.set(install.id, install);
    const [oldest] = this.#byId.keys();
    if (this.#byId.size > MAX_INSTALLS && oldest !== undefined) this.#byId.delete(oldest);
    return install;
  }

  find(id: string): Install | undefined {
    return this.#byId.get(id);
  }
}
