/** How many times as many connections, hits or kills of replicas as an ordinary run has: `STORM_SCALE=10`. */
export const STORM_SCALE = Number(process.env.STORM_SCALE ?? 1);
