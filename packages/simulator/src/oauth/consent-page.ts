import { html } from 'hono/html';
import type { Portal } from '../portal.ts';

export interface ConsentRequest {
  /** Where the form goes. */
  readonly action: string;
  /** The parameters of the authorize URL, which the form sends with the decision. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly appName: string;
  readonly portals: readonly Portal[];
  /** Whether the page also lets one choose who consents. */
  readonly choosesPerson: boolean;
  readonly scopes: readonly string[];
  readonly optionalScopes: readonly string[];
}

/** The style of HubSpot's simulated pages. */
export const STYLE = `body{font:15px/1.5 system-ui,sans-serif;background:#f5f8fa;color:#33475b;margin:0}
main{max-width:30rem;margin:8vh auto;background:#fff;border:1px solid #dfe3eb;border-radius:4px;padding:2rem}
h1{font-size:1.3rem;margin:0 0 1rem}fieldset{border:0;padding:0;margin:0 0 1.25rem}legend{font-weight:600;margin-bottom:.4rem}
label{display:block;padding:.2rem 0}small{color:#7c98b6}button{font:inherit;padding:.6rem 1.4rem;border-radius:3px;border:1px solid #ff7a59;cursor:pointer}
button[value=approve]{background:#ff7a59;color:#fff}button[value=decline]{background:#fff;color:#ff7a59;margin-left:.5rem}`;

/** The last lines of a simulated page. */
export const SIMULATED = html`<p><small>This is a simulator on your machine. No data leaves it.</small></p>`;

/** The consent page: choose an account, see the requested scopes, deselect optional scopes, decide. */
export function consentPage(request: ConsentRequest) {
  const { action, parameters, appName, portals, choosesPerson, scopes, optionalScopes } = request;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Connect ${appName} to HubSpot (simulated)</title><style>${STYLE}</style></head>
<body><main><h1>Connect ${appName} to HubSpot</h1>
<form method="post" action="${action}">
${Object.entries(parameters).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<fieldset><legend>Account</legend>
${portals.map(
  (
    portal,
    index,
  ) => html`<label><input type="radio" name="portal" value="${portal.hubId}" ${index === 0 ? 'checked' : ''}>
${portal.domain} <small>${portal.hubId}</small></label>`,
)}</fieldset>
${choosesPerson && personFieldset(portals)}
<fieldset><legend>This app would like to</legend>
${scopes.map((scope) => html`<label><input type="checkbox" checked disabled> ${scope}</label>`)}
${optionalScopes.map(
  (scope) =>
    html`<label><input type="checkbox" name="granted" value="${scope}" checked> ${scope} <small>optional</small></label>`,
)}</fieldset>
<button name="decision" value="approve">Connect app</button><button name="decision" value="decline">Cancel</button>
</form>${SIMULATED}</main></body></html>`;
}

/** The person who consents, with their rights: the token of a user-level app has them. */
function personFieldset(portals: readonly Portal[]) {
  return html`<fieldset><legend>You are</legend><select name="person"><option value="">the admin of the account</option>
${portals.map(
  ({ domain, people }) => html`<optgroup label="${domain}">
${people.map(
  ({ email, rights: { view, edit, editAssociations } }) =>
    html`<option value="${email}">${email}: views ${view}, edits ${edit}${editAssociations ? '' : ', no associations'}</option>`,
)}</optgroup>`,
)}</select></fieldset>`;
}

/** The page for an authorize URL that is invalid for the app. HubSpot does not redirect then. */
export function errorPage(problem: string) {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Authorization failed</title><style>${STYLE}</style></head>
<body><main><h1>Authorization failed</h1><p>${problem}</p></main></body></html>`;
}
