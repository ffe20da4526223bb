import type { CallContext, HubspotCall } from '../hubspot/client.ts';

/** For whom a call is made: every call of a connector is made for somebody. */
export function callContextOf({ name, callContext }: HubspotCall): CallContext {
  if (!callContext) throw new TypeError(`${name} is made for nobody`);
  return callContext;
}
