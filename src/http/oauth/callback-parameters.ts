import type { HubspotAnswer } from '../../installations/connect/connect.ts';
import { page } from './pages.ts';

/** The reason why the callback refused a request. The page does not distinguish unknown, used and expired states. */
export type CallbackRefusal =
  | 'method'
  | 'prefetch'
  | 'repeated_parameter'
  | 'no_state'
  | 'malformed_state'
  | 'no_answer'
  | 'code_and_error'
  | 'malformed_code'
  | 'no_issuer'
  | 'other_issuer'
  | 'unknown_state'
  | 'not_listed'
  | 'used_code'
  | 'too_many_installs'
  | 'foreign_return_url'
  | 'storage_unavailable';

/** Logs a refusal, and answers it with a page. @param frameOrigin that can show the page in a frame */
export type Refuse = (reason: CallbackRefusal, frameOrigin?: string) => Response;

/** A request that repeats one of these parameters may be an attack (RFC 9700 § 4.4, 4.5). */
const SINGLE_PARAMETERS = ['state', 'code', 'error', 'iss'];
/** 32 random bytes as base64url. */
const SECRET = /^[\w-]{43}$/;
const CODE = /^[\x21-\x7e]{1,2048}$/;

export function parseParameters(
  query: URLSearchParams,
  issuer: string | undefined,
): { state: string; answer: HubspotAnswer } | CallbackRefusal {
  if (isRepeated(query, SINGLE_PARAMETERS)) return 'repeated_parameter';
  const state = query.get('state');
  if (!state) return 'no_state';
  if (!isSecret(state)) return 'malformed_state';
  const answer = parseAnswer(query, issuer);
  return typeof answer === 'string' ? answer : { state, answer };
}

/** HubSpot's answer without the state. */
export function parseAnswer(query: URLSearchParams, issuer: string | undefined): HubspotAnswer | CallbackRefusal {
  if (isRepeated(query, SINGLE_PARAMETERS)) return 'repeated_parameter';
  const [code, error, iss] = ['code', 'error', 'iss'].map((name) => query.get(name));
  if (issuer !== undefined && iss !== issuer) return iss == null ? 'no_issuer' : 'other_issuer';
  if (error != null) return code == null ? { error } : 'code_and_error';
  if (code == null) return 'no_answer';
  return CODE.test(code) ? { code } : 'malformed_code';
}

/** True for a state. */
export function isSecret(text: string): boolean {
  return SECRET.test(text);
}

export function isRepeated(query: URLSearchParams, names: readonly string[]): boolean {
  return names.some((name) => query.getAll(name).length > 1);
}

const NOT_FROM_HUBSPOT = 'HubSpot does not open this address in this way. Start again from the application.';
const NOT_TRUSTED =
  'The answer does not name the HubSpot that is expected. Ask the people who run the application: its log says more.';
const REFUSALS: Readonly<Partial<Record<CallbackRefusal, string>>> = {
  no_issuer: NOT_TRUSTED,
  other_issuer: NOT_TRUSTED,
  unknown_state: 'This link is unknown, already used or expired. Start again from the application.',
  not_listed: "The application takes no installs from HubSpot's marketplace. Connect the portal in the application.",
  used_code:
    'This install is already made, or its link was used before. Open the application, and connect the portal there.',
  foreign_return_url: "This link does not lead back to HubSpot. Start again from HubSpot's marketplace.",
};

export function refusalPage(reason: CallbackRefusal, frameOrigin?: string): Response {
  if (reason === 'method') return page(405, 'Not here', 'This address is for HubSpot to return a browser to.');
  if (reason === 'prefetch') return page(425, 'Too early', 'This address is not for looking ahead.');
  if (reason === 'too_many_installs') {
    const text = 'Too many installs arrive at the moment. Load this page again in a minute.';
    return page(429, 'Not installed yet', text, frameOrigin === undefined ? {} : { frameOrigin });
  }
  const text = REFUSALS[reason] ?? NOT_FROM_HUBSPOT;
  return page(400, 'Not connected', text, frameOrigin === undefined ? {} : { frameOrigin });
}
