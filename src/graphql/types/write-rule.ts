import type { RequiredWhen, WriteRule } from '../../connector/metadata/write-rules.ts';
import { definitionScopes } from '../../crm/scopes.ts';
import type { PropertyValidation } from '../../hubspot/crm/property-validations.ts';
import { fieldMetadata } from '../analysis/field-metadata.ts';
import { builder } from '../builder.ts';
import { CrmRef } from '../refs.ts';
import { connectorOf } from '../scopes.ts';
import { parseDateTime } from '../values/date-time.ts';
import { decimal } from '../values/scalars.ts';
import { CrmObjectType } from './crm.ts';

const ValidationRef = builder.objectRef<PropertyValidation>('PropertyValidation').implement({
  description:
    'A rule of the portal for the values of a property, as HubSpot returns it. https://developers.hubspot.com/docs/api-reference/latest/crm/property-validations/guide lists the types.',
  fields: (t) => ({
    type: t.exposeString('type', { description: "HubSpot's `ruleType`, such as `ALPHANUMERIC`." }),
    arguments: t.stringList({
      description: "HubSpot's `ruleArguments`, such as `NUMERIC_ONLY`. Dates are epoch milliseconds.",
      resolve: (validation) => [...validation.arguments],
    }),
  }),
});

const RequiredWhenRef = builder.objectRef<RequiredWhen>('RequiredWhen').implement({
  description: 'A condition under which a property needs a value.',
  fields: (t) => ({
    property: t.exposeString('property', {
      description: "HubSpot's internal name of the property that decides, such as `dealstage`.",
    }),
    values: t.stringList({
      description:
        'The values of that property that are known to require the other one, such as `closedlost`. HubSpot can have more.',
      resolve: ({ values }) => [...values],
    }),
  }),
});

const WriteRuleRef = builder.objectRef<WriteRule>('WriteRule').implement({
  description:
    'What HubSpot and the admins of the portal require of the values of one property. A field is null where HubSpot does not tell, which does not mean that there is no rule: HubSpot checks every write.',
  fields: (t) => ({
    property: t.exposeString('property', {
      description: "HubSpot's internal name of the property, as in `PropertyDefinition.name`.",
    }),
    requiredOnCreate: t.boolean({
      nullable: true,
      description:
        '`true` when a new record needs a value. Null when unknown. HubSpot has no call that lists the properties that its create form requires: the gateway knows those that HubSpot documents, and those for whose absence HubSpot has refused a write in the last 30 minutes. Each replica of the gateway knows only the refusals that it has received itself.',
      resolve: ({ requiredOnCreate }) => requiredOnCreate ?? null,
    }),
    requiredWhen: t.field({
      type: [RequiredWhenRef],
      nullable: true,
      description:
        'The conditions under which a record needs a value. Null when unknown. HubSpot has no call that lists them: the gateway knows those by which HubSpot has refused a write in the last 30 minutes. Each replica of the gateway knows only the refusals that it has received itself.',
      resolve: ({ requiredWhen }) => (requiredWhen.length > 0 ? [...requiredWhen] : null),
    }),
    pattern: t.string({
      nullable: true,
      description: 'Regular expression in the syntax of RE2 that a value must match. Null without such a rule.',
      resolve: (rule) => argumentOf(rule, 'REGEX') ?? null,
    }),
    minimum: t.string({
      nullable: true,
      description:
        'The least value: a decimal number, a date such as `2026-11-23`, or a date-time in ISO 8601. Null without such a rule.',
      resolve: (rule) => bound(rule, 'MIN_NUMBER', 'START'),
    }),
    maximum: t.string({
      nullable: true,
      description: 'The greatest value, in the format of `minimum`. Null without such a rule.',
      resolve: (rule) => bound(rule, 'MAX_NUMBER', 'END'),
    }),
    minimumLength: t.int({
      nullable: true,
      description: 'The fewest characters of a text. Null without such a rule.',
      resolve: (rule) => length(argumentOf(rule, 'MIN_LENGTH')),
    }),
    maximumLength: t.int({
      nullable: true,
      description: 'The most characters of a text. Null without such a rule.',
      resolve: (rule) => length(argumentOf(rule, 'MAX_LENGTH')),
    }),
    validations: t.field({
      type: [ValidationRef],
      description: 'All rules for the values as HubSpot returns them, also those in the fields above.',
      resolve: ({ validations }) => [...validations],
    }),
  }),
});

/** The first argument of the rule of this type. */
function argumentOf({ validations }: WriteRule, type: string): string | undefined {
  return validations.find((validation) => validation.type === type)?.arguments[0];
}

/** A property has the rules of one type: of numbers, dates or date-times. */
function bound(rule: WriteRule, number: 'MIN_NUMBER' | 'MAX_NUMBER', edge: 'START' | 'END'): string | null {
  const iso = (type: string) => parseDateTime(argumentOf(rule, type) ?? '')?.toISOString();
  return (
    decimal(argumentOf(rule, number) ?? '') ?? iso(`${edge}_DATE`)?.slice(0, 10) ?? iso(`${edge}_DATETIME`) ?? null
  );
}

function length(argument = ''): number | null {
  return /^\d{1,9}$/.test(argument) ? Number(argument) : null;
}

builder.interfaceField(CrmRef, 'writeRules', (t) =>
  t.field({
    type: [WriteRuleRef],
    nullable: true,
    description:
      'What HubSpot and the admins of the portal require of new and changed records of a type, by the name of the property. Without properties that have no known rule. The data can be some minutes old; the gateway reads it again after HubSpot has refused a write. ' +
      'The portal must have granted `crm.schemas.{type}.read`, `crm.objects.{type}.read` or `crm.objects.{type}.write`.',
    permission: 'hubspot:read',
    hubspotScopes: definitionScopes,
    extensions: fieldMetadata({ reads: 'rules' }),
    args: {
      objectType: t.arg({ type: CrmObjectType, required: true, description: 'The record type.' }),
    },
    async resolve(parent, { objectType }, context) {
      const connector = await connectorOf(parent, context);
      return [...(await connector.metadata.writeRules(objectType))];
    },
  }),
);
