import { CRM_OBJECTS, type ObjectType } from '../../crm/objects.ts';
import { writeScopes } from '../../crm/scopes.ts';
import { callsOfAssociate, callsOfDissociate, scopesOfAssociation } from '../analysis/argument-needs.ts';
import { fieldMetadata } from '../analysis/field-metadata.ts';
import { builder } from '../builder.ts';
import { eitherId } from '../ids/global-id.ts';
import { type AssociationPayload, associate, dissociate, PAIR_IDS } from '../writes/association-writes.ts';
import { CrmObjectType } from './crm.ts';
import { userErrorsField } from './user-error.ts';
import { installationIdField } from './write-inputs.ts';

const RecordRefInput = builder.inputRef<{ objectType: ObjectType; id: string }>('RecordRef').implement({
  description: 'Identifies one record of any type.',
  fields: (t) => ({
    objectType: t.field({ type: CrmObjectType, required: true, description: 'Type of the record.' }),
    id: t.id({ required: true, description: eitherId() }),
  }),
});

function associationInput(name: string, { description, labels }: { description: string; labels: string }) {
  return builder.inputType(name, {
    description,
    fields: (t) => ({
      installationId: installationIdField(t),
      from: t.field({
        type: RecordRefInput,
        required: true,
        description: 'The record that HubSpot shows the labels on.',
      }),
      to: t.field({
        type: RecordRefInput,
        required: true,
        description: 'The record that the labels describe, such as the `Decision maker`.',
      }),
      labels: t.stringList({ description: labels }),
    }),
  });
}

const AssociateInput = associationInput('AssociateInput', {
  description: 'Two records to associate, and the labels of the association.',
  labels:
    'Labels that the portal defines, such as `Decision maker`. They describe the role of `to` for `from`. The association ' +
    'keeps its existing labels. With labels, the portal must also have granted the read scopes of both types. The gateway ' +
    'reads all associations of `from` to find the existing labels, so a record with many associations should be `to`.',
});
const DissociateInput = associationInput('DissociateInput', {
  description: 'Two records whose association, or whose labels, the mutation removes.',
  labels:
    'Labels to remove. The association remains. Without labels, the mutation removes the association with all its labels. ' +
    'With labels, the portal must also have granted the read scopes of both types.',
});

function associationPayload(name: string, description: string) {
  return builder.objectRef<AssociationPayload>(name).implement({
    description,
    fields: (t) => ({
      fromId: t.exposeID('fromId', {
        nullable: true,
        description: 'Global id of `from`. Null when nothing was written.',
      }),
      toId: t.exposeID('toId', { nullable: true, description: 'Global id of `to`. Null when nothing was written.' }),
      userErrors: userErrorsField(t, 'written'),
    }),
  });
}

const AssociatePayload = associationPayload('AssociatePayload', 'The associated records, or the errors.');
const DissociatePayload = associationPayload(
  'DissociatePayload',
  'The records without the association, or the errors.',
);

/** The scopes of all types. The input decides which two of them the mutation needs. */
const WRITABLE = CRM_OBJECTS.flatMap(({ objectType }) => writeScopes(objectType));
const options = {
  permission: 'hubspot:write',
  hubspotScopes: WRITABLE,
  nullable: true,
  argumentIds: PAIR_IDS,
} as const;

builder.mutationField('associate', (t) =>
  t.field({
    ...options,
    type: AssociatePayload,
    extensions: fieldMetadata({ calls: callsOfAssociate, argumentScopes: scopesOfAssociation }),
    description: 'Associates two records, and adds labels to the association. Existing labels remain.',
    args: { input: t.arg({ type: AssociateInput, required: true, description: 'The records and the labels.' }) },
    resolve: (root, { input }, context) => associate(input, root, context),
  }),
);

builder.mutationField('dissociate', (t) =>
  t.field({
    ...options,
    type: DissociatePayload,
    extensions: fieldMetadata({ calls: callsOfDissociate, argumentScopes: scopesOfAssociation }),
    description: 'Removes an association, or some of its labels. Succeeds also when they do not exist.',
    args: { input: t.arg({ type: DissociateInput, required: true, description: 'The records and the labels.' }) },
    resolve: (root, { input }, context) => dissociate(input, root, context),
  }),
);
