import { errorsOf } from './errors-of.ts';
import type { KnownGatewayError } from './gateway-error.ts';

/** The scopes that one portal has not granted, and the input of the mutation that asks for them. */
export interface MissingScopes {
  readonly installationId: string;
  /** HubSpot's names of the missing scopes, sorted. */
  readonly scopes: readonly string[];
  /** The refused fields as type and field, such as `Contact.owner`, sorted. */
  readonly coordinates: readonly string[];
  /** The complete input of `connectHubSpot`: the granted scopes and the missing ones. */
  readonly input: { readonly installationId: string; readonly scopes: readonly string[] };
}

/**
 * The missing scopes of a result, grouped by installation in the order of the errors.
 * @param result whatever `errorsOf` takes, also its answer
 */
export function missingScopes(result: unknown): readonly MissingScopes[] {
  const refused = errorsOf(result).filter((error) => error.code === 'MISSING_SCOPES');
  return [...Map.groupBy(refused, ({ extensions }) => extensions.installationId)].map(([installationId, errors]) => ({
    installationId,
    scopes: union(errors, ({ missingScopes }) => missingScopes),
    coordinates: union(errors, ({ coordinate }) => [coordinate]),
    input: { installationId, scopes: union(errors, ({ remedy }) => remedy.input.scopes ?? []) },
  }));
}

type Refused = KnownGatewayError<'MISSING_SCOPES'>;

function union(errors: readonly Refused[], read: (extensions: Refused['extensions']) => readonly string[]): string[] {
  return [...new Set(errors.flatMap(({ extensions }) => read(extensions)))].sort();
}

/**
 * Scopes as English words, such as `reading deals` for `crm.objects.deals.read`. A scope of another form keeps its name.
 */
export function describeScopes(scopes: readonly string[]): string {
  const words = scopes.map((scope) => {
    const [, object = '', access] = /^crm\.objects\.([a-z_]+)\.(read|write)$/.exec(scope) ?? [];
    return object ? `${access === 'read' ? 'reading' : 'editing'} ${object.replaceAll('_', ' ')}` : scope;
  });
  const last = words.at(-1) ?? '';
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} and ${last}` : last;
}
