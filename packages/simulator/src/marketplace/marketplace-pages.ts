import { html } from 'hono/html';
import { SIMULATED, STYLE } from '../oauth/consent-page.ts';

const PAGE_STYLE = `${STYLE}
input[type=url]{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.5rem;border:1px solid #7c98b6;border-radius:3px}
iframe{width:100%;height:22rem;border:1px solid #dfe3eb}`;

export interface Listing {
  readonly appName: string;
  readonly installUrl: string;
}

/** The page of the app in the marketplace. HubSpot has one install button; the listing decides what it does. */
export function listingPage({ appName, installUrl }: Listing) {
  return layout(
    `${appName} in the marketplace`,
    html`<form method="post" action="/marketplace/installs">
<fieldset><legend><label for="url">Install button URL</label></legend>
<input type="url" id="url" name="installUrl" value="${installUrl}" required></fieldset>
<fieldset><legend>Sign-in configuration</legend>
<label><input type="radio" name="signIn" value="no" checked> Users need no sign-in at the app</label>
<label><input type="radio" name="signIn" value="yes"> Users sign in at the app first</label></fieldset>
<button value="approve">Install app</button></form>`,
  );
}

/** The last step of an install with a sign-in: HubSpot opens the app in a frame, and waits for its `returnUrl` there. */
export function finalizePage(finalizeUrl: string) {
  return layout(
    'Finishing the install',
    html`<p>HubSpot waits for the app to finish the install.</p>
<iframe title="The app finishes its install" src="${finalizeUrl}"></iframe>`,
  );
}

/** Where the app sends the browser back to. */
export function statusPage(domain: string | undefined, listingUrl: string) {
  return domain === undefined
    ? layout(
        'The app is not installed',
        html`<p role="alert">The app has not exchanged the authorization code.</p><p><a href="${listingUrl}">Start again</a></p>`,
      )
    : layout('The app is installed', html`<p>It is installed in ${domain}. Open the app to set it up.</p>`);
}

function layout(title: string, content: ReturnType<typeof html>) {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title} (simulated)</title><style>${PAGE_STYLE}</style></head>
<body><main><h1>${title}</h1>${content}${SIMULATED}</main></body></html>`;
}
