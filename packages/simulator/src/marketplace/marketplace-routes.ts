import { type Context, Hono } from 'hono';
import { personIn } from '../oauth/authorize-routes.ts';
import { consentPage, errorPage } from '../oauth/consent-page.ts';
import { acceptsRedirect } from '../oauth/registered-app.ts';
import type { World } from '../world.ts';
import { type Install, Installs } from './installs.ts';
import { finalizePage, listingPage, statusPage } from './marketplace-pages.ts';

/** Where a gateway on this machine takes installs, unless the app has a redirect URL. */
const DEFAULT_INSTALL_URL = 'http://localhost:4000/oauth/hubspot/callback';

/**
 * The app's page in the marketplace, and installs that start there.
 * https://developers.hubspot.com/docs/apps/developer-platform/list-apps/understand-app-install-flow
 */
export function marketplaceRoutes({ app, portals, grants }: World): Hono {
  const routes = new Hono();
  const installs = new Installs();
  const appName = `app ${app.appId}`;

  routes.get('/marketplace', (c) => {
    const installUrl = c.req.query('installUrl') ?? app.redirectUris[0] ?? DEFAULT_INSTALL_URL;
    return c.html(listingPage({ appName, installUrl }));
  });

  routes.post('/marketplace/installs', async (c) => {
    const form = new URLSearchParams(await c.req.text());
    const installUrl = form.get('installUrl') ?? '';
    if (!acceptsRedirect(app, installUrl)) return c.html(errorPage('The install button URL is no redirect URL.'), 400);
    const install = installs.start(installUrl, form.get('signIn') === 'yes');
    const returnUrl = returnUrlOf(c, install);
    return install.hasSignIn
      ? c.redirect(withParameters(installUrl, { step: 'authorize', returnUrl }), 302)
      : c.html(consentTo(install));
  });

  /** The `returnUrl` of an install: with a state after the sign-in, and without one at the end. */
  routes.get('/marketplace/installs/:id', (c) => {
    const install = installs.find(c.req.param('id'));
    if (!install) return c.html(errorPage('There is no such install.'), 404);
    const state = c.req.query('state');
    if (install.hasSignIn && state !== undefined) return c.html(consentTo(install, state));
    const portal = portals.find(({ hubId }) => hubId === install.hubId);
    const isInstalled = portal !== undefined && grants.isInstalled(portal.hubId);
    return c.html(statusPage(isInstalled ? portal.domain : undefined, '/marketplace'));
  });

  routes.post('/marketplace/installs/:id/consent', async (c) => {
    const form = new URLSearchParams(await c.req.text());
    const install = installs.find(c.req.param('id'));
    const portal = portals.find(({ hubId }) => String(hubId) === form.get('portal'));
    const person = personIn(portal, form.get('person'));
    if (!install || !portal || !person) return c.html(errorPage('Choose an account.'), 400);
    if (form.get('decision') !== 'approve') return c.html(errorPage('The app was not installed.'));
    install.hubId = portal.hubId;
    const optional = app.optionalScopes.filter((scope) => form.getAll('granted').includes(scope));
    const scopes = [...new Set(['oauth', ...app.requiredScopes, ...optional])];
    const code = grants.issueCode({ portal, scopes, person }, install.installUrl, undefined);
    const returnUrl = returnUrlOf(c, install);
    const state = form.get('state');
    return state === null
      ? c.redirect(withParameters(install.installUrl, { code, returnUrl }), 302)
      : c.html(finalizePage(withParameters(install.installUrl, { step: 'finalize', code, state, returnUrl })));
  });

  function consentTo({ id }: Install, state?: string) {
    return consentPage({
      action: `/marketplace/installs/${id}/consent`,
      parameters: state === undefined ? {} : { state },
      ...{ appName, portals, choosesPerson: app.isUserLevel },
      ...{ scopes: app.requiredScopes, optionalScopes: app.optionalScopes },
    });
  }

  return routes;
}

function returnUrlOf(c: Context, { id }: Install): string {
  return new URL(`/marketplace/installs/${id}`, c.req.url).href;
}

function withParameters(base: string, parameters: Readonly<Record<string, string>>): string {
  const url = new URL(base);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}
