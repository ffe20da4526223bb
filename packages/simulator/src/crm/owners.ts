/** An owner of records. https://developers.hubspot.com/docs/guides/api/crm/owners */
export interface Owner {
  /** The value of `hubspot_owner_id`. */
  readonly id: string;
  readonly email: string;
  readonly type: 'PERSON' | 'QUEUE';
  readonly firstName: string;
  readonly lastName: string;
  /** The id of the user, which differs from `id`; `null` for an archived owner. */
  readonly userId: number | null;
  readonly userIdIncludingInactive: number | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly archived: boolean;
  /** Absent when the owner is in no team. */
  readonly teams?: readonly Team[];
}

export interface Team {
  readonly id: string;
  readonly name: string;
  readonly primary: boolean;
}
