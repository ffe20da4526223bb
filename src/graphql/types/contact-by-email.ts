import { readScopes } from '../../crm/scopes.ts';
import { fieldMetadata } from '../analysis/field-metadata.ts';
import { selectionOf } from '../analysis/selection.ts';
import { builder } from '../builder.ts';
import { CrmRef, RECORD_REFS } from '../refs.ts';
import { connectorOf } from '../scopes.ts';
import { emailAddress } from '../values/email-address.ts';

builder.interfaceField(CrmRef, 'contactByEmail', (t) =>
  t.field({
    type: RECORD_REFS.contacts,
    nullable: true,
    description:
      'The contact with this e-mail address: either its primary address, which is its `email`, or an additional address. ' +
      'Null when the portal has no such contact.',
    permission: 'hubspot:read',
    hubspotScopes: readScopes('contacts'),
    extensions: fieldMetadata({ reads: 'record' }),
    argumentIds: {
      ids: ({ email }) => {
        emailAddress(email);
        return [];
      },
    },
    args: {
      email: t.arg.string({ required: true, description: 'The address, in upper or lower case.' }),
    },
    async resolve(parent, { email }, context, info) {
      const address = emailAddress(email);
      const connector = await connectorOf(parent, context);
      return connector.record('contacts', address, selectionOf(info, 'Contact', connector.granted), 'email');
    },
  }),
);
