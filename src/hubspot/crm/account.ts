import { OAUTH } from '../../crm/scopes.ts';
import { GatewayError } from '../../errors.ts';
import type { HubspotApi } from '../client.ts';
import { field, text } from '../json.ts';

/** The settings of a portal. A fact is `null` when HubSpot does not return it. */
export interface Account {
  readonly name: string | null;
  /** Such as `US/Eastern`. */
  readonly timeZone: string | null;
  /** ISO 4217 codes. */
  readonly currency: string | null;
  readonly additionalCurrencies: readonly string[] | null;
  /** The host of HubSpot's app, such as `app-eu1.hubspot.com`. */
  readonly uiDomain: string | null;
  /** Such as `na1`, `eu1`. */
  readonly dataHostingLocation: string | null;
}

const HOST = /^([a-z0-9-]{1,63}\.)+hubspot\.com$/;

/**
 * `GET /account-info/{version}/details`. HubSpot returns the name from version 2026-09 on.
 * https://developers.hubspot.com/docs/api-reference/latest/account/account-information/guide
 */
export async function readAccount(api: HubspotApi): Promise<Account> {
  const { body } = await api.send({
    name: 'account.details',
    method: 'GET',
    path: `/account-info/${api.version}/details`,
    scopes: [[OAUTH]],
  });
  if (field(body, 'portalId') === undefined) {
    throw new GatewayError('HUBSPOT_BAD_RESPONSE', 'HubSpot answered something that is not an account.', {});
  }
  const [uiDomain, currencies] = [text(field(body, 'uiDomain')), field(body, 'additionalCurrencies')];
  return {
    name: text(field(body, 'portalName')),
    timeZone: text(field(body, 'timeZone')),
    currency: text(field(body, 'companyCurrency')),
    additionalCurrencies: Array.isArray(currencies) ? currencies.filter((code) => typeof code === 'string') : null,
    uiDomain: uiDomain !== null && HOST.test(uiDomain) ? uiDomain : null,
    dataHostingLocation: text(field(body, 'dataHostingLocation')),
  };
}
