import { randomUUID } from 'node:crypto';
import { instant } from './instant.ts';

/** HubSpot's error envelope. HubSpot can omit every field except `message`. */
export interface ErrorBody {
  readonly category?: string;
  readonly subCategory?: string;
  readonly message: string;
  readonly context?: Readonly<Record<string, readonly string[]>>;
  readonly errors?: readonly object[];
  readonly links?: Readonly<Record<string, string>>;
}

/** A JSON answer with HubSpot's headers. */
export function json(status: number, body: unknown, correlationId: string = randomUUID()): Response {
  return new Response(body === undefined ? null : JSON.stringify(body), {
    status,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json;charset=utf-8' }),
      'x-hubspot-correlation-id': correlationId,
      ...traceOf(correlationId),
      server: 'cloudflare',
    },
  });
}

/**
 * Trace headers of HubSpot and of the proxy in front of it, as in recorded traffic. HubSpot's support asks for them.
 */
function traceOf(correlationId: string) {
  const hex = correlationId.replaceAll('-', '');
  return { 'x-trace': `2B${hex}${hex.slice(0, 8)}`.toUpperCase().padEnd(60, '0'), 'cf-ray': `${hex.slice(0, 16)}-EWR` };
}

/** An error answer in HubSpot's order of keys. https://developers.hubspot.com/docs/api-reference/error-handling */
export function failure(
  status: number,
  { message, errors, context, links, category, subCategory }: ErrorBody,
): Response {
  const correlationId = randomUUID();
  const body = { status: 'error', message, correlationId, errors, context, links, category, subCategory };
  return json(status, body, correlationId);
}

export function missingCredentials(): Response {
  return failure(401, {
    message:
      'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview',
    category: 'INVALID_AUTHENTICATION',
  });
}

/** `expiredAt` and `now` in epoch milliseconds. */
export function expiredToken(expiredAt: number, now: number): Response {
  const seconds = Math.floor((now - expiredAt) / 1000);
  const [amount, unit] =
    seconds < 3_600 ? [seconds, 'second'] : seconds < 86_400 ? [seconds / 3_600, 'hour'] : [seconds / 86_400, 'day'];
  return failure(401, {
    message: `The OAuth token used to make this call expired ${Math.floor(amount)} ${unit}(s) ago.`,
    category: 'EXPIRED_AUTHENTICATION',
    context: { 'expire time': [instant(expiredAt)] },
  });
}

/** The 403 for a token without a required scope. Any one of `scopes` is enough. */
export function missingScope(scopes: readonly string[]): Response {
  const scopesPage = 'https://developers.hubspot.com/scopes';
  return failure(403, {
    message: `This app hasn't been granted all required scopes to make this call. Read more about required scopes here: ${scopesPage}.`,
    errors: [
      { message: 'One or more of the following scopes are required.', context: { requiredGranularScopes: scopes } },
    ],
    links: { scopes: scopesPage },
    category: 'MISSING_SCOPES',
  });
}

export function notFound(id: string): Response {
  return /^\d+$/.test(id)
    ? failure(404, { message: 'resource not found' })
    : failure(404, {
        message: 'Object not found.  objectId are usually numeric.',
        context: { id: [id] },
        category: 'OBJECT_NOT_FOUND',
      });
}

export function validationError(message: string): Response {
  return failure(400, { message, category: 'VALIDATION_ERROR' });
}

/**
 * An error with the fields of RFC 6749 and of HubSpot.
 * https://developers.hubspot.com/changelog/new-oauth-v3-api-endpoints-and-standardized-error-responses
 */
export function oauthFailure({ error, status, description }: OAuthFailure): Response {
  return json(400, { error, error_description: description, status, message: description });
}

export interface OAuthFailure {
  readonly error: string;
  readonly status: string;
  readonly description: string;
}
