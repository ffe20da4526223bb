/** A small portal: enough for most tests, and quick to make. */
export const SMALL_PORTAL = {
  hubId: 1_234_567,
  domain: 'meadowbrook.example',
  user: 'admin@meadowbrook.example',
  size: { contacts: 120, deals: 60, companies: 20 },
};
