/** The settings of an account. */
export interface AccountSettings {
  readonly name: string;
  /** A name of the IANA database. */
  readonly timeZone: string;
  /** ISO 4217 codes. */
  readonly currency: string;
  readonly additionalCurrencies: readonly string[];
  /** The host of HubSpot's app, also in the URLs of records. */
  readonly uiDomain: string;
  readonly dataHostingLocation: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

const CREATED_AT = Date.UTC(2019, 7, 6, 2, 41, 8, 109);

/** An account in the United States. */
export function usAccount(name: string): AccountSettings {
  return {
    ...{ name, timeZone: 'US/Eastern', currency: 'USD', additionalCurrencies: [], createdAt: CREATED_AT },
    ...{ uiDomain: 'app.hubspot.com', dataHostingLocation: 'na1' },
  };
}

/** An account in the European Union. */
export function euAccount(name: string): AccountSettings {
  return {
    ...{
      name,
      timeZone: 'Europe/Berlin',
      currency: 'EUR',
      additionalCurrencies: ['GBP', 'USD'],
      createdAt: CREATED_AT,
    },
    ...{ uiDomain: 'app-eu1.hubspot.com', dataHostingLocation: 'eu1' },
  };
}
