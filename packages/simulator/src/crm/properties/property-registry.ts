import { instant } from '../../instant.ts';
import type { Clock } from '../../time/clock.ts';
import { byObjectType, factsOf, type ObjectTypeFacts, type ObjectTypeName } from '../object-types.ts';
import type { CustomProperty, PropertyDefinition } from './property-definitions.ts';

/** A definition with its history. */
export interface RegisteredProperty {
  readonly definition: PropertyDefinition;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly archivedAt?: string;
}

/** HubSpot's properties are as old as the account. */
const ACCOUNT_CREATED_AT = '2019-08-06T02:41:08.109Z';

/** The property definitions of one portal. A change replaces a definition, and never mutates it. */
export class PropertyRegistry {
  readonly #clock: Clock;
  readonly #properties: Readonly<Record<ObjectTypeName, Map<string, RegisteredProperty>>>;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#properties = byObjectType(hubspotProperties);
  }

  /** All properties, also archived ones, in alphabetical order. */
  all(type: ObjectTypeName): readonly RegisteredProperty[] {
    return [...this.#properties[type].values()].sort((a, b) => (a.definition.name < b.definition.name ? -1 : 1));
  }

  /** Finds a property, also an archived one. */
  get(type: ObjectTypeName, name: string): RegisteredProperty | undefined {
    return this.#properties[type].get(name);
  }

  /** Adds a custom property. It can replace an archived property of the same name. */
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

  /** Archives a property. Records keep its values, but answers do not contain them. */
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

/** The complete definition of a custom property. */
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
