import { Hono } from 'hono';
import { json } from '../answers.ts';
import { type CrmEnv, scopeFailure } from '../crm/session.ts';

const DETAILS = '/account-info/:version{(?:2026-0[39]|v3)}/details';

/**
 * The route for the settings of an account.
 * https://developers.hubspot.com/docs/api-reference/latest/account/account-information/guide
 */
export function accountRoutes(): Hono<CrmEnv> {
  const routes = new Hono<CrmEnv>();
  routes.get(DETAILS, (c) => {
    const session = c.get('session');
    const refused = scopeFailure(session, [['oauth']]);
    if (refused) return refused;
    const { hubId, account, clock } = session.portal;
    const utcOffsetMilliseconds = offsetOf(account.timeZone, clock.now());
    return json(200, {
      portalId: hubId,
      accountType: 'STANDARD',
      timeZone: account.timeZone,
      companyCurrency: account.currency,
      additionalCurrencies: account.additionalCurrencies,
      utcOffset: asText(utcOffsetMilliseconds),
      utcOffsetMilliseconds,
      uiDomain: account.uiDomain,
      dataHostingLocation: account.dataHostingLocation,
      ...(c.req.param('version') === '2026-09' && { portalName: account.name, createdAt: account.createdAt }),
    });
  });
  return routes;
}

const MINUTE_MS = 60_000;

/** The offset of a time zone from UTC at `now`, in milliseconds. */
function offsetOf(timeZone: string, now: number): number {
  const text = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).format(now);
  const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d+):(\d+)/.exec(text) ?? [];
  return Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
}

function asText(offsetMs: number): string {
  const minutes = Math.abs(offsetMs) / MINUTE_MS;
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${offsetMs < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}
