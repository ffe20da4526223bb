/** Who records are assigned to. https://developers.hubspot.com/docs/guides/api/crm/owners */
export interface Owner {
  /** What `hubspot_owner_id` holds. */
  readonly id: string;
  readonly email: string;
  readonly type: 'PERSON' | 'QUEUE';
  readonly firstName: string;
  readonly lastName: string;
  /** The person's number as a user, another one than `id`; `null` once archived. */
  readonly userId: number | null;
  readonly userIdIncludingInactive: number | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly archived: boolean;
  /** Missing when the owner is in none. */
  readonly teams?: readonly Team[];
}

export interface Team {
  readonly id: string;
  readonly name: string;
  readonly primary: boolean;
}
