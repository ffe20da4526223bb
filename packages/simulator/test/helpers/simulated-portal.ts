import type { Portal } from '../../src/portal.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator.ts';
import { ManualClock } from '../../src/time/manual-clock.ts';
import { type HubspotAnswer, HubspotCaller } from './hubspot-caller.ts';

const OBJECTS = ['contacts', 'deals', 'companies'];
/** Reading and writing everything. */
export const WRITE_SCOPES = OBJECTS.flatMap((name) => [`crm.objects.${name}.read`, `crm.objects.${name}.write`]);

/** An empty portal, its clock, and an app that may write into it. */
export interface SimulatedPortal {
  readonly simulator: Simulator;
  readonly portal: Portal;
  readonly clock: ManualClock;
  readonly hubspot: HubspotCaller;
}

export function simulatePortal(app: SimulatorOptions['app'] = {}): SimulatedPortal {
  const clock = new ManualClock();
  const size = { contacts: 0, deals: 0, companies: 0 };
  const simulator = createSimulator({ clock, app, portals: [{ hubId: 101, domain: 'one.example', user: 'a', size }] });
  const [portal] = simulator.portals as [Portal]; // One was asked for.
  return { simulator, portal, clock, hubspot: new HubspotCaller(simulator, WRITE_SCOPES) };
}

export interface WrittenRecord {
  readonly id: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly archived: boolean;
}

export interface ErrorAnswer {
  readonly status: string;
  readonly message: string;
  readonly category?: string;
  readonly context?: Readonly<Record<string, readonly string[]>>;
  readonly errors?: readonly { readonly code: string; readonly message: string; readonly context: object }[];
}

/** The refusal that a call is answered with, and its HTTP status. */
export async function refusal(
  answer: Promise<HubspotAnswer<unknown>>,
): Promise<Omit<ErrorAnswer, 'status'> & { readonly status: number }> {
  const { status, body } = await answer;
  return { ...(body as ErrorAnswer), status }; // The test asserts on what is in it.
}
