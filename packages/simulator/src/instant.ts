/** ISO 8601 in HubSpot's format, without a fraction when the milliseconds are 0. */
export function instant(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('.000Z', 'Z');
}
