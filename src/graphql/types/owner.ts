import { OWNERS_READ } from '../../crm/scopes.ts';
import type { Owner } from '../../hubspot/crm/owners.ts';
import { fieldMetadata } from '../analysis/field-metadata.ts';
import { MAX_FIRST } from '../analysis/page-sizes.ts';
import { builder } from '../builder.ts';
import { eitherId, recordGlobalId, recordIdIn } from '../ids/global-id.ts';
import { argumentId } from '../ids/target-portal.ts';
import { totalCount } from '../records/connections.ts';
import { ConnectionPage, pageArgs, pageIds, pageRequest } from '../records/pagination.ts';
import { CrmRef, OwnerRef } from '../refs.ts';
import { connectorOf } from '../scopes.ts';
import { emailAddress } from '../values/email-address.ts';

const Team = builder.objectRef<Owner['teams'][number]>('OwnerTeam').implement({
  description: 'A team of the portal that an owner belongs to.',
  fields: (t) => ({
    hubspotId: t.exposeID('id', { description: "HubSpot's id of the team." }),
    name: t.exposeString('name', { description: 'Display name of the team.' }),
    primary: t.exposeBoolean('primary', { description: "`true` for the owner's primary team." }),
  }),
});

builder.objectType(OwnerRef, {
  description:
    'A person or queue of the portal that can own records. Not every user of the portal is an owner. The data can be some minutes old.',
  interfaces: [builder.nodeInterfaceRef()],
  hubspotScopes: OWNERS_READ,
  fields: (t) => ({
    id: t.id({
      description: 'Global id of type, portal and owner id, such as `Owner:1234567:41`.',
      resolve: ({ id, connector }) => recordGlobalId('Owner', connector.installation.hubId, id),
    }),
    hubspotId: t.exposeID('id', {
      description: "HubSpot's owner id, as in the property `hubspot_owner_id` of records. Not the id of a user.",
    }),
    userId: t.exposeID('userId', {
      nullable: true,
      description:
        "HubSpot's id of the owner's user, also of a deactivated user (`userIdIncludingInactive`). Null for queues.",
    }),
    email: t.exposeString('email', { nullable: true, description: 'E-mail address. Null when HubSpot has none.' }),
    firstName: t.exposeString('firstName', { nullable: true, description: 'Given name. Null when it is empty.' }),
    lastName: t.exposeString('lastName', { nullable: true, description: 'Family name. Null when it is empty.' }),
    archived: t.exposeBoolean('archived', {
      description: '`true` for a deactivated owner. Records can still belong to the owner.',
    }),
    teams: t.field({
      type: [Team],
      description: 'Teams of the owner. Empty when the owner has no team.',
      resolve: ({ teams }) => [...teams],
    }),
  }),
});

/** Most portals have fewer owners, so one page has all of them. */
const OWNERS_PAGE = 100;

const OwnerConnection = builder.connectionObject(
  {
    type: OwnerRef,
    name: 'OwnerConnection',
    description: 'A page of owners.',
    fields: (t) => totalCount(t, 'The number of all owners, or of the owners with this `email`. Never null.'),
  },
  { name: 'OwnerEdge', description: 'An owner with its cursor.' },
);

builder.interfaceFields(CrmRef, (t) => ({
  owner: t.field({
    type: OwnerRef,
    nullable: true,
    description: 'One owner by its id, also a deactivated owner. Null when the portal has no owner with this id.',
    permission: 'hubspot:read',
    hubspotScopes: OWNERS_READ,
    extensions: fieldMetadata({ reads: 'owners' }),
    argumentIds: { ids: ({ id }) => [argumentId('id', id)], absent: () => null },
    args: {
      id: t.arg.id({
        required: true,
        description: eitherId('Owner'),
      }),
    },
    async resolve(parent, { id }, context) {
      const connector = await connectorOf(parent, context);
      const ownerId = recordIdIn('Owner', connector.installation.hubId, id);
      return ownerId === undefined ? null : connector.owner(ownerId);
    },
  }),
  owners: t.field({
    type: OwnerConnection,
    nullable: true,
    description:
      "The portal's owners without the deactivated ones, in HubSpot's order. The data can be some minutes old.",
    permission: 'hubspot:read',
    hubspotScopes: OWNERS_READ,
    extensions: fieldMetadata({ reads: 'owners' }),
    argumentIds: {
      ids: (args) => {
        if (args.email != null) emailAddress(args.email);
        return pageIds(args, MAX_FIRST.root);
      },
    },
    args: {
      ...pageArgs(MAX_FIRST.root, OWNERS_PAGE),
      email: t.arg.string({ description: 'Only the owner with this e-mail address, in upper or lower case.' }),
    },
    async resolve(parent, args, context) {
      const email = args.email == null ? undefined : emailAddress(args.email);
      const connector = await connectorOf(parent, context);
      const scope = [connector.installation.hubId, 'owners', email ?? ''].join();
      const { first, start } = pageRequest({ ...args, first: args.first ?? OWNERS_PAGE }, MAX_FIRST.root, scope);
      const page = await connector.owners(first, start, email);
      await context.rows.charge(page.items.length);
      return ConnectionPage.of(page, { start, scope });
    },
  }),
}));
