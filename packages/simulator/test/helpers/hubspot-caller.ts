import type { Person } from '../../src/people.ts';
import type { Simulator } from '../../src/simulator.ts';

export interface HubspotAnswer<B> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: B;
}

/** An app with a token of a portal, the simulator's first, before anything of the gateway: plain requests, plain answers. */
export class HubspotCaller {
  readonly token: string;
  readonly #simulator: Simulator;

  constructor(simulator: Simulator, scopes: readonly string[], portal = simulator.portals[0], person?: Person) {
    if (!portal) throw new TypeError('the simulator has no portal');
    this.#simulator = simulator;
    this.token = simulator.grants.issueTokens({ portal, scopes, ...(person && { person }) }).accessToken.token;
  }

  get<B>(path: string): Promise<HubspotAnswer<B>> {
    return this.#send('GET', path);
  }

  post<B>(path: string, body: unknown): Promise<HubspotAnswer<B>> {
    return this.#send('POST', path, body);
  }

  put<B>(path: string, body?: unknown): Promise<HubspotAnswer<B>> {
    return this.#send('PUT', path, body);
  }

  patch<B>(path: string, body: unknown): Promise<HubspotAnswer<B>> {
    return this.#send('PATCH', path, body);
  }

  delete<B>(path: string): Promise<HubspotAnswer<B>> {
    return this.#send('DELETE', path);
  }

  async #send<B>(method: string, path: string, body?: unknown): Promise<HubspotAnswer<B>> {
    const headers = { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' };
    const init = { method, headers, ...(body !== undefined && { body: asText(body) }) };
    const response = await this.#simulator.fetch(new Request(`http://hubspot.test${path}`, init));
    const text = await response.text();
    // The test names the shape that it then asserts on; an answer without a body is undefined.
    const parsed = (text === '' ? undefined : JSON.parse(text)) as B;
    return { status: response.status, headers: response.headers, body: parsed };
  }
}

function asText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
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
