import type { MissingScopes } from '../errors/missing-scopes.ts';
import type { Refusals } from '../refusals.ts';
import { type SendOptions, send } from '../send.ts';
import {
  type ConnectionResult,
  FLOW_PARAMETER,
  failed,
  failureOf,
  type ReturnParameters,
  returnParameters,
  withoutParameters,
} from './connection-result.ts';
import { type BrowserWindow, handOver, openPopup, type Popup, returnOf } from './popup.ts';

/** The input of `connectHubSpot` without `returnTo`. The input of a remedy has this type. */
export interface ConnectInput {
  /** An installation to connect again, or to ask for more scopes. Without it, any portal. */
  readonly installationId?: string;
  readonly scopes?: readonly string[];
  readonly optionalScopes?: readonly string[];
  /** Operations that the frontend will send: the gateway asks for the scopes that they need. */
  readonly documents?: readonly string[];
}

export interface ConnectOptions {
  /**
   * `redirect`, the default, leaves the page, and HubSpot is there in its place. `popup` opens a window. Call `connect`
   * from the event handler of a click then; where the browser blocks the window, the page is left all the same.
   */
  readonly mode?: 'redirect' | 'popup';
  /**
   * URL of this frontend to which the browser returns. The gateway's `RETURN_URLS` must allow it. The current page by
   * default.
   */
  readonly returnTo?: string;
}

/** The connect flow, as a frontend sees it. */
export interface Connections {
  /**
   * Starts the flow, and sends the browser to HubSpot. With a popup, it resolves when the flow has ended; otherwise the
   * page that the browser returns to calls `completeConnection`.
   */
  connect(input?: ConnectInput, options?: ConnectOptions): Promise<ConnectionResult>;
  /**
   * Call it whenever a page loads that the browser can return to. It reads the parameters that the gateway has added to
   * the URL, removes them from the address bar, and completes the flow. `undefined` when the URL has none.
   * @param url the URL to read, where it is not that of the page
   */
  completeConnection(url?: string): Promise<ConnectionResult | undefined>;
  /** Asks a portal for missing scopes. */
  allow(missing: MissingScopes, options?: ConnectOptions): Promise<ConnectionResult>;
}

export interface ConnectionsOptions extends SendOptions {
  /** Forgets what a portal refused when the portal is connected again. */
  readonly refusals?: Refusals;
  /** The global `window` by default. */
  readonly window?: BrowserWindow;
}

const START = 'mutation ConnectHubSpot($input: ConnectHubSpotInput) { connectHubSpot(input: $input) { authorizeUrl } }';
const COMPLETE = `mutation CompleteHubSpotConnection($input: CompleteHubSpotConnectionInput!) {
  completeHubSpotConnection(input: $input) { installation { id } }
}`;

export function createConnections(options: ConnectionsOptions): Connections {
  function browser(): BrowserWindow {
    const page = options.window ?? globalThis.window;
    if (page === undefined) throw new TypeError('A connect flow needs a browser: outside of one, give a `window`.');
    return page;
  }

  async function connect(
    input: ConnectInput = {},
    { mode = 'redirect', returnTo }: ConnectOptions = {},
  ): Promise<ConnectionResult> {
    const page = browser();
    const popup = mode === 'popup' ? openPopup(page) : null;
    try {
      return await start(page, popup, input, returnTo ?? withoutParameters(page.location.href).href);
    } catch (error) {
      popup?.close();
      throw error;
    }
  }

  async function start(
    page: BrowserWindow,
    popup: Popup | null,
    input: ConnectInput,
    returnTo: string,
  ): Promise<ConnectionResult> {
    const flow = crypto.randomUUID();
    const target = new URL(returnTo);
    if (popup) target.searchParams.set(FLOW_PARAMETER, flow);
    const { data, errors } = await send<{ connectHubSpot: { authorizeUrl: string } | null }>(options, {
      query: START,
      variables: { input: { ...input, returnTo: target.href } },
      // The browser keeps the cookie that binds the flow to it.
      credentials: 'include',
    });
    if (!data?.connectHubSpot) {
      popup?.close();
      return failed('refused', errors);
    }
    const { authorizeUrl } = data.connectHubSpot;
    if (!popup) {
      page.location.assign(authorizeUrl);
      return { status: 'pending' };
    }
    popup.location.href = authorizeUrl;
    const returned = await returnOf(flow, popup, page);
    return returned === 'closed' ? failed('closed') : complete(returned);
  }

  async function completeConnection(url?: string): Promise<ConnectionResult | undefined> {
    const page = url === undefined ? browser() : undefined;
    const current = url ?? page?.location.href ?? '';
    const parameters = returnParameters(current);
    if (!parameters) return undefined;
    page?.history.replaceState(page.history.state, '', withoutParameters(current).href);
    const flow = new URL(current).searchParams.get(FLOW_PARAMETER);
    if (!page || flow === null || !(await handOver(flow, parameters))) return complete(parameters);
    page.close();
    return { status: 'pending' };
  }

  async function complete({ hubspot, installation, connection, reason }: ReturnParameters): Promise<ConnectionResult> {
    if (hubspot === 'connected' && installation !== undefined) return connected(installation);
    if (hubspot !== 'confirm' || connection === undefined) return failureOf(reason);
    const { data, errors } = await send<{
      completeHubSpotConnection: { installation: { id: string } } | null;
    }>(options, { query: COMPLETE, variables: { input: { connection } } });
    const completed = data?.completeHubSpotConnection;
    return completed ? connected(completed.installation.id) : failed('refused', errors);
  }

  function connected(installationId: string): ConnectionResult {
    options.refusals?.forget(installationId);
    return { status: 'connected', installationId };
  }

  return { connect, completeConnection, allow: ({ input }, connectOptions) => connect(input, connectOptions) };
}
