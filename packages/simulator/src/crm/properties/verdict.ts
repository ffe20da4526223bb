/** A value in HubSpot's stored form, or HubSpot's error. */
export type Verdict = Accepted | { readonly error: string; readonly message: string };

interface Accepted {
  readonly value: string;
  /** HubSpot had to change the value, to these epoch milliseconds. */
  readonly normalizedTo?: number;
}
