import { beforeEach, describe, expect, it } from 'vitest';
import { refusal, type SimulatedPortal, simulatePortal, type WrittenRecord } from './helpers/simulated-portal.ts';

const CONTACTS = '/crm/objects/2026-09/contacts';
const DEALS = '/crm/objects/2026-09/deals';
const DEAL = { dealname: 'Pilot', dealstage: 'appointmentscheduled' };
const COLOURS = ['red', 'green', 'blue'].map((value, displayOrder) => ({
  ...{ label: value, value, displayOrder },
  description: '',
  hidden: false,
}));

let world: SimulatedPortal;

beforeEach(() => {
  world = simulatePortal();
  const { portal } = world;
  portal.defineProperty('contacts', { name: 'birthday', type: 'date', fieldType: 'date' });
  portal.defineProperty('contacts', { name: 'met_at', type: 'datetime', fieldType: 'date' });
  portal.defineProperty('contacts', { name: 'vip', type: 'bool', fieldType: 'booleancheckbox' });
  portal.defineProperty('contacts', { name: 'score', type: 'number', fieldType: 'number' });
  portal.defineProperty('contacts', { name: 'colour', type: 'enumeration', fieldType: 'select', options: COLOURS });
  portal.defineProperty('contacts', { name: 'colours', type: 'enumeration', fieldType: 'checkbox', options: COLOURS });
});

/** What becomes of one value: as it is stored, or the code and text of the refusal. */
async function write(name: string, value: unknown, path = CONTACTS, others: object = { firstname: 'Ada' }) {
  const answer = world.hubspot.post<WrittenRecord>(path, { properties: { ...others, [name]: value } });
  const { status, body } = await answer;
  if (status === 201) return body.properties[name];
  const { errors = [] } = await refusal(answer);
  return errors.map(({ code, message }) => [code, message]);
}

describe('a value is stored as HubSpot has it', () => {
  it.each([
    ['email', 'Ada.Lovelace@One.Example', 'ada.lovelace@one.example'],
    ['firstname', ' Ada ', ' Ada '],
    ['firstname', 7, '7'],
    ['score', '-12.50', '-12.50'],
    ['score', 3039, '3039'],
    ['score', '.5', '.5'],
    ['vip', true, 'true'],
    ['vip', 'false', 'false'],
    ['colour', 'green', 'green'],
    ['colours', 'green;red', 'green;red'],
    ['colours', ';blue', 'blue'],
    ['birthday', '1990-02-28', '1990-02-28'],
    ['birthday', '636163200000', '1990-02-28'],
    ['birthday', 636_163_200_000, '1990-02-28'],
    ['birthday', '1990-02-28T00:00:00Z', '1990-02-28'],
    ['met_at', '2026-11-23T10:00:00.000+01:00', '2026-11-23T09:00:00Z'],
    ['met_at', '2026-11-23T09:00:00.120Z', '2026-11-23T09:00:00.120Z'],
    ['met_at', '1795424400007', '2026-11-23T09:00:00.007Z'],
    ['met_at', '2026-11-23', '2026-11-23T00:00:00Z'],
    ['met_at', '2026-11-23T09:00', '2026-11-23T09:00:00Z'],
  ])('%s: %j becomes %j', async (name, value, stored) => {
    expect(await write(name, value)).toBe(stored);
  });

  it('text of up to 65,536 characters', async () => {
    expect(await write('message', 'a'.repeat(65_536))).toHaveLength(65_536);
    expect(await write('message', 'a'.repeat(65_537))).toEqual([[expect.any(String), expect.any(String)]]);
  });

  it('options behind a leading semicolon beside those that are there', async () => {
    const { id } = world.portal.create('contacts', { colours: 'red;green' });
    const path = `${CONTACTS}/${id}`;
    const { body } = await world.hubspot.patch<WrittenRecord>(path, { properties: { colours: ';blue;red' } });
    expect(body.properties.colours).toBe('red;green;blue');
    const replaced = await world.hubspot.patch<WrittenRecord>(path, { properties: { colours: 'blue' } });
    expect(replaced.body.properties.colours).toBe('blue');
  });

  it('the id of an owner, even of one who left', async () => {
    const { owners } = world.portal;
    for (const owner of [owners[0], owners.at(-1)]) {
      expect(await write('hubspot_owner_id', owner?.id)).toBe(owner?.id);
    }
  });

  it('a stage and its pipeline', async () => {
    const [, renewals] = world.portal.pipelines.deals;
    const deal = { dealname: 'Pilot', pipeline: renewals?.id };
    expect(await write('dealstage', renewals?.stages[1]?.id, DEALS, deal)).toBe(renewals?.stages[1]?.id);
  });
});

