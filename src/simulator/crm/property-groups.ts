import { byObjectType } from './object-types.ts';

/** A heading under which HubSpot's pages show properties. */
export interface PropertyGroup {
  readonly name: string;
  readonly label: string;
  readonly displayOrder: number;
  readonly archived: boolean;
}

/** The groups that every portal has, by object type. */
export const PROPERTY_GROUPS = byObjectType(({ groups }): readonly PropertyGroup[] =>
  Object.entries(groups).map(([name, label], displayOrder) => ({ name, label, displayOrder, archived: false })),
);
