import { Agent, type IncomingMessage, request } from 'node:http';
import { NO_LIMITS } from 'hubspot-graphql-gateway-simulator';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Fleet } from '../../scripts/bench/fleet.ts';
import { type Balancer, startBalancer } from '../helpers/balancer.ts';
import { createPostgresDatabase } from '../helpers/databases.ts';
import { FULL, Outage, TIMEOUT_MS } from '../helpers/outages.ts';
import { SMALL_PORTAL } from '../helpers/stack.ts';

const REPLICAS = 3;
const TENANTS = 6;
const PER_SECOND = FULL ? 200 : 40;
const READ = '{ contact(id: "100001") { email } }';
const ANSWER = /^\{"data":\{"contact":\{"email":"[^"]+"\}\}\}$/;

let outage: Outage;
beforeEach(() => {
  outage = new Outage();
});
afterEach(() => outage.end());

it(
  'F46 fails no request when replicas restart one after the other',
  async () => {
    const database = await createPostgresDatabase();
    outage.cleanUp(() => database.drop());
    const balancer = await startBalancer();
    outage.cleanUp(() => balancer.close());
    const fleet = await Fleet.start({
      databaseUrl: database.url,
      replicas: REPLICAS,
      tenants: TENANTS,
      env: { NODE_ENV: 'production', PUBLIC_URL: balancer.url },
      simulator: {
        portals: [SMALL_PORTAL],
        accessTokenLifeMs: 5_000,
        limits: { ...NO_LIMITS, burst: { max: 5_000, windowMs: 10_000 } },
      },
    });
    outage.cleanUp(() => fleet.stop());
    await balancer.use(urls(fleet));

    const load = new Load(balancer, fleet);
    const codes: (number | null)[] = [];
    for (let replica = 0; replica < (FULL ? REPLICAS : 1); replica += 1) {
      codes.push(await fleet.replace(replica, 'SIGTERM'));
      await balancer.use(urls(fleet));
      await load.more(PER_SECOND);
    }
    await load.stop();
    if (FULL) process.stdout.write(`rolling restart: ${load.answered} answered, ${load.failures.length} failed\n`);
    expect(load.failures).toEqual([]);
    expect(new Set(codes)).toEqual(new Set([0]));
  },
  TIMEOUT_MS,
);

function urls(fleet: Fleet): string[] {
  return fleet.processes.map(({ url }) => url);
}

/** So many requests per second, whatever becomes of those before: by POST, and by GET every other time. */
class Load {
  answered = 0;
  readonly failures: string[] = [];
  readonly #agent = new Agent({ keepAlive: true });
  readonly #timer: NodeJS.Timeout;
  readonly #open = new Set<Promise<void>>();
  #sent = 0;

  constructor({ url }: Balancer, fleet: Fleet) {
    this.#timer = setInterval(() => {
      this.#sent += 1;
      const sent = this.#send(url, fleet.authorization(`t${this.#sent % TENANTS}`), this.#sent % 2 === 0);
      this.#open.add(sent);
      void sent.finally(() => this.#open.delete(sent));
    }, 1_000 / PER_SECOND);
  }

  async more(count: number): Promise<void> {
    const before = this.answered;
    await expect.poll(() => this.answered + this.failures.length - before, { timeout: 60_000 }).toBeGreaterThan(count);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
    this.#agent.destroy();
  }

  #send(url: string, authorization: string, byGet: boolean): Promise<void> {
    const body = JSON.stringify({ query: READ });
    const target = new URL(byGet ? `/graphql?query=${encodeURIComponent(READ)}` : '/graphql', url);
    const headers = { authorization, ...(!byGet && { 'content-type': 'application/json' }) };
    return new Promise((resolve) => {
      const failed = (reason: string) => {
        this.failures.push(`${byGet ? 'GET' : 'POST'} ${reason}`);
        resolve();
      };
      const call = request(target, { agent: this.#agent, method: byGet ? 'GET' : 'POST', headers }, (response) =>
        textOf(response).then((text) => {
          if (response.statusCode !== 200 || !ANSWER.test(text)) return failed(`${response.statusCode} ${text}`);
          this.answered += 1;
          return resolve();
        }, failed),
      );
      call.on('error', (error) => failed(String(error)));
      call.end(byGet ? undefined : body);
    });
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return text;
}
