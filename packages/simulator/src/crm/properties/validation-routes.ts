import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { failure, json, validationError } from '../../answers.ts';
import { PROPERTY_FAILURES } from '../../assumptions.ts';
import type { ObjectTypeFacts } from '../object-types.ts';
import { type CrmEnv, invalidJson, objectBody, permittedType } from '../session.ts';
import { definitionReaders, definitionWriters } from './definition-scopes.ts';
import { isRuleType, type ValidationRule } from './validation-rules.ts';

const VALIDATIONS = '/crm/property-validations/:version{(?:2026-0[39]|v3)}/:type';
const RULE = `${VALIDATIONS}/:name/rule-type/:ruleType`;
const Rule = z.object({
  ruleArguments: z.array(z.string()),
  shouldApplyNormalization: z.boolean().exactOptional(),
});

/**
 * Routes for the rules of admins for the values of properties.
 * https://developers.hubspot.com/docs/api-reference/latest/crm/property-validations/guide
 */
export function validationRoutes(): Hono<CrmEnv> {
  const routes = new Hono<CrmEnv>();

  routes.get(VALIDATIONS, (c) => {
    const type = permittedType(c, definitionReaders);
    if (type instanceof Response) return type;
    const rules = c.get('session').portal.validations[type.name];
    const results = [...rules].filter(([, ofProperty]) => ofProperty.length > 0);
    return json(200, {
      results: results.map(([propertyName, propertyValidationRules]) => ({ propertyName, propertyValidationRules })),
    });
  });

  routes.get(`${VALIDATIONS}/:name`, (c) => {
    const type = permittedType(c, definitionReaders);
    if (type instanceof Response) return type;
    const rules = rulesOf(c, type);
    return rules instanceof Response ? rules : json(200, { results: rules });
  });

  routes.get(RULE, (c) => {
    const type = permittedType(c, definitionReaders);
    if (type instanceof Response) return type;
    const rules = rulesOf(c, type);
    if (rules instanceof Response) return rules;
    const ruleType = c.req.param('ruleType');
    const rule = rules.find((candidate) => candidate.ruleType === ruleType);
    return rule ? json(200, rule) : failure(404, PROPERTY_FAILURES.unknown(ruleType));
  });

  routes.put(RULE, async (c) => {
    const type = permittedType(c, definitionWriters);
    if (type instanceof Response) return type;
    const body = await objectBody(c);
    if (body instanceof Response) return body;
    const rules = rulesOf(c, type);
    if (rules instanceof Response) return rules;
    const ruleType = c.req.param('ruleType');
    if (!isRuleType(ruleType)) return validationError(`There is no rule type ${ruleType}.`);
    const { success, data } = Rule.safeParse(body);
    if (!success) return invalidJson();
    if (ruleType === 'REGEX' && !isPattern(data.ruleArguments[0])) return validationError('The pattern is not valid.');
    c.get('session').portal.validateProperty(type.name, c.req.param('name'), { ruleType, ...data });
    return json(204, undefined);
  });

  return routes;
}

/** The rules of the property in the path, or HubSpot's error for an unknown one. */
function rulesOf(c: Context<CrmEnv>, type: ObjectTypeFacts): readonly ValidationRule[] | Response {
  const { portal } = c.get('session');
  const name = c.req.param('name') ?? '';
  if (!portal.definition(type.name, name)) return failure(404, PROPERTY_FAILURES.unknown(name));
  return portal.validations[type.name].get(name) ?? [];
}

function isPattern(pattern: string | undefined): boolean {
  try {
    return pattern !== undefined && new RegExp(pattern, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}
