import { CRM_OBJECTS, type ObjectType } from '../../crm/objects.ts';
import { writeScopes } from '../../crm/scopes.ts';
import { callsOfAssociate, callsOfDissociate, scopesOfAssociation } from '../analysis/association-mutation-cost.ts';
import { fieldMetadata } from '../analysis/field-metadata.ts';
import { builder } from '../builder.ts';
import { eitherId } from '../ids/global-id.ts';
import { type AssociationPayload, associate, dissociate, GIVEN_PAIR } from '../writes/association-writes.ts';
import { CrmObjectType } from './crm.ts';
import { userErrorsField } from './user-error.ts';
import { installationIdField } from './write-inputs.ts';

const RecordRefInput = builder.inputRef<{ objectType: ObjectType; id: string }>('RecordRef').implement({
  description: 'Names one record of any type.',
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
      from: t.field({ type: RecordRefInput, required: true, description: 'The record at which the labels are shown.' }),
      to: t.field({
        type: RecordRefInput,
        required: true,
        description: 'The record that the labels describe: a `Decision maker` is `to`.',
      }),
      labels: t.stringList({ description: labels }),
    }),
  });
}

const AssociateInput = associationInput('AssociateInput', {
  description: 'Which two records are associated, and as what.',
  labels:
    'Labels that the portal defines, such as `Decision maker`: what `to` is for `from`. They are added to those that ' +
    'there are. For labels the portal must have granted the read scopes of both types, too. All associated records of `from` ' +
    'are looked through for labels that there are: where one record has many of the other type, let it be `to`.',
});
const DissociateInput = associationInput('DissociateInput', {
  description: 'Which two records are parted, or which labels they lose.',
  labels:
    'Labels to take away; the association itself stays. Left out or empty: the association goes, and all labels with it. ' +
    'For labels the portal must have granted the read scopes of both types, too.',
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

const AssociatePayload = associationPayload(
  'AssociatePayload',
  'The records that are associated, or why they are not.',
);
const DissociatePayload = associationPayload('DissociatePayload', 'The records that are parted, or why they are not.');

/** Which two of them it takes, the input decides. */
const WRITABLE = CRM_OBJECTS.flatMap(({ objectType }) => writeScopes(objectType));
const demanded = { permission: 'hubspot:write', hubspotScopes: WRITABLE, nullable: true, given: GIVEN_PAIR } as const;

builder.mutationField('associate', (t) =>
  t.field({
    ...demanded,
    type: AssociatePayload,
    extensions: fieldMetadata({ calls: callsOfAssociate, argumentScopes: scopesOfAssociation }),
    description: 'Associates two records, with labels where they are given; labels that the association has stay.',
    args: { input: t.arg({ type: AssociateInput, required: true, description: 'Which records, and their labels.' }) },
    resolve: (root, { input }, context) => associate(input, root, context),
  }),
);

builder.mutationField('dissociate', (t) =>
  t.field({
    ...demanded,
    type: DissociatePayload,
    extensions: fieldMetadata({ calls: callsOfDissociate, argumentScopes: scopesOfAssociation }),
    description: 'Takes an association away, or some of its labels. What is not there answers the same.',
    args: { input: t.arg({ type: DissociateInput, required: true, description: 'Which records, and which labels.' }) },
    resolve: (root, { input }, context) => dissociate(input, root, context),
  }),
);
