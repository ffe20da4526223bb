import type { Simulator } from '../../src/simulator/simulator.ts';

export interface HubspotAnswer<B> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: B;
}

/** An app with a token of a portal, the simulator's first, before anything of the gateway: plain requests, plain answers. */
export class HubspotCaller {
  readonly token: string;
  readonly #simulator: Simulator;

  constructor(simulator: Simulator, scopes: readonly string[], portal = simulator.portals[0]) {
    if (!portal) throw new TypeError('the simulator has no portal');
    this.#simulator = simulator;
    this.token = simulator.grants.issueTokens({ portal, scopes }).accessToken.token;
  }

  get<B>(path: string): Promise<HubspotAnswer<B>> {
    return this.#send(path, {});
  }

  post<B>(path: string, body: unknown): Promise<HubspotAnswer<B>> {
    return this.#send(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });
  }

  patch<B>(path: string, body: unknown): Promise<HubspotAnswer<B>> {
    return this.#send(path, { method: 'PATCH', body: typeof body === 'string' ? body : JSON.stringify(body) });
  }

  delete<B>(path: string): Promise<HubspotAnswer<B>> {
    return this.#send(path, { method: 'DELETE' });
  }

  async #send<B>(path: string, init: RequestInit): Promise<HubspotAnswer<B>> {
    const headers = { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' };
    const response = await this.#simulator.fetch(new Request(`http://hubspot.test${path}`, { ...init, headers }));
    const text = await response.text();
    // The test names the shape that it then asserts on.
    const body = (text === '' ? undefined : JSON.parse(text)) as B;
    return { status: response.status, headers: response.headers, body };
  }
}

/** Sends a form as the token endpoints expect it. */
export function postForm(
  simulator: Simulator,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<Response> {
  return simulator.fetch(
    new Request(`http://hubspot.test${path}`, { method: 'POST', body: new URLSearchParams(fields) }),
  );
}
