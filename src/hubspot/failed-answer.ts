import { type CallOutcome, HubspotError, type HubspotFailure, NOT_UNDERSTOOD, REFUSED } from './hubspot-error.ts';
import { LimitReachedError } from './limit-reached-error.ts';

type FailureCode =
  | 'HUBSPOT_FORBIDDEN'
  | 'RATE_LIMITED'
  | 'HUBSPOT_UNAVAILABLE'
  | 'HUBSPOT_TIMEOUT'
  | 'HUBSPOT_BAD_RESPONSE'
  | 'HUBSPOT_BAD_REQUEST'
  | 'HUBSPOT_UNAUTHORIZED';

/** https://developers.hubspot.com/docs/api-reference/error-handling: something is locked under heavy writes. */
export const LOCKED = 423;
/** The same page: HubSpot moves the portal between data centres. */
export const PORTAL_MIGRATING = 477;

/** HubSpot documents it nowhere. Integrators met it at the limit of association labels. */
const PORTAL_LIMIT = 437;

const OUTAGE: CallOutcome = { reachedHubSpot: 'yes', mayBeDone: true, condition: 'outage' };
const UNAVAILABLE = ['HUBSPOT_UNAVAILABLE', 'HubSpot is not available at the moment.'] as const;

type Meaning = readonly [matches: (status: number) => boolean, FailureCode, message: string, CallOutcome];

/** The first row that matches applies. 52x come from Cloudflare in front of HubSpot. */
const MEANINGS: readonly Meaning[] = [
  [(s) => s === 401, 'HUBSPOT_UNAUTHORIZED', 'HubSpot does not accept the access token of this installation.', REFUSED],
  [
    (s) => s === 403,
    'HUBSPOT_FORBIDDEN',
    'HubSpot refused this although the granted scopes looked sufficient.',
    REFUSED,
  ],
  [(s) => s === 408 || s === 504 || s === 524, 'HUBSPOT_TIMEOUT', 'HubSpot did not answer in time.', OUTAGE],
  [(s) => s === 429, 'RATE_LIMITED', 'The rate limit of this HubSpot portal is used up.', REFUSED],
  [(s) => s === LOCKED, ...UNAVAILABLE, { ...REFUSED, condition: 'locked' }],
  [(s) => s === PORTAL_MIGRATING, ...UNAVAILABLE, { ...REFUSED, condition: 'migrating' }],
  [
    (s) => s === PORTAL_LIMIT,
    'HUBSPOT_BAD_REQUEST',
    'HubSpot refused the request because the portal has reached a limit, such as that of association labels.',
    REFUSED,
  ],
  [(s) => s >= 500, ...UNAVAILABLE, OUTAGE],
  [(s) => s >= 400, 'HUBSPOT_BAD_REQUEST', 'HubSpot refused the request as invalid.', REFUSED],
];
const UNKNOWN_MEANING: Meaning = [
  () => true,
  'HUBSPOT_BAD_RESPONSE',
  'HubSpot answered something that could not be understood.',
  NOT_UNDERSTOOD,
];

/**
 * The error that a client gets for a failed answer of HubSpot. `decisive` is the status that decides, where it is not that of the
 * whole answer: one part of a batch fails as a call of its own would.
 */
export function hubspotError(failure: HubspotFailure, decisive = failure.status): HubspotError {
  const { policy: _, retryAfterMs, ...hubspot } = failure;
  const [, code, message, outcome] = MEANINGS.find(([matches]) => matches(decisive)) ?? UNKNOWN_MEANING;
  if (code === 'RATE_LIMITED') return new LimitReachedError(message, failure);
  const extensions = { ...(retryAfterMs !== undefined && { retryAfterMs }), hubspot };
  return new HubspotError(code, message, extensions, { ...outcome, retryAfterMs });
}

const FACT = /^[\w.:-]{1,100}$/;

/** The facts of HubSpot's error body that are safe to show: short identifiers, never prose. Every field is optional there. */
export function describeFailure(body: unknown): Omit<HubspotFailure, 'status' | 'retryAfterMs'> {
  if (typeof body !== 'object' || body === null) return {};
  const fact = (name: string) => {
    const value: unknown = Reflect.get(body, name);
    return typeof value === 'string' && FACT.test(value) ? value : undefined;
  };
  const category = fact('category');
  const subCategory = fact('subCategory');
  const correlationId = fact('correlationId');
  const policy = fact('policyName');
  return {
    ...(category && { category }),
    ...(subCategory && { subCategory }),
    ...(correlationId && { correlationId }),
    ...(policy && { policy }),
  };
}
