/**
 * The name of a scope without the suffix that HubSpot's introspection gives to scopes of sensitive values. Both names stand
 * for one scope.
 */
export function plainScope(scope: string): string {
  return scope.replace(/(\.(?:highly_)?sensitive\.(?:read|write))\.v2$/, '$1');
}
