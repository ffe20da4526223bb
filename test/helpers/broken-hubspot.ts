import { createSimulator, NO_LIMITS, type Simulator } from 'hubspot-graphql-gateway-simulator';
import { Dispatcher } from 'undici';
import type { Clock } from '../../src/lib/time/clock.ts';
import { Random } from './random.ts';

const SCOPES = ['contacts', 'deals', 'companies', 'owners'].map((name) => `crm.objects.${name}.read`);
const PORTAL = { hubId: 1_234_567, domain: 'one.example', user: 'a', size: { contacts: 9, deals: 7, companies: 4 } };
const FOREVER_MS = 1e12;
/** A portal has hundreds of definitions of properties, of which the first ones will do. */
const MOST_RESULTS = 12;

/** HubSpot's answers to writes: what was written, as a record. Nothing is kept, so that every document meets the same portal. */
const WRITTEN = { createdAt: '2026-01-01T00:00:00Z', updatedAt: '2026-01-01T00:00:00Z', archived: false };

const GARBAGE = [
  undefined,
  null,
  '',
  'garbage',
  '\ud800',
  'x'.repeat(5_000),
  {},
  [],
  [null],
  -1,
  0.5,
  1e308,
  2 ** 53 + 2,
  true,
  '99999999999999999999',
  '0000-00-00',
  '-1e400',
  'UNKNOWN_ENUM_VALUE',
  { id: '1', label: {}, constructor: 1 },
] as const;
type Failure = readonly [status: number, text: string];
const FAILURES: readonly [Failure, ...Failure[]] = [
  [400, '{"status":"error","category":"VALIDATION_ERROR","message":"no"}'],
  [400, '[]'],
  [403, '{"status":"error","category":"MISSING_SCOPES"}'],
  [404, '{"status":"error","category":"OBJECT_NOT_FOUND"}'],
  [409, '{}'],
  [477, '{}'],
  [500, '<html></html>'],
  [503, ''],
  [200, '<html></html>'],
  [200, ''],
  [200, 'null'],
  [200, '{"results":'],
  [204, ''],
  [207, '{"results":[],"numErrors":1,"errors":[{"category":"INTERNAL_ERROR"}]}'],
  [207, '{"results":[],"numErrors":9}'],
  [200, '{"__proto__":{"results":[]},"results":[{"id":"1"}]}'],
];

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A portal whose answers are broken at random places: the same ones whenever, and in whatever batch, they are asked for. */
export class BrokenPortal {
  readonly seed: number;
  /** Of the values, from 0 to 1. */
  readonly share: number;

  constructor(seed: number, share: number) {
    this.seed = seed;
    this.share = share;
  }

  /** The token that its calls carry. */
  get token(): string {
    return `${this.seed}_${this.share}`;
  }

  static of(token: string): BrokenPortal {
    const [seed, share] = token.split('_').map(Number);
    return new BrokenPortal(seed ?? 0, share ?? 0);
  }

  failure(endpoint: string): Answer | undefined {
    const random = this.#at(endpoint);
    if (!random.chance(this.share)) return undefined;
    const [status, text] = random.pick(FAILURES);
    return { status, text };
  }

  /** What HubSpot says at `place`, with some of it broken, missing, or under another id. */
  broken(value: unknown, place: string): unknown {
    const random = this.#at(place);
    // A broken list or object takes everything in it along: that is rare.
    const weight = typeof value === 'object' && value !== null ? 0.1 : 1;
    if (random.chance(this.share * weight)) return random.pick(GARBAGE);
    if (Array.isArray(value)) {
      return value.flatMap((item: unknown, index) => {
        const name = nameOf(item) ?? String(index);
        if (random.chance(this.share * 0.3)) return [];
        return [this.broken(item, `${place}[${name}]`)];
      });
    }
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, item]) => [key, this.broken(item, `${place}.${key}`)] as const);
    return Object.fromEntries(entries);
  }

  #at(place: string): Random {
    let seed = this.seed;
    for (let index = 0; index < place.length; index += 1) seed = (Math.imul(seed, 31) + place.charCodeAt(index)) | 0;
    return new Random(seed);
  }
}