describe('a value is refused', () => {
  it.each([
    ['no_such_property', 'x', 'PROPERTY_DOESNT_EXIST', 'Property "no_such_property" does not exist'],
    ['createdate', '2026-11-23', 'READ_ONLY_VALUE', '"createdate" is a read only property; its value cannot be set.'],
    ['hs_object_id', '', 'READ_ONLY_VALUE', '"hs_object_id" is a calculated property; its value cannot be set.'],
    ['email', 'ada', 'INVALID_EMAIL', 'Email address ada is invalid'],
    ['email', 'ada@one', 'INVALID_EMAIL', 'Email address ada@one is invalid'],
    ['score', '1,000', 'INVALID_INTEGER', '1,000 was not a valid number.'],
    ['score', '1.2.3', 'INVALID_INTEGER', '1.2.3 was not a valid number.'],
    ['score', 1.5e-14, 'INVALID_INTEGER', '1.5e-14 was not a valid number.'],
    ['vip', 'yes', 'INVALID_OPTION', 'yes was not one of the allowed options: [true, false]'],
    ['colour', 'Green', 'INVALID_OPTION', 'Green was not one of the allowed options: [red, green, blue]'],
    ['colour', 'red;green', 'INVALID_OPTION', 'red;green was not one of the allowed options: [red, green, blue]'],
    ['colours', 'red;pink', 'INVALID_OPTION', 'pink was not one of the allowed options: [red, green, blue]'],
    ['hubspot_owner_id', '12', 'INVALID_INTEGER', '12 was not a valid integer (for owner ID).'],
    ['birthday', 'tomorrow', 'INVALID_DATE', 'tomorrow was not a valid date.'],
    ['birthday', '1990-02-30', 'INVALID_DATE', '1990-02-30 was not a valid date.'],
    ['met_at', 'tomorrow', 'INVALID_LONG', 'tomorrow was not a valid long.'],
    ['met_at', '2026-13-01T00:00:00Z', 'INVALID_LONG', '2026-13-01T00:00:00Z was not a valid long.'],
    ['met_at', '9999999999999999999', 'INVALID_LONG', '9999999999999999999 was not a valid long.'],
  ])('%s: %j is %s', async (name, value, code, message) => {
    expect(await write(name, value)).toEqual([[code, message]]);
    expect([...world.portal.records('contacts')]).toEqual([]);
  });

  it('when the stage is of no pipeline, or of another one', async () => {
    const [standard, renewals] = world.portal.pipelines.deals;
    const elsewhere = renewals?.stages[0]?.id ?? '';
    const ids = standard?.stages.map(({ id }) => id).join(', ');
    expect(await write('dealstage', elsewhere, DEALS, DEAL)).toEqual([
      ['INVALID_OPTION', `${elsewhere} was not one of the allowed options: [${ids}]`],
    ]);
    expect(await write('pipeline', 'no_pipeline', DEALS, DEAL)).toEqual([
      ['INVALID_OPTION', expect.stringContaining('no_pipeline was not one of the allowed options: [default, ')],
    ]);
    expect(await write('pipeline', renewals?.id, DEALS, DEAL)).toEqual([
      ['INVALID_OPTION', expect.stringContaining('appointmentscheduled was not one of')],
    ]);
    const { id } = world.portal.create('deals', { ...DEAL, pipeline: renewals?.id ?? '', dealstage: elsewhere });
    const move = (properties: object) => world.hubspot.patch(`${DEALS}/${id}`, { properties });
    expect((await move({ dealstage: 'closedwon' })).status).toBe(400);
    expect((await move({ dealstage: renewals?.stages[3]?.id })).status).toBe(200);
    expect((await move({ dealstage: 'closedwon', pipeline: 'default' })).status).toBe(200);
  });

  it('together with all other faults of the write, in the text and in a list', async () => {
    const properties = { firstname: 'Ada', missing: 'x', score: 'many' };
    const unknown = 'Property "missing" does not exist';
    const noNumber = 'many was not a valid number.';
    const { message, ...rest } = await refusal(world.hubspot.post(CONTACTS, { properties }));
    expect(rest).toEqual({
      status: 400,
      correlationId: expect.any(String),
      errors: [
        { message: unknown, code: 'PROPERTY_DOESNT_EXIST', context: { propertyName: ['missing'] } },
        { message: noNumber, code: 'INVALID_INTEGER', context: { propertyName: ['score'] } },
      ],
      category: 'VALIDATION_ERROR',
    });
    const intro = 'Property values were not valid: ';
    expect(message.startsWith(intro)).toBe(true);
    expect(JSON.parse(message.slice(intro.length))).toEqual([
      {
        isValid: false,
        message: unknown,
        error: 'PROPERTY_DOESNT_EXIST',
        name: 'missing',
        localizedErrorMessage: unknown,
        portalId: 101,
      },
      {
        isValid: false,
        message: noNumber,
        error: 'INVALID_INTEGER',
        name: 'score',
        localizedErrorMessage: noNumber,
        propertyValue: 'many',
        portalId: 101,
      },
    ]);
  });

  it('without any other value of the update being written', async () => {
    const { id } = world.portal.create('contacts', { firstname: 'Ada' });
    const properties = { firstname: 'Bea', score: 'many' };
    expect((await world.hubspot.patch(`${CONTACTS}/${id}`, { properties })).status).toBe(400);
    expect(world.portal.record('contacts', id)?.properties.get('firstname')).toBe('Ada');
  });
});
