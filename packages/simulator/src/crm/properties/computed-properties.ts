import type { ObjectTypeName } from '../object-types.ts';

type Values = Readonly<Record<string, string>>;

/** Values that HubSpot sets in a new record besides id and dates, as in its answers to batch creates. */
export function computedOnCreate(type: ObjectTypeName, id: string, values: Values): Values {
  switch (type) {
    case 'contacts':
      return {
        hs_all_contact_vids: id,
        hs_is_contact: 'true',
        hs_is_unworked: 'true',
        hs_pipeline: 'contacts-lifecycle-pipeline',
        ...computedOnUpdate(type, values),
      };
    case 'companies':
      return values.domain ? { website: values.domain } : {};
    default:
      return {};
  }
}

/** Values that HubSpot computes from written values. */
export function computedOnUpdate(type: ObjectTypeName, { email }: Values): Values {
  return type === 'contacts' && email !== undefined ? { hs_email_domain: email.split('@')[1] ?? '' } : {};
}
