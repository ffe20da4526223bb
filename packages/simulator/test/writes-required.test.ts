import { beforeEach, describe, expect, it } from 'vitest';
import { refusal, type SimulatedPortal, simulatePortal, type WrittenRecord } from './helpers/simulated-portal.ts';

const OBJECTS = '/crm/objects/2026-09';
const DEALS = `${OBJECTS}/deals`;
const DEAL = { dealname: 'Pilot', dealstage: 'appointmentscheduled' };

let world: SimulatedPortal;

beforeEach(() => {
  world = simulatePortal();
});

const create = (path: string, properties: object) => world.hubspot.post<WrittenRecord>(path, { properties });
const statusOf = async (answer: Promise<{ status: number }>) => (await answer).status;

describe('HubSpot wants of a new record', () => {
  it.each([
    ['contacts', { jobtitle: 'Engineer' }, ['email', 'firstname', 'lastname']],
    ['contacts', {}, ['email', 'firstname', 'lastname']],
    ['contacts', { email: '' }, ['email', 'firstname', 'lastname']],
    ['companies', { phone: '1' }, ['name', 'domain']],
    ['deals', { amount: '1' }, ['dealname', 'dealstage']],
    ['deals', { dealname: 'Pilot' }, ['dealstage']],
  ])('%s: not only %j', async (type, properties, missing) => {
    expect(await refusal(create(`${OBJECTS}/${type}`, properties))).toMatchObject({
      status: 400,
      message: expect.stringMatching(
        /^Error creating (CONTACT|COMPANY|DEAL)\. Some required properties were not set\.$/,
      ),
      errors: missing.map((name) => ({ code: 'MISSING_REQUIRED_PROPERTY', context: { propertyName: [name] } })),
      context: { properties: missing },
      category: 'VALIDATION_ERROR',
    });
  });

  it.each([
    ['contacts', { lastname: 'Lovelace' }],
    ['companies', { domain: 'one.example' }],
    ['deals', DEAL],
  ])('%s: %j is enough', async (type, properties) => {
    expect(await statusOf(create(`${OBJECTS}/${type}`, properties))).toBe(201);
  });
});

describe.each([
  ['2026-09', '/crm/objects/2026-09', 400],
  ['2026-03', '/crm/objects/2026-03', 201],
  ['v3', '/crm/v3/objects', 201],
])('with %s', (_version, base, answered) => {
  const held = answered === 400 ? 'are held' : 'are not held';

  it(`new records ${held} to the form that an admin made`, async () => {
    world.portal.requireProperty('contacts', { name: 'phone', onCreate: true });
    expect(await statusOf(create(`${base}/contacts`, { email: 'ada@one.example' }))).toBe(answered);
    expect(await statusOf(create(`${base}/contacts`, { email: 'bea@one.example', phone: '1' }))).toBe(201);
    const { id } = world.portal.create('contacts', { email: 'old@one.example' });
    const update = world.hubspot.patch(`${base}/contacts/${id}`, { properties: { firstname: 'Ada' } });
    expect(await statusOf(update)).toBe(200);
  });

  it(`writes ${held} to a condition of an admin`, async () => {
    const when = { name: 'dealstage', value: 'closedwon' };
    world.portal.requireProperty('deals', { name: 'closedate', when });
    expect(await statusOf(create(`${base}/deals`, { ...DEAL, dealstage: 'closedwon' }))).toBe(answered);
    const { id } = world.portal.create('deals', DEAL);
    const update = (properties: object) => statusOf(world.hubspot.patch(`${base}/deals/${id}`, { properties }));
    expect(await update({ dealstage: 'closedwon' })).toBe(answered === 400 ? 400 : 200);
    expect(await update({ dealstage: 'contractsent' })).toBe(200);
    expect(await update({ dealstage: 'closedwon', closedate: '2026-11-23' })).toBe(200);
    expect(await update({ closedate: '' })).toBe(answered === 400 ? 400 : 200);
    expect(await update({ dealname: 'Pilot, won' })).toBe(200);
  });
});

it('says which properties an admin requires, and why, in the words of HubSpot', async () => {
  world.portal.requireProperty('deals', { name: 'amount', onCreate: true });
  world.portal.requireProperty('deals', { name: 'closedate', when: { name: 'dealstage', value: 'closedwon' } });
  const conditional = {
    message: 'closedate is required because of a conditional property rule based on [dealstage]',
    code: 'MISSING_CONDITIONAL_REQUIRED_PROPERTY',
    context: { propertyName: ['closedate'] },
  };
  const refused = {
    status: 400,
    message: 'The property values provided are invalid',
    correlationId: expect.any(String),
    category: 'VALIDATION_ERROR',
  };
  expect(await refusal(create(DEALS, { dealname: 'Pilot', dealstage: 'closedwon' }))).toEqual({
    ...refused,
    errors: [
      {
        message: 'A value for amount must be provided',
        code: 'MISSING_REQUIRED_PROPERTY',
        context: { propertyName: ['amount'] },
      },
      conditional,
    ],
  });
  const { id } = world.portal.create('deals', DEAL);
  const update = world.hubspot.patch(`${DEALS}/${id}`, { properties: { dealstage: 'closedwon' } });
  expect(await refusal(update)).toEqual({ ...refused, errors: [conditional] });
});

it('says the same of a property once, though several rules require it', async () => {
  world.portal.requireProperty('deals', { name: 'amount', onCreate: true });
  world.portal.requireProperty('deals', { name: 'amount', onCreate: true });
  const { errors } = await refusal(create(DEALS, DEAL));
  expect(errors?.map(({ context }) => context)).toEqual([{ propertyName: ['amount'] }]);
});
