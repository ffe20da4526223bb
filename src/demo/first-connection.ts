export interface FirstConnection {
  /** The address of the gateway. */
  readonly url: string;
  readonly token: string;
  /** HubSpot's id of the portal. */
  readonly hubId: number;
  /** An optional scope that the person does not tick. */
  readonly denied: string;
}

/** Connects a portal in the way of a frontend and a browser: starts the flow, consents, and follows the redirect. */
export async function connectPortal({ url, token, hubId, denied }: FirstConnection): Promise<void> {
  const started = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: 'mutation { connectHubSpot { authorizeUrl optionalScopes } }' }),
  });
  const { data } = (await started.json()) as {
    data: { connectHubSpot: { authorizeUrl: string; optionalScopes: string[] } };
  };
  const { authorizeUrl, optionalScopes } = data.connectHubSpot;
  const consent = new URLSearchParams([...new URL(authorizeUrl).searchParams, ['decision', 'approve']]);
  consent.set('portal', String(hubId));
  for (const scope of optionalScopes) if (scope !== denied) consent.append('granted', scope);
  const consented = await fetch(new URL(authorizeUrl).origin + new URL(authorizeUrl).pathname, {
    method: 'POST',
    body: consent,
    redirect: 'manual',
  });
  const cookie = started.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const finished = await fetch(consented.headers.get('location') ?? '', { headers: { cookie }, redirect: 'manual' });
  if (!finished.headers.get('location')?.includes('hubspot=connected')) {
    throw new Error(`The demo could not connect its portal (HTTP ${finished.status}).`);
  }
}
