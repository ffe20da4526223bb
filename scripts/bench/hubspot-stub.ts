import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { answer } from './ipc.ts';
import { CONTACTS, DEALS, DEALS_PER_CONTACT, PAGE } from './workloads.ts';

// HubSpot without any latency of its own: every body is made before the first request. Answers the dated paths and the
// SDK's v3 ones, whatever token and properties they come with.

const AT = '2026-01-01T00:00:00.000Z';
const FIRST_NAMES = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Donald', 'Radia', 'Tony', 'Frances'];
const LAST_NAMES = ['Lovelace', 'Hopper', 'Dijkstra', 'Liskov', 'Knuth', 'Perlman', 'Hoare', 'Allen'];

const contacts = new Map(
  Array.from({ length: CONTACTS.count }, (_, index) => {
    const id = String(CONTACTS.firstId + index);
    const [first, last] = [FIRST_NAMES[index % 8] ?? '', LAST_NAMES[Math.floor(index / 8) % 8] ?? ''];
    const email = `${first}.${last}.${id}@example.com`.toLowerCase();
    return [id, record('0-1', id, { email, firstname: first, lastname: last, lastmodifieddate: AT })];
  }),
);
const deals = new Map(
  Array.from({ length: PAGE * DEALS_PER_CONTACT }, (_, index) => {
    const id = String(DEALS.firstId + index);
    const properties = { amount: `${1_000 + index}.50`, dealname: `Deal ${index + 1}`, hs_lastmodifieddate: AT };
    return [id, record('0-3', id, properties)];
  }),
);
const firstPage = Buffer.from(
  JSON.stringify({
    results: [...contacts.values()].slice(0, PAGE).map((text, index) => ({
      ...JSON.parse(text),
      associations: {
        deals: {
          results: Array.from({ length: DEALS_PER_CONTACT }, (_, n) => ({
            id: String(DEALS.firstId + index * DEALS_PER_CONTACT + n),
            type: 'contact_to_deal',
          })),
        },
      },
    })),
    paging: { next: { after: String(CONTACTS.firstId + PAGE), link: 'https://api.hubapi.com/' } },
  }),
);

function record(typeId: string, id: string, properties: Record<string, string>): string {
  return JSON.stringify({
    id,
    properties: { createdate: AT, hs_object_id: id, ...properties },
    createdAt: AT,
    updatedAt: AT,
    archived: false,
    url: `https://app.hubspot.com/contacts/1/record/${typeId}/${id}`,
  });
}

let calls = 0;
answer('calls', () => calls);

let heldToken: unknown;
const held: (() => void)[] = [];
/** Calls with this access token have no answer until they are released. */
answer('hold', (token) => {
  heldToken = token;
});
answer('release', () => {
  heldToken = undefined;
  for (const go of held.splice(0)) go();
});

const INPUT_ID = /"id":"(\d+)"/g;

createServer((request, response) => {
  calls += 1;
  if (request.headers.authorization === `Bearer ${heldToken}`) held.push(() => reply(request, response));
  else reply(request, response);
}).listen(0, '127.0.0.1');

function reply(request: IncomingMessage, response: ServerResponse): void {
  const { method, url = '' } = request;
  if (method === 'GET' && url.includes('/contacts?')) {
    send(response, firstPage);
    return;
  }
  const known = url.includes('/contacts/batch/read') ? contacts : url.includes('/deals/batch/read') ? deals : undefined;
  if (!known) {
    response.writeHead(404).end('{}');
    return;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))?.toString('latin1') ?? '';
    const found = Array.from(body.matchAll(INPUT_ID), ([, id = '']) => known.get(id));
    send(
      response,
      Buffer.from(`{"status":"COMPLETE","results":[${found}],"startedAt":"${AT}","completedAt":"${AT}"}`, 'latin1'),
    );
  });
}

/** A portal without limits worth the name, in the headers that tell HubSpot's. */
const LIMITS = {
  'x-hubspot-ratelimit-max': '1000000',
  'x-hubspot-ratelimit-remaining': '1000000',
  'x-hubspot-ratelimit-interval-milliseconds': '10000',
};

function send(response: ServerResponse, body: Buffer): void {
  response
    .writeHead(200, { 'content-type': 'application/json;charset=utf-8', 'content-length': body.length, ...LIMITS })
    .end(body);
}
