import { Hono } from 'hono';
import { DECLINE_RETURNS } from '../assumptions.ts';
import type { Person } from '../people.ts';
import type { Portal } from '../portal.ts';
import type { World } from '../world.ts';
import { consentPage, errorPage } from './consent-page.ts';
import { acceptsRedirect, scopeProblem } from './registered-app.ts';

const PARAMETERS = [
  'client_id',
  'redirect_uri',
  'scope',
  'optional_scope',
  'state',
  'code_challenge',
  'code_challenge_method',
] as const;

type Parameters = Readonly<Partial<Record<(typeof PARAMETERS)[number], string>>>;

/**
 * Routes of the consent page. https://developers.hubspot.com/docs/guides/api/app-management/oauth/working-with-oauth
 */
export function authorizeRoutes(world: World): Hono {
  const routes = new Hono();

  routes.on('GET', ['/oauth/authorize', '/oauth/:hubId{[0-9]+}/authorize'], (c) => {
    const parameters = pick((name) => c.req.query(name));
    const hubId = c.req.param('hubId');
    const portals = world.portals.filter((portal) => hubId === undefined || String(portal.hubId) === hubId);
    const problem =
      authorizeProblem(world, parameters) ?? (portals.length > 0 ? undefined : 'There is no such account.');
    if (problem !== undefined) return c.html(errorPage(problem), 400);
    return c.html(
      consentPage({
        action: '/oauth/authorize',
        parameters: Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined)),
        appName: `app ${world.app.appId}`,
        portals,
        scopes: words(parameters.scope),
        choosesPerson: world.app.isUserLevel,
        optionalScopes: words(parameters.optional_scope).filter((scope) => !words(parameters.scope).includes(scope)),
      }),
    );
  });

  routes.post('/oauth/authorize', async (c) => {
    const form = new URLSearchParams(await c.req.text());
    const parameters = pick((name) => form.get(name) ?? undefined);
    const portal = world.portals.find(({ hubId }) => String(hubId) === form.get('portal'));
    const person = personIn(portal, form.get('person'));
    const problem = authorizeProblem(world, parameters) ?? (portal ? undefined : 'Choose an account.');
    if (problem !== undefined || !portal) return c.html(errorPage(problem ?? 'Choose an account.'), 400);
    if (!person) return c.html(errorPage('This person is no user of the account.'), 400);

    const target = new URL(parameters.redirect_uri ?? '');
    if (parameters.state !== undefined) target.searchParams.set('state', parameters.state);
    if (form.get('decision') !== 'approve') {
      if (!DECLINE_RETURNS) return c.html(errorPage('The app was not connected.'));
      target.searchParams.set('error', 'access_denied');
      target.searchParams.set('error_description', 'The user denied access to the application.');
      return c.redirect(target.href, 302);
    }
    const optional = words(parameters.optional_scope).filter((scope) => form.getAll('granted').includes(scope));
    const scopes = [...new Set(['oauth', ...words(parameters.scope), ...optional])];
    target.searchParams.set(
      'code',
      world.grants.issueCode({ portal, scopes, person }, parameters.redirect_uri ?? '', parameters.code_challenge),
    );
    return c.redirect(target.href, 302);
  });

  return routes;
}

/** The person of the form; without one, the portal's first. */
export function personIn(portal: Portal | undefined, email: string | null): Person | undefined {
  return email === null || email === '' ? portal?.people[0] : portal?.people.find((person) => person.email === email);
}

function pick(read: (name: string) => string | undefined): Parameters {
  return Object.fromEntries(PARAMETERS.map((name) => [name, read(name)]));
}

function authorizeProblem({ app }: World, parameters: Parameters): string | undefined {
  if (parameters.client_id !== app.clientId) return 'There is no app with this client id.';
  if (!acceptsRedirect(app, parameters.redirect_uri ?? '')) return 'The redirect URL does not match one of the app.';
  if (parameters.code_challenge !== undefined && parameters.code_challenge_method !== 'S256') {
    return 'The code challenge method must be S256.';
  }
  return scopeProblem(app, words(parameters.scope), words(parameters.optional_scope));
}

function words(text = ''): string[] {
  return text.split(' ').filter((word) => word !== '');
}
