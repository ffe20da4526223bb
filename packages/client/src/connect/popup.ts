import type { ReturnParameters } from './connection-result.ts';

/** The parts of a browser's `window` that connect flows use. */
export interface BrowserWindow {
  readonly location: { readonly href: string; assign(url: string): void };
  readonly history: { readonly state: unknown; replaceState(state: unknown, unused: string, url: string): void };
  readonly document: { hasFocus(): boolean };
  open(url: string, target: string, features: string): Popup | null;
  close(): void;
}

export interface Popup {
  readonly closed: boolean;
  readonly location: { href: string };
  close(): void;
}

/**
 * Pages of one origin speak over this channel. `window.opener` is not used, because HubSpot's pages can cut it with
 * `Cross-Origin-Opener-Policy`.
 */
const CHANNEL = 'hubspot-graphql-gateway-client';
const POLL_MS = 400;
/** A page that has opened a popup answers within this time, or is gone. */
const ANSWER_MS = 1_000;

interface Message {
  readonly flow?: string;
  readonly parameters?: ReturnParameters;
  readonly isTaken?: true;
}

/** An empty popup. It must open in the event handler of a click, before anything asynchronous, or browsers block it. */
export function openPopup(window: BrowserWindow): Popup | null {
  return window.open('about:blank', '_blank', 'popup,width=600,height=760');
}

/**
 * Resolves when the page in the popup has returned from HubSpot, or when the person has closed the popup.
 *
 * A popup whose opener was cut looks closed while it is open. So it counts as closed only when this page has the focus.
 */
export function returnOf(
  flow: string,
  popup: Popup,
  { document }: BrowserWindow,
): Promise<ReturnParameters | 'closed'> {
  const channel = new BroadcastChannel(CHANNEL);
  return new Promise((resolve) => {
    let wasClosed = false;
    const polling = setInterval(() => {
      const isClosed = popup.closed && document.hasFocus();
      // The message of a popup that closes itself arrives in between.
      if (isClosed && wasClosed) end('closed');
      wasClosed = isClosed;
    }, POLL_MS);
    const end = (outcome: ReturnParameters | 'closed') => {
      clearInterval(polling);
      channel.close();
      resolve(outcome);
    };
    channel.onmessage = ({ data }: MessageEvent<Message | null>) => {
      if (data?.flow !== flow || !data.parameters) return;
      channel.postMessage({ flow, isTaken: true } satisfies Message);
      end(data.parameters);
    };
  });
}

/** Gives what the gateway returned to the page that opened this popup. False when that page is gone. */
export function handOver(flow: string, parameters: ReturnParameters): Promise<boolean> {
  const channel = new BroadcastChannel(CHANNEL);
  return new Promise((resolve) => {
    const end = (isTaken: boolean) => {
      clearTimeout(timeout);
      channel.close();
      resolve(isTaken);
    };
    const timeout = setTimeout(() => end(false), ANSWER_MS);
    channel.onmessage = ({ data }: MessageEvent<Message | null>) => {
      if (data?.flow === flow && data.isTaken) end(true);
    };
    channel.postMessage({ flow, parameters } satisfies Message);
  });
}
