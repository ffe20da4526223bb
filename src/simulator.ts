// The simulator is a package of its own; this entry keeps the name that it had as a part of the gateway.
export type { PortalOptions, Simulator, SimulatorOptions } from 'hubspot-graphql-gateway-simulator';
export { createSimulator, DEFAULT_APP, DEFAULT_PORTALS } from 'hubspot-graphql-gateway-simulator';
