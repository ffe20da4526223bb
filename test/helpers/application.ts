import { type Loopback, respond, startLoopback } from './loopback.ts';

/** An application in a browser, as docs/marketplace.md tells to write one. */
export interface Application {
  /** Its page for installs and for claims. */
  readonly url: string;
  readonly origin: string;
  /** The gateway, and the JWT of the person who is signed in. */
  signIn(gatewayUrl: string, jwt: string): void;
  close(): Promise<void>;
}

export async function startApplication(): Promise<Application> {
  const server: Loopback = await startLoopback();
  const origin = server.url.replace('127.0.0.1', 'localhost');
  return {
    url: `${origin}/hubspot`,
    origin,
    signIn(gatewayUrl, jwt) {
      server.answerWith(respond(200, page(gatewayUrl, jwt), { 'content-type': 'text/html; charset=utf-8' }));
    },
    close: () => server.close(),
  };
}

function page(gatewayUrl: string, jwt: string): string {
  return `<!doctype html><html lang="en"><title>Application</title><main><h1>Application</h1>
<p id="status" role="status">Loading</p>
<button id="sign-in" hidden>Sign in</button><button id="finish" hidden>Finish the install</button></main>
<script type="module">
const parameters = new URLSearchParams(location.search);
const show = (text) => { document.getElementById('status').textContent = text; };
async function ask(query, variables) {
  const response = await fetch(${JSON.stringify(`${gatewayUrl}/graphql`)}, {
    method: 'POST',
    credentials: 'include',
    headers: { 'content-type': 'application/json', authorization: ${JSON.stringify(`Bearer ${jwt}`)} },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) show(errors[0].message);
  return data;
}
function offer(id, action) {
  const button = document.getElementById(id);
  button.hidden = false;
  button.onclick = action;
  show('Ready');
}
if (parameters.get('hubspot') === 'install') {
  offer('sign-in', async () => {
    const data = await ask(
      'mutation ($returnUrl: String!) { authorizeMarketplaceInstall(input: { returnUrl: $returnUrl }) { url } }',
      { returnUrl: parameters.get('returnUrl') },
    );
    location.href = data.authorizeMarketplaceInstall.url;
  });
} else if (parameters.get('hubspot') === 'confirm') {
  const data = await ask(
    'mutation ($c: String!) { completeHubSpotConnection(input: { connection: $c }) { installation { hubDomain } } }',
    { c: parameters.get('connection') },
  );
  if (data?.completeHubSpotConnection) show('Connected ' + data.completeHubSpotConnection.installation.hubDomain);
} else if (parameters.has('hubspot')) {
  show(parameters.get('hubspot') + ' ' + (parameters.get('reason') ?? ''));
} else {
  offer('finish', async () => {
    const returnTo = location.origin + location.pathname;
    const data = await ask(
      'mutation ($returnTo: String) { claimMarketplaceInstall(input: { returnTo: $returnTo }) { claimUrl } }',
      { returnTo },
    );
    location.href = data.claimMarketplaceInstall.claimUrl;
  });
}
</script></html>`;
}
