import { OAUTH } from '../../../crm/scopes.ts';
import type { Account } from '../../../hubspot/crm/account.ts';
import type { Installation } from '../../../storage/installation.ts';
import { fieldMetadata } from '../../analysis/field-metadata.ts';
import { builder } from '../../builder.ts';
import type { GatewayContext } from '../../context.ts';
import { InstallationRef } from '../../refs.ts';

/** All fields of an operation share one call, and the answer is cached. */
const options = {
  nullable: true,
  permission: 'hubspot:read',
  hubspotScopes: [[OAUTH]],
  extensions: fieldMetadata({ reads: 'account' }),
} as const;

const AGE = 'The data can be some hours old. Null when HubSpot does not return it.';

async function accountOf(installation: Installation, { connectors }: GatewayContext): Promise<Account> {
  const connector = await connectors.of(installation);
  return connector.metadata.account();
}

builder.objectFields(InstallationRef, (t) => ({
  portalName: t.string({
    ...options,
    description: `The name of the portal in HubSpot. ${AGE}`,
    resolve: async (installation, _args, context) => (await accountOf(installation, context)).name,
  }),
  timeZone: t.string({
    ...options,
    description: `The time zone of the portal, such as \`US/Eastern\`. ${AGE}`,
    resolve: async (installation, _args, context) => (await accountOf(installation, context)).timeZone,
  }),
  currency: t.string({
    ...options,
    description: `The company currency of the portal as ISO 4217 code. Amounts without a currency of their own are in it. ${AGE}`,
    resolve: async (installation, _args, context) => (await accountOf(installation, context)).currency,
  }),
  additionalCurrencies: t.stringList({
    ...options,
    description: `The other currencies of the portal as ISO 4217 codes. ${AGE}`,
    async resolve(installation, _args, context) {
      const { additionalCurrencies } = await accountOf(installation, context);
      return additionalCurrencies && [...additionalCurrencies];
    },
  }),
  uiDomain: t.string({
    ...options,
    description: `The host of HubSpot's app for the portal, such as \`app-eu1.hubspot.com\`. ${AGE}`,
    resolve: async (installation, _args, context) => (await accountOf(installation, context)).uiDomain,
  }),
  dataHostingLocation: t.string({
    ...options,
    description: `The region in which HubSpot stores the data of the portal, such as \`na1\` or \`eu1\`. ${AGE}`,
    resolve: async (installation, _args, context) => (await accountOf(installation, context)).dataHostingLocation,
  }),
}));
