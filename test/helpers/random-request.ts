import type { Random } from './random.ts';
import { randomBody } from './random-json.ts';

/** One request as it stands on the wire. */
export interface RandomRequest {
  readonly bytes: Buffer;
  /** HTTP that a parser must take; what is beyond GraphQL, Node itself may refuse. */
  readonly isLegal: boolean;
  /** False where the client promises more than it sends, and then says that it is done. */
  readonly isWhole: boolean;
  /** True where nothing is wrong with it. */
  readonly isGood: boolean;
}

const CONTENT_TYPES = [
  'application/json; charset=utf-8',
  'APPLICATION/JSON',
  'application/graphql-response+json',
  'application/graphql',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/plain',
  'application/json; charset=utf-16',
  'application/json;;;=',
  '',
  '\xff',
  'x'.repeat(5_000),
] as const;
const ACCEPTS = [
  '*/*',
  'application/graphql-response+json',
  'text/html',
  'text/event-stream',
  'image/png',
  ',;q=x',
  '',
] as const;
const METHODS = ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'] as const;
const GET_TARGETS = [
  '?query=%7Bviewer%7Bid%7D%7D',
  '?query=%7Bviewer%7Bid%7D%7D&variables=%7B%22a%22%3A1%7D&operationName=&extensions=',
  '?query=%7Bviewer%7Bid%7D%7D&variables=%5B%5D',
  '?query=%7Bviewer%7Bid%7D%7D&query=%7Bviewer%7Bid%7D%7D',
  '?query[]=%7Bviewer%7Bid%7D%7D',
  '?query=mutation%7BconnectHubSpot%7BexpiresAt%7D%7D',
  '?query=%ff',
  '?query=%zz',
  '?query=%00',
  '?query=%ED%A0%80',
  '?__proto__=x&constructor=y&query=%7B__proto__%7D',
  '?&&&==&%3D=%26',
  '?id=x',
  '?documentId=..%2F..%2Fetc%2Fpasswd',
  '?',
  '??query=x',
  '',
] as const;

/** Requests to `/graphql` with the viewer's `token`: mostly good in each respect, and rarely in all. */
export function randomRequest(random: Random, token: string): RandomRequest {
  const rarely = random.chance(0.25);
  const method = random.chance(0.12) ? random.pick(METHODS) : 'POST';
  const target = `/graphql${method === 'POST' ? '' : queryOf(random)}`;
  const { body, isGood } = randomBody(random);
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const framing = hasBody
    ? framed(body, random)
    : { headers: [], bytes: Buffer.alloc(0), isLegal: true, isWhole: true };
  const type = random.chance(0.1) ? random.pick(CONTENT_TYPES) : 'application/json';
  const authorization = random.chance(0.04)
    ? random.pick(['', 'Bearer x.y.z', 'Basic eDp5', `Bearer ${token}x`])
    : `Bearer ${token}`;
  const headers = [
    'Host: gateway.test',
    'Connection: close',
    `Authorization: ${authorization}`,
    ...(rarely && random.chance(0.1) ? [] : [`Content-Type: ${type}`]),
    ...(rarely ? [`Accept: ${random.pick(ACCEPTS)}`] : []),
    ...(rarely && random.chance(0.1) ? [`Content-Encoding: ${random.pick(['gzip', 'identity'])}`] : []),
    ...(rarely && random.chance(0.2) ? ['Origin: https://evil.example'] : []),
    ...(rarely && random.chance(0.1) ? ['X-Request-Id: "{}x'] : []),
    ...framing.headers,
  ];
  const head = Buffer.from(`${method} ${target} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`, 'latin1');
  const isPlain =
    method === 'POST' &&
    framing.bytes.length > 0 &&
    type === 'application/json' &&
    authorization.endsWith(token) &&
    !rarely;
  const { isLegal, isWhole } = framing;
  return {
    bytes: Buffer.concat([head, framing.bytes]),
    isLegal,
    isWhole,
    isGood: isGood && isPlain && isLegal && isWhole,
  };
}

function queryOf(random: Random): string {
  if (random.chance(0.05)) return `?query=${'%20'.repeat(random.integer(1, 6_000))}`;
  return random.pick(GET_TARGETS);
}

interface Framed extends Pick<RandomRequest, 'isLegal' | 'isWhole'> {
  readonly headers: readonly string[];
  readonly bytes: Buffer;
}

function framed(body: Buffer, random: Random): Framed {
  const length = (bytes: number) => [`Content-Length: ${bytes}`];
  const kind = random.next();
  if (kind < 0.65) return { headers: length(body.length), bytes: body, isLegal: true, isWhole: true };
  if (kind < 0.9)
    return { headers: ['Transfer-Encoding: chunked'], bytes: chunked(body, random), isLegal: true, isWhole: true };
  if (kind < 0.92) return { headers: [], bytes: Buffer.alloc(0), isLegal: true, isWhole: true };
  if (kind < 0.95) return { headers: length(body.length + 1), bytes: body, isLegal: true, isWhole: false };
  // What is left over is no request.
  const cut = Math.max(0, body.length - random.integer(1, 9));
  if (kind < 0.98) return { headers: length(cut), bytes: body, isLegal: false, isWhole: true };
  const odd = random.pick(['-1', '1e3', '0x10', '99999999999999999999', '1, 1', '']);
  return { headers: [`Content-Length: ${odd}`], bytes: body, isLegal: false, isWhole: true };
}

/** In chunks as HTTP allows them: of any size, with extensions, with zeros in front, with fields behind. */
function chunked(body: Buffer, random: Random): Buffer {
  const parts: Buffer[] = [];
  const most = random.pick([1, 7, 100, 100_000]);
  let at = 0;
  for (let count = 0; at < body.length; count += 1) {
    // Many small ones and the rest at once.
    const size = count < 200 ? random.integer(1, most) : body.length;
    const chunk = body.subarray(at, at + size);
    at += size;
    const digits = chunk.length.toString(16);
    const spelled = random.pick([digits, digits.toUpperCase(), `000${digits}`, `${digits};a=b`, `${digits};a="b;c"`]);
    parts.push(Buffer.from(`${spelled}\r\n`), chunk, Buffer.from('\r\n'));
  }
  parts.push(Buffer.from(random.pick(['0\r\n\r\n', '000\r\n\r\n', '0;x\r\n\r\n', '0\r\nX-Trailer: x\r\n\r\n'])));
  return Buffer.concat(parts);
}
