import type { CallContext, HubspotCall } from '../hubspot/client.ts';

/** @throws TypeError when the call has no context: every call of a connector needs one */
export function callContextOf({ name, callContext }: HubspotCall): CallContext {
  if (!callContext) throw new TypeError(`${name} has no call context`);
  return callContext;
}
