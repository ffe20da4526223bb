import { PAGE } from '../workloads.ts';
import { requestBatch, requestPage } from './hubspot.ts';
import { sendJson, serveJson } from './json-server.ts';

// The floor: the bytes of one HubSpot call, copied. It parses nothing that HubSpot says, and reads no deals.
serveJson(async ({ operationName, variables }, response) => {
  const { body } = operationName === 'Q1' ? await requestBatch('contacts', [variables.id]) : await requestPage(PAGE);
  sendJson(response, Buffer.from(await body.arrayBuffer()));
});
