import { randomUUID } from 'node:crypto';
import { type LimitPolicy, limitBody } from '../limits/limit-answers.ts';
import type { Fault } from './faults.ts';

type AnswerFault = Extract<Fault, { readonly kind: 'answer' }>;

/**
 * HubSpot's failures, for a rule's `fault`. The bodies of 423 and 477 are not published; they have HubSpot's error
 * envelope here. https://developers.hubspot.com/docs/api-reference/error-handling
 */
export const FAULTS = {
  /** Too many writes at once: the lock lasts for two seconds. */
  locked: refusal(423, (correlationId) => ({ status: 'error', message: 'The resource is locked.', correlationId })),
  /** HubSpot migrates the portal to another data centre, which takes up to a day. */
  migrating: (retryAfterSeconds: number): AnswerFault =>
    refusal(477, (correlationId) => ({ status: 'error', message: 'Migration in progress.', correlationId }), {
      'retry-after': String(retryAfterSeconds),
    }),
  tenSecondly: limit('TEN_SECONDLY_ROLLING'),
  searchSecondly: limit('SECONDLY'),
  daily: limit('DAILY'),
  /** An answer of the proxy in front of HubSpot. */
  badGatewayHtml: {
    kind: 'answer',
    status: 502,
    body: '<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body>Bad gateway</body></html>\n',
    headers: { 'content-type': 'text/html; charset=UTF-8', server: 'cloudflare' },
  },
  truncatedJson: {
    kind: 'answer',
    status: 200,
    body: '{"results":[{"id":"100001","properties":{"email":"ada@one.exa',
    headers: { 'content-type': 'application/json;charset=utf-8' },
  },
} as const satisfies Record<string, AnswerFault | ((retryAfterSeconds: number) => AnswerFault)>;

function limit(policy: LimitPolicy): AnswerFault {
  return refusal(429, (correlationId) => limitBody(policy, correlationId));
}

function refusal(
  status: number,
  body: (correlationId: string) => object,
  headers: Readonly<Record<string, string>> = {},
): AnswerFault {
  const correlationId = randomUUID();
  return {
    kind: 'answer',
    status,
    body: JSON.stringify(body(correlationId)),
    headers: {
      'content-type': 'application/json;charset=utf-8',
      'x-hubspot-correlation-id': correlationId,
      ...headers,
    },
  };
}
