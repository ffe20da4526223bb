import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServerAdapter } from '@whatwg-node/server';
import type { PageFiles } from './page-files.ts';

type Answer = (request: Request) => Promise<Response> | Response;

/** The servers behind the one address of the demo. */
export interface DemoParts {
  readonly gateway: Answer;
  /** The simulated HubSpot: its consent page, and the routes that control it. */
  readonly hubspot: Answer;
  readonly page: PageFiles;
  /** A JWT of the viewer of the demo. In an application, its own backend gives one to users who have signed in. */
  readonly mintToken: () => string;
}

/** Parts of the path by which the browser reaches HubSpot. The gateway itself calls HubSpot on a port of its own. */
const OF_HUBSPOT = /^\/(oauth\/authorize|oauth\/\d+\/authorize|_simulator\/.*)$/;
const OF_GATEWAY = /^\/(graphql|oauth\/hubspot\/callback|metrics|health\/(live|ready))$/;

/** Serves the page, the gateway and HubSpot's consent page at one address. `parts` can be set after it listens. */
export class DemoServer {
  readonly #server: Server;
  #parts: DemoParts | undefined;

  constructor() {
    const adapter = createServerAdapter((request: Request) => this.#answer(request));
    this.#server = createServer((request, response) => void adapter.handle(request, response));
  }

  /** Resolves with the port. */
  async listen(port: number, host: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(port, host, resolve);
    });
    return (this.#server.address() as AddressInfo).port; // A listening TCP server has an AddressInfo.
  }

  serve(parts: DemoParts): void {
    this.#parts = parts;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #answer(request: Request): Promise<Response> | Response {
    const parts = this.#parts;
    if (!parts) return new Response('The demo starts.', { status: 503, headers: { 'retry-after': '1' } });
    const { pathname } = new URL(request.url);
    if (OF_GATEWAY.test(pathname)) return parts.gateway(request);
    if (OF_HUBSPOT.test(pathname)) return parts.hubspot(request);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return new Response('Method Not Allowed', { status: 405, headers: { allow: 'GET, HEAD' } });
    }
    if (pathname !== '/demo/token') return parts.page(pathname);
    return Response.json({ token: parts.mintToken() }, { headers: { 'cache-control': 'no-store' } });
  }
}