/** By what an item of a list is known, wherever it stands. */
function nameOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const name: unknown = Reflect.get(item, 'id') ?? Reflect.get(item, 'toObjectId') ?? Reflect.get(item, 'name');
  return name === undefined ? undefined : String(name);
}

/** HubSpot without a socket: the simulator's answers, broken as the portal that the call's token names has it. */
export class BrokenHubspot extends Dispatcher {
  readonly #simulator: Simulator;
  readonly #token: string;
  readonly #known = new Map<string, Promise<Answer>>();
  calls = 0;

  constructor(clock: Clock) {
    super();
    const options = { clock, limits: NO_LIMITS, logRequests: false, portals: [PORTAL], accessTokenLifeMs: FOREVER_MS };
    this.#simulator = createSimulator(options);
    const [portal] = this.#simulator.portals;
    if (!portal) throw new TypeError('the simulator has no portal');
    this.#token = this.#simulator.grants.issueTokens({ portal, scopes: ['oauth', ...SCOPES] }).accessToken.token;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    this.calls += 1;
    const controller = {} as Dispatcher.DispatchController; // Nothing here is ever paused or aborted.
    handler.onRequestStart?.(controller, {});
    void this.#answer(options).then(({ status, text }) => {
      handler.onResponseStart?.(controller, status, {}, '');
      handler.onResponseData?.(controller, Buffer.from(text));
      handler.onResponseEnd?.(controller, {});
    });
    return true;
  }

  async #answer({ method, path, headers, body }: Dispatcher.DispatchOptions): Promise<Answer> {
    const { authorization = '' } = headers as Record<string, string>;
    const portal = BrokenPortal.of(authorization.replace('Bearer ', ''));
    const endpoint = `${method} ${path.replace(/\?.*$/, '')}`;
    const failure = portal.failure(endpoint);
    if (failure) return failure;
    const answer = isWrite(endpoint) ? written(endpoint, String(body)) : await this.#read(method, path, body);
    if (answer.text === '' || portal.share === 0) return answer;
    return { ...answer, text: JSON.stringify(portal.broken(JSON.parse(answer.text), endpoint)) ?? '' };
  }

  /** The portal never changes, so each answer is made once. */
  #read(method: string, path: string, body: unknown): Promise<Answer> {
    const key = `${method} ${path} ${body}`;
    const known = this.#known.get(key);
    if (known) return known;
    const answer = this.#ask(method, path, body);
    this.#known.set(key, answer);
    return answer;
  }

  async #ask(method: string, path: string, body: unknown): Promise<Answer> {
    const headers = { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' };
    const request = new Request(`http://hubspot.test${path}`, {
      method,
      headers,
      ...(typeof body === 'string' && { body }),
    });
    const response = await this.#simulator.fetch(request);
    const text = await response.text();
    return { status: response.status, text: text === '' ? '' : JSON.stringify(shortened(JSON.parse(text))) };
  }
}

function isWrite(endpoint: string): boolean {
  return !endpoint.startsWith('GET') && !/(batch\/read|search)$/.test(endpoint);
}

function written(endpoint: string, body: string): Answer {
  if (endpoint.startsWith('DELETE') || endpoint.includes('/labels/archive')) return { status: 204, text: '' };
  const { properties = {}, inputs } = JSON.parse(body === 'null' ? '{}' : body) as Record<string, unknown>;
  const record = { ...WRITTEN, id: '100001', properties };
  const answer = inputs ? { status: 'COMPLETE', results: [{ ...record, properties: {}, new: true }] } : record;
  return { status: 200, text: JSON.stringify(answer) };
}

function shortened(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const results: unknown = Reflect.get(value, 'results');
  return Array.isArray(results) ? { ...value, results: results.slice(0, MOST_RESULTS) } : value;
}
