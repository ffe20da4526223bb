import type { GatewayError } from '../errors/gateway-error.ts';

/** The reason why a connect flow failed. */
export type ConnectFailure =
  /** The gateway refused to start or to complete the flow; `errors` say why. */
  | 'refused'
  /** The person closed the window of the flow. */
  | 'closed'
  /** The person declined at HubSpot. */
  | 'access_denied'
  /** HubSpot did not accept the code any more. */
  | 'exchange_failed'
  /** The person chose another portal than the one to connect again. */
  | 'portal_mismatch'
  /** This browser has no install of HubSpot's marketplace that could be claimed. */
  | 'nothing_to_claim'
  /** HubSpot could not complete the connection. */
  | 'hubspot_error';

/** The end of a connect flow. */
export type ConnectionResult =
  | { readonly status: 'connected'; readonly installationId: string }
  | {
      readonly status: 'failed';
      readonly reason: ConnectFailure;
      /** An English sentence for the person. */
      readonly message: string;
      /** The errors of the gateway; empty unless `reason` is `refused`. */
      readonly errors: readonly GatewayError[];
    }
  /** The flow goes on in another page: the browser leaves this one, or closes it. */
  | { readonly status: 'pending' };

const MESSAGES: Readonly<Record<ConnectFailure, string>> = {
  refused: 'HubSpot could not be connected.',
  closed: 'The window was closed before HubSpot was connected.',
  access_denied: 'Consent was not given in HubSpot. Nothing was connected.',
  exchange_failed: 'HubSpot did not accept the consent any more. Connect again.',
  portal_mismatch: 'Consent came from another HubSpot portal than the one to be connected. Nothing was changed.',
  nothing_to_claim: 'This browser has no install that can be claimed. Connect HubSpot here.',
  hubspot_error: 'HubSpot could not complete the connection. Try again later.',
};

export function failed(reason: ConnectFailure, errors: readonly GatewayError[] = []): ConnectionResult {
  return { status: 'failed', reason, message: errors[0]?.message ?? MESSAGES[reason], errors };
}

/** The parameters that the gateway adds to `returnTo`. The gateway's `docs/frontend.md` lists them. */
const PARAMETERS = ['hubspot', 'installation', 'connection', 'reason'] as const;

export type ReturnParameters = Readonly<Partial<Record<(typeof PARAMETERS)[number], string>>>;

/** Names the flow of a popup in `returnTo`, so that the page in the popup can tell the page that opened it. */
export const FLOW_PARAMETER = 'hubspot_flow';

/** The values of `hubspot` at the end of a flow. At the start of an install, the gateway sends another one. */
const ENDS = ['connected', 'confirm', 'error'];

/** The parameters of the gateway in a URL; `undefined` when it is not that of the end of a flow. */
export function returnParameters(url: string): ReturnParameters | undefined {
  const { searchParams } = new URL(url);
  if (!ENDS.includes(searchParams.get('hubspot') ?? '')) return undefined;
  return Object.fromEntries(
    PARAMETERS.flatMap((name) => (searchParams.has(name) ? [[name, searchParams.get(name)]] : [])),
  );
}

/** A URL without the parameters of a flow. */
export function withoutParameters(url: string): URL {
  const cleaned = new URL(url);
  for (const name of [...PARAMETERS, FLOW_PARAMETER]) cleaned.searchParams.delete(name);
  return cleaned;
}

export function failureOf(reason: string | undefined): ConnectionResult {
  const known = Object.keys(MESSAGES).find((name) => name === reason);
  return failed((known as ConnectFailure | undefined) ?? 'hubspot_error'); // MESSAGES has exactly these keys.
}
