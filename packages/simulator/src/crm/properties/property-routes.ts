import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { failure, json, validationError } from '../../answers.ts';
import { PROPERTY_BATCH_MAX, PROPERTY_FAILURES } from '../../assumptions.ts';
import { instant } from '../../instant.ts';
import type { Portal } from '../../portal.ts';
import type { World } from '../../world.ts';
import type { ObjectTypeFacts } from '../object-types.ts';
import { pipelineOptions } from '../pipelines.ts';
import { sensitiveFailure, sensitivityFailure } from '../records/record-view.ts';
import { type CrmEnv, invalidJson, objectBody, permittedType } from '../session.ts';
import { definitionReaders, definitionWriters } from './definition-scopes.ts';
import { parseChanges, parseNewProperty } from './property-input.ts';
import type { RegisteredProperty } from './property-registry.ts';

const PROPERTIES = '/crm/properties/:version{(?:2026-0[39]|v3)}/:type';
const SENSITIVITIES = ['non_sensitive', 'sensitive', 'highly_sensitive'];
const BatchRead = z.object({ inputs: z.array(z.object({ name: z.string() })), archived: z.boolean().default(false) });

/** Routes for property definitions. https://developers.hubspot.com/docs/guides/api/crm/properties */
export function propertyRoutes({ clock }: Pick<World, 'clock'>): Hono<CrmEnv> {
  const routes = new Hono<CrmEnv>();

  routes.get(PROPERTIES, (c) => {
    const type = permittedType(c, definitionReaders);
    if (type instanceof Response) return type;
    const sensitivity = c.req.query('dataSensitivity') ?? 'non_sensitive';
    if (!SENSITIVITIES.includes(sensitivity)) {
      return validationError(`dataSensitivity must be one of ${SENSITIVITIES.join(', ')}.`);
    }
    const archived = c.req.query('archived') === 'true';
    const { portal } = c.get('session');
    const chosen = portal.properties
      .all(type.name)
      .filter((property) => isArchived(property) === archived && property.definition.dataSensitivity === sensitivity);
    return json(200, { results: chosen.map((property) => present(portal, type, property)) });
  });

  routes.post(PROPERTIES, async (c) => {
    const type = permittedType(c, definitionWriters);
    if (type instanceof Response) return type;
    const body = await objectBody(c);
    if (body instanceof Response) return body;
    const property = parseNewProperty(c.get('session').portal.groups[type.name], body);
    if (property instanceof Response) return property;
    const refused = sensitivityFailure(c.get('session'), type, property.dataSensitivity, 'write');
    if (refused) return refused;
    const { portal } = c.get('session');
    if (portal.definition(type.name, property.name)) return failure(409, PROPERTY_FAILURES.exists(property.name));
    return json(201, present(portal, type, portal.properties.define(type.name, property)));
  });

  routes.post(`${PROPERTIES}/batch/read`, async (c) => {
    const type = permittedType(c, definitionReaders);
    if (type instanceof Response) return type;
    const body = await objectBody(c);
    if (body instanceof Response) return body;
    const { success, data } = BatchRead.safeParse(body);
    if (!success) return invalidJson();
    if (data.inputs.length > PROPERTY_BATCH_MAX) {
      return validationError(`The maximum number of inputs supported in a batch request is ${PROPERTY_BATCH_MAX}.`);
    }
    const startedAt = instant(clock.now());
    const { portal } = c.get('session');
    const names = new Set(data.inputs.map(({ name }) => name));
    const found = [...names].flatMap((name) => portal.properties.get(type.name, name) ?? []);
    const results = found.filter((property) => isArchived(property) === data.archived);
    const missing = names.difference(new Set(results.map(({ definition }) => definition.name)));
    return json(missing.size > 0 ? 207 : 200, {
      status: 'COMPLETE',
      results: results.map((property) => present(portal, type, property)),
      ...(missing.size > 0 && { numErrors: missing.size, errors: [...missing].map(missingError) }),
      startedAt,
      completedAt: instant(clock.now()),
    });
  });

  routes.get(`${PROPERTIES}/:name`, (c) => {
    const type = permittedType(c, definitionReaders);
    if (type instanceof Response) return type;
    const property = named(c, type, c.req.query('archived') === 'true');
    return property instanceof Response ? property : json(200, present(c.get('session').portal, type, property));
  });

  routes.patch(`${PROPERTIES}/:name`, async (c) => {
    const type = permittedType(c, definitionWriters);
    if (type instanceof Response) return type;
    const body = await objectBody(c);
    if (body instanceof Response) return body;
    const property = named(c, type);
    if (property instanceof Response) return property;
    const changes = parseChanges(c.get('session').portal.groups[type.name], body);
    if (changes instanceof Response) return changes;
    const { name, modificationMetadata } = property.definition;
    const refused = sensitiveFailure(c.get('session'), type, [name], 'write');
    if (refused) return refused;
    const { readOnlyDefinition, readOnlyOptions = readOnlyDefinition } = modificationMetadata;
    const fixed = Object.keys(changes).some((field) => (field === 'options' ? readOnlyOptions : readOnlyDefinition));
    if (fixed) return failure(400, PROPERTY_FAILURES.readOnly(name));
    const { portal } = c.get('session');
    return json(200, present(portal, type, portal.properties.change(type.name, property, changes)));
  });

  routes.delete(`${PROPERTIES}/:name`, (c) => {
    const type = permittedType(c, definitionWriters);
    if (type instanceof Response) return type;
    const property = named(c, type);
    if (property instanceof Response) return property;
    const { name, hubspotDefined } = property.definition;
    const refused = sensitiveFailure(c.get('session'), type, [name], 'write');
    if (refused) return refused;
    if (hubspotDefined) return failure(400, PROPERTY_FAILURES.readOnly(name));
    c.get('session').portal.properties.archive(type.name, property);
    return json(204, undefined);
  });

  return routes;
}

/** The property in the path, or HubSpot's error. */
function named(c: Context<CrmEnv>, type: ObjectTypeFacts, archived = false): RegisteredProperty | Response {
  const name = c.req.param('name') ?? '';
  const property = c.get('session').portal.properties.get(type.name, name);
  return property && isArchived(property) === archived ? property : failure(404, PROPERTY_FAILURES.unknown(name));
}

function present({ pipelines }: Portal, type: ObjectTypeFacts, property: RegisteredProperty) {
  const { definition, createdAt, updatedAt, archivedAt } = property;
  return {
    ...definition,
    options: pipelineOptions(type, pipelines[type.name], definition.name) ?? definition.options,
    createdAt,
    updatedAt,
    archived: archivedAt !== undefined,
    ...(archivedAt !== undefined && { archivedAt }),
  };
}

function isArchived({ archivedAt }: RegisteredProperty): boolean {
  return archivedAt !== undefined;
}

function missingError(name: string) {
  return { status: 'error', ...PROPERTY_FAILURES.unknown(name), context: { name: [name] } };
}
