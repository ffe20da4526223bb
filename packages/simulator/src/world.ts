import type { Faults } from './faults/faults.ts';
import type { Limits } from './limits/limits.ts';
import type { Grants } from './oauth/grants.ts';
import type { RegisteredApp } from './oauth/registered-app.ts';
import type { Portal } from './portal.ts';
import type { RequestLog } from './request-log.ts';
import type { Clock } from './time/clock.ts';

/** The state of the simulator. */
export interface World {
  readonly clock: Clock;
  readonly app: RegisteredApp;
  readonly portals: readonly Portal[];
  readonly grants: Grants;
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly limits: Limits;
}
