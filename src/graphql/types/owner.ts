import type { Owner } from '../../hubspot/owners.ts';
import { builder } from '../builder.ts';
import { recordGlobalId, recordIdIn } from '../global-id.ts';
import { ConnectionPage, MAX_FIRST, pageRequest } from '../pagination.ts';
import { CrmRef, OwnerRef } from '../refs.ts';
import { connectorOf, OWNERS_READ } from '../scopes.ts';
import { from } from '../selection.ts';

const Team = builder.objectRef<Owner['teams'][number]>('OwnerTeam').implement({
  description: 'A team that an owner belongs to.',
  fields: (t) => ({
    hubspotId: t.exposeID('id', { description: "HubSpot's own id of the team." }),
    name: t.exposeString('name', { description: 'Name of the team.' }),
    primary: t.exposeBoolean('primary', { description: "True for the owner's main team." }),
  }),
});

builder.objectType(OwnerRef, {
  description: 'A person or queue of the portal that records can belong to. Needs `crm.objects.owners.read`.',
  interfaces: [builder.nodeInterfaceRef()],
  hubspotScopes: OWNERS_READ,
  fields: (t) => ({
    id: t.id({
      description: 'Global id: type, portal and owner.',
      resolve: ({ id, connector }) => recordGlobalId('Owner', connector.installation.hubId, id),
    }),
    hubspotId: t.exposeID('id', { description: "HubSpot's own owner id, which `hubspot_owner_id` of a record holds." }),
    userId: t.exposeID('userId', {
      nullable: true,
      description: "HubSpot's id of the user behind the owner. Null for archived owners and queues.",
    }),
    email: t.exposeString('email', { nullable: true, description: 'E-mail address. Null when HubSpot has none.' }),
    firstName: t.exposeString('firstName', { nullable: true, description: 'Given name. Null when it is empty.' }),
    lastName: t.exposeString('lastName', { nullable: true, description: 'Family name. Null when it is empty.' }),
    archived: t.exposeBoolean('archived', { description: 'True for somebody who left; records may still be theirs.' }),
    teams: t.field({ type: [Team], description: 'Teams of the owner.', resolve: ({ teams }) => [...teams] }),
  }),
});

const OwnerConnection = builder.connectionObject(
  { type: OwnerRef, name: 'OwnerConnection', description: 'A page of owners.' },
  { name: 'OwnerEdge' },
);

builder.interfaceFields(CrmRef, (t) => ({
  owner: t.field({
    type: OwnerRef,
    nullable: true,
    description: 'One owner, archived or not. Null when the portal has none with this id.',
    permission: 'hubspot:read',
    hubspotScopes: OWNERS_READ,
    extensions: from({ reads: 'owners' }),
    args: { id: t.arg.id({ required: true, description: 'HubSpot owner id, or a global id.' }) },
    async resolve(parent, { id }, context) {
      const connector = await connectorOf(parent, context);
      const ownerId = recordIdIn('Owner', connector.installation.hubId, id);
      return ownerId === undefined ? null : connector.owner(ownerId);
    },
  }),
  owners: t.field({
    type: OwnerConnection,
    nullable: true,
    description: "Active owners in HubSpot's own order, as of at most some minutes ago.",
    permission: 'hubspot:read',
    hubspotScopes: OWNERS_READ,
    extensions: from({ reads: 'owners' }),
    args: {
      first: t.arg.int({ defaultValue: 100, description: 'How many, 1 to 500.' }),
      after: t.arg.string({ description: "A cursor of this connection: what comes behind it. Another's is refused." }),
      email: t.arg.string({ description: 'Only the owner with this e-mail address, in any case.' }),
    },
    async resolve(parent, args, context) {
      const connector = await connectorOf(parent, context);
      const scope = [connector.installation.hubId, 'owners', args.email ?? ''].join();
      const { first, start } = pageRequest(args, MAX_FIRST.root, scope);
      const slice = await connector.owners(first, start, args.email ?? undefined);
      return ConnectionPage.of(slice, { start, scope });
    },
  }),
}));
