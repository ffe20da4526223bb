import type { Logger } from './logging/logger.ts';

/** The reason why a process is not ready. */
export interface Hindrance {
  readonly kind: 'database' | 'keys' | 'stopping';
  /** A sentence for the log, without a secret. */
  readonly reason: string;
}

/** The readiness of the process, for load balancers. Logs each change once with its reason. */
export class Readiness {
  readonly #check: () => Promise<Hindrance | undefined>;
  readonly #logger: Logger;
  #hindrance: Hindrance | undefined;

  constructor(check: () => Promise<Hindrance | undefined>, logger: Logger) {
    this.#check = check;
    this.#logger = logger;
  }

  async isReady(): Promise<boolean> {
    if (this.#hindrance?.kind !== 'stopping') this.#change(await this.#check());
    return this.#hindrance === undefined;
  }

  get isStopping(): boolean {
    return this.#hindrance?.kind === 'stopping';
  }

  /** Makes the process permanently not ready. */
  stop(): void {
    this.#change({ kind: 'stopping', reason: 'The process is being stopped.' });
  }

  #change(hindrance: Hindrance | undefined): void {
    const before = this.#hindrance;
    // A check in flight must not undo the stop.
    if (before?.kind === 'stopping') return;
    this.#hindrance = hindrance;
    if (before?.kind === hindrance?.kind) return;
    if (!hindrance) this.#logger.info('ready again');
    else if (hindrance.kind === 'stopping') this.#logger.info({ reason: hindrance.reason }, 'not ready');
    else this.#logger.warn({ reason: hindrance.reason }, 'not ready');
  }
}
