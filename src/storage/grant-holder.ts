/** The holder of a grant: a tenant, or one viewer of it when the HubSpot app is a user-level app. */
export interface GrantHolder {
  readonly tenantId: string;
  /** Null when all viewers of the tenant share the grant. */
  readonly viewerId: string | null;
}

/**
 * The text that identifies a holder. A tenant's id has no space, so no viewer's text is that of a tenant. It is the
 * `tenant_id` of an installation: a statement for the tenant alone never finds the grant of a viewer.
 */
export function holderId({ tenantId, viewerId }: GrantHolder): string {
  return viewerId === null ? tenantId : `${tenantId} ${viewerId}`;
}
