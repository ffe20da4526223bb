import { readFileSync } from 'node:fs';
import {
  type GraphQLField,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { CRM_OBJECTS } from '../../src/crm/objects.ts';
import type { ScopeRequirement } from '../../src/crm/scopes.ts';
import { metadataOf } from '../../src/graphql/analysis/field-metadata.ts';
import { schema } from '../../src/graphql/schema.ts';
import { grantSentence, hubspotScopesDirective } from '../../src/graphql/scopes.ts';

const ERRORS = new URL('../../src/errors.ts', import.meta.url);

/** Whatever GraphiQL shows a page or a line of. */
interface Described {
  readonly coordinate: string;
  readonly description: string;
}

type OutputField = GraphQLField<unknown, unknown>;

const types = Object.values(schema.getTypeMap()).filter(
  (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type),
);
const outputFields = types.flatMap((type) =>
  isObjectType(type) || isInterfaceType(type)
    ? Object.values(type.getFields()).map((field) => ({ coordinate: `${type.name}.${field.name}`, type, field }))
    : [],
);
const everything: readonly Described[] = types.flatMap((type) => [
  { coordinate: type.name, description: type.description ?? '' },
  ...partsOf(type),
]);

function partsOf(type: GraphQLNamedType): Described[] {
  if (isEnumType(type)) {
    return type.getValues().map(({ name, description }) => described(`${type.name}.${name}`, description));
  }
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map(({ name, description }) =>
      described(`${type.name}.${name}`, description),
    );
  }
  return isObjectType(type) || isInterfaceType(type)
    ? Object.values(type.getFields()).flatMap((field) => [
        described(`${type.name}.${field.name}`, field.description),
        ...field.args.map(({ name, description }) => described(`${type.name}.${field.name}(${name}:)`, description)),
      ])
    : [];
}

function described(coordinate: string, description: string | null | undefined): Described {
  return { coordinate, description: description ?? '' };
}

function descriptionOf(coordinate: string): string {
  return everything.find((part) => part.coordinate === coordinate)?.description ?? '';
}

function coordinatesOf(parts: readonly { readonly coordinate: string }[]): string[] {
  return parts.map(({ coordinate }) => coordinate);
}

it('describes every type, field, argument, input field and enum value', () => {
  expect(everything.length).toBeGreaterThan(500);
  expect(coordinatesOf(everything.filter(({ description }) => description === ''))).toEqual([]);
  expect(hubspotScopesDirective.args.every(({ description }) => description)).toBe(true);
});

it('describes every code of an error', () => {
  const codes = [...readFileSync(ERRORS, 'utf8').matchAll(/^ {2}([A-Z_]{6,}): /gm)].map(([, code]) => code);
  expect(codes.length).toBeGreaterThan(14);
  for (const code of codes) expect(descriptionOf('Query')).toContain(`\n- \`${code}\`: `);
});

it('describes in sentences', () => {
  expect(coordinatesOf(everything.filter(({ description }) => !/^[`A-Z0-9].*[.)]$/s.test(description)))).toEqual([]);
});

describe('the description of a field', () => {
  it.each(CRM_OBJECTS.map(({ typename }) => typename))('of %s names the properties that it shows', (typename) => {
    const shown = outputFields.filter(({ type, field }) => type.name === typename && propertiesOf(field).length > 0);
    expect(shown.length).toBeGreaterThan(6);
    for (const { field, coordinate } of shown) {
      for (const property of propertiesOf(field)) {
        expect(descriptionOf(coordinate), coordinate).toContain(`\`${property}\``);
      }
    }
  });

  it.each(['hubspotId', 'createdAt', 'updatedAt', 'owner'])('CrmRecord.%s names its property, too', (name) => {
    expect(descriptionOf(`CrmRecord.${name}`)).toMatch(/Property `/);
  });

  it.each(CRM_OBJECTS)('of inputs, filters and orders of $typename names the property', (object) => {
    const { typename, inputs, filters, orders } = object;
    for (const [field, { name }] of Object.entries(inputs)) {
      for (const verb of ['Create', 'Update', 'Upsert']) {
        expect(descriptionOf(`${verb}${typename}Input.${field}`)).toContain(`\`${name}\``);
      }
    }
    for (const [field, { name }] of Object.entries(filters)) {
      expect(descriptionOf(`${typename}Filter.${field}`)).toContain(`\`${name}\``);
    }
    for (const [field, { name }] of Object.entries(orders)) {
      const value = field.replace(/[A-Z]/g, '_$&').toUpperCase();
      expect(descriptionOf(`${typename}OrderField.${value}`)).toContain(`\`${name}\``);
    }
  });

  it('says which scopes of the portal and which permission of the viewer it needs', () => {
    const scoped = outputFields.filter(({ field }) => field.extensions.hubspotScopes);
    const permitted = outputFields.filter(({ field }) => field.extensions.permission);
    expect(Math.min(scoped.length, permitted.length)).toBeGreaterThan(20);
    for (const { coordinate, field } of scoped) {
      // Written by the scopes plugin alone.
      const requirement = field.extensions.hubspotScopes as ScopeRequirement;
      expect(descriptionOf(coordinate), coordinate).toContain(grantSentence(requirement));
    }
    for (const { coordinate, field } of permitted) {
      expect(descriptionOf(coordinate), coordinate).toContain(`Viewers need \`${field.extensions.permission}\`.`);
    }
  });

  it('says once what the scopes are', () => {
    expect(
      coordinatesOf(everything.filter(({ description }) => description.split('must have granted `').length > 2)),
    ).toEqual([]);
  });

  it('of nullable records and connections says when it is null', () => {
    // Of mutations, their type says it for all.
    const nullable = outputFields.filter(
      ({ type, field }) => isNullableScalar(field) && !isError(type) && type.name !== 'Mutation',
    );
    const silent = nullable.filter(({ coordinate }) => !/\bnull\b/i.test(descriptionOf(coordinate)));
    expect(coordinatesOf(silent)).toEqual([]);
  });
});

function isNullableScalar({ type }: OutputField): boolean {
  return !String(type).endsWith('!') && !/Connection$|^\[/.test(String(type));
}

function isError({ name }: GraphQLNamedType): boolean {
  return name.endsWith('Error');
}

function propertiesOf(field: OutputField): readonly string[] {
  const { properties = [] } = metadataOf(field);
  return typeof properties === 'function' ? [] : properties;
}
