import type { Clock } from '../../../lib/time/clock.ts';
import { instant } from '../../instant.ts';
import { byObjectType, factsOf, type ObjectTypeFacts, type ObjectTypeName } from '../object-types.ts';
import type { CustomProperty, PropertyDefinition } from './property-definitions.ts';

/** A definition with its history. */
export interface RegisteredProperty {
  readonly definition: PropertyDefinition;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly archivedAt?: string;
}

/** HubSpot's own properties came with the account. */
const ACCOUNT_CREATED_AT = '2019-08-06T02:41:08.109Z';

/** The property definitions of one portal. Definitions never change in place: a change replaces them. */
export class PropertyRegistry {
  readonly #clock: Clock;
  readonly #properties: Readonly<Record<ObjectTypeName, Map<string, RegisteredProperty>>>;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#properties = byObjectType(hubspotProperties);
  }

  /** Live and archived ones, in alphabetical order of the names. */
  all(type: ObjectTypeName): readonly RegisteredProperty[] {
    return [...this.#properties[type].values()].sort((a, b) => (a.definition.name < b.definition.name ? -1 : 1));
  }

  /** Archived or not. */
  get(type: ObjectTypeName, name: string): RegisteredProperty | undefined {
    return this.#properties[type].get(name);
  }

  /** Adds a property of the portal's own; an archived one of that name makes room. */
  define(type: ObjectTypeName, property: CustomProperty): RegisteredProperty {
    const at = instant(this.#clock.now());
    return this.#put(type, { definition: customProperty(type, property), createdAt: at, updatedAt: at });
  }

  change(
    type: ObjectTypeName,
    property: RegisteredProperty,
    changes: Partial<Omit<PropertyDefinition, 'name'>>,
  ): RegisteredProperty {
    const definition = { ...property.definition, ...changes };
    return this.#put(type, { ...property, definition, updatedAt: instant(this.#clock.now()) });
  }

  /** Records keep their values, which nobody sees any more. */
  archive(type: ObjectTypeName, property: RegisteredProperty): void {
    this.#put(type, { ...property, archivedAt: instant(this.#clock.now()) });
  }

  #put(type: ObjectTypeName, property: RegisteredProperty): RegisteredProperty {
    this.#properties[type].set(property.definition.name, property);
    return property;
  }
}

function hubspotProperties({ properties }: ObjectTypeFacts): Map<string, RegisteredProperty> {
  return new Map(
    properties.map((definition) => [
      definition.name,
      { definition, createdAt: ACCOUNT_CREATED_AT, updatedAt: ACCOUNT_CREATED_AT },
    ]),
  );
}

/** The whole definition of a portal's own property. */
function customProperty(type: ObjectTypeName, property: CustomProperty): PropertyDefinition {
  return {
    label: property.name,
    description: '',
    groupName: factsOf(type).groups[0]?.name ?? '',
    options: [],
    displayOrder: -1,
    calculated: false,
    externalOptions: false,
    hasUniqueValue: false,
    hidden: false,
    formField: true,
    hubspotDefined: false,
    dataSensitivity: 'non_sensitive',
    modificationMetadata: { archivable: true, readOnlyDefinition: false, readOnlyOptions: false, readOnlyValue: false },
    ...property,
  };
}
