import type { PermitSource } from '../../src/connector/rate-limit/rate-limiter.ts';
import type { CallContext, Permit } from '../../src/hubspot/client.ts';
import type { Budget } from '../../src/hubspot/rate-limit.ts';

export interface Ask {
  readonly budget: Budget;
  readonly callContext: CallContext;
  grant(): void;
  refuse(error: Error): void;
}

/** Grants permits at once while it is `open`, otherwise on command. */
export class FakeLimiter implements PermitSource {
  open = true;
  /** Waiting calls, oldest first. */
  readonly waiting: Ask[] = [];
  granted = 0;
  /** Permits that were returned unused. */
  released = 0;

  acquire(budget: Budget, callContext: CallContext): Promise<Permit> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        const index = this.waiting.indexOf(ask);
        if (index >= 0) this.waiting.splice(index, 1);
      };
      const ask: Ask = {
        budget,
        callContext,
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
      callContext.cancellation?.addListener({ cancel: (reason) => ask.refuse(reason) });
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
