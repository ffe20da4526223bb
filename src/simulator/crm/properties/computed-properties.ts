import type { ObjectTypeName } from '../object-types.ts';

type Values = Readonly<Record<string, string>>;

/** What HubSpot itself writes into a new record, besides its id and dates, as its answers to batch creates show. */
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

/** What follows from values that are written. */
export function computedOnUpdate(type: ObjectTypeName, { email }: Values): Values {
  return type === 'contacts' && email !== undefined ? { hs_email_domain: email.split('@')[1] ?? '' } : {};
}
