import type { Budget, RateGovernor } from '../../src/connector/rate-governor.ts';
import type { CallOrigin, Permit } from '../../src/hubspot/client.ts';

export interface Ask {
  readonly budget: Budget;
  readonly origin: CallOrigin;
  readonly signal: AbortSignal | undefined;
  grant(): void;
  refuse(error: Error): void;
}

/** Grants at once while it is `open`, otherwise when told. */
export class FakeGovernor implements RateGovernor {
  open = true;
  /** Who waits, oldest first. */
  readonly waiting: Ask[] = [];
  granted = 0;
  /** Permits that were given back unused. */
  released = 0;

  acquire(budget: Budget, origin: CallOrigin, signal?: AbortSignal): Promise<Permit> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        const index = this.waiting.indexOf(ask);
        if (index >= 0) this.waiting.splice(index, 1);
      };
      const ask: Ask = {
        budget,
        origin,
        signal,
        grant: () => {
          leave();
          this.granted += 1;
          resolve(this.#permit());
        },
        refuse: (error) => {
          leave();
          reject(error);
        },
      };
      if (this.open) return ask.grant();
      this.waiting.push(ask);
      signal?.addEventListener('abort', () => ask.refuse(signal.reason));
    });
  }

  #permit(): Permit {
    let isSpent = false;
    const spend = () => {
      const wasSpent = isSpent;
      isSpent = true;
      return !wasSpent;
    };
    return {
      use: spend,
      release: () => {
        if (spend()) this.released += 1;
      },
    };
  }
}
