import type { TokenIdentity } from '../../hubspot/oauth/token-identity.ts';
import type { InstallationStore } from '../../storage/installation-store.ts';

/** Knows whether grants have the rights of the person who consented (a user-level app) or those of the app. */
export class AppLevel {
  readonly #installations: Pick<InstallationStore, 'hasViewerGrants'>;
  /** As HubSpot has reported last. */
  #known: boolean | undefined;

  constructor(installations: Pick<InstallationStore, 'hasViewerGrants'>) {
    this.#installations = installations;
  }

  /** The level belongs to the app, so when HubSpot does not report it for a grant, that of an earlier grant decides. */
  async isUserLevel({ isUserLevel }: Pick<TokenIdentity, 'isUserLevel'>): Promise<boolean> {
    this.#known = isUserLevel ?? this.#known;
    return this.#known ?? this.#installations.hasViewerGrants();
  }
}
