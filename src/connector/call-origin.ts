import type { CallOrigin, HubspotCall } from '../hubspot/client.ts';

/** For whom a call is made: every call of a connector is made for somebody. */
export function originOf({ name, origin }: HubspotCall): CallOrigin {
  if (!origin) throw new TypeError(`${name} is made for nobody`);
  return origin;
}
