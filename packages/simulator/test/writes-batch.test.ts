import { beforeEach, describe, expect, it } from 'vitest';
import { refusal, type SimulatedPortal, simulatePortal, type WrittenRecord } from './helpers/simulated-portal.ts';

interface Batch {
  readonly status: string;
  readonly results: readonly (WrittenRecord & { readonly new?: boolean; readonly objectWriteTraceId?: string })[];
  readonly numErrors?: number;
  readonly errors?: readonly { readonly message: string }[];
}

const OBJECTS = '/crm/objects/2026-09';
const CONTACTS = `${OBJECTS}/contacts/batch`;
const DEALS = `${OBJECTS}/deals/batch`;

let world: SimulatedPortal;

beforeEach(() => {
  world = simulatePortal();
  world.portal.defineProperty('contacts', { name: 'code', type: 'string', fieldType: 'text', hasUniqueValue: true });
  world.portal.defineProperty('deals', { name: 'erp_id', type: 'string', fieldType: 'text', hasUniqueValue: true });
});

const batch = (path: string, inputs: readonly object[]) => world.hubspot.post<Batch>(path, { inputs });
const contact = (name: string, more: object = {}) => ({ properties: { email: `${name}@one.example`, ...more } });
const emails = () => [...world.portal.records('contacts')].map(({ properties }) => properties.get('email'));

describe.each([OBJECTS, '/crm/objects/2026-03', '/crm/v3/objects'])('batches below %s', (base) => {
  it('create, update, upsert and archive', async () => {
    const path = `${base}/contacts/batch`;
    const created = await batch(`${path}/create`, [contact('ada'), contact('bea')]);
    expect(created.status).toBe(201);
    expect(created.body).toEqual({
      status: 'COMPLETE',
      results: expect.any(Array),
      startedAt: '2026-11-23T09:00:00Z',
      completedAt: '2026-11-23T09:00:00Z',
    });
    expect(created.body.results.map(({ properties }) => properties.email).sort()).toEqual([
      'ada@one.example',
      'bea@one.example',
    ]);
    const ids = created.body.results.map(({ id }) => ({ id }));
    const updates = ids.map(({ id }) => ({ id: Number(id), properties: { jobtitle: 'Engineer' } }));
    const updated = await batch(`${path}/update`, updates);
    expect([updated.status, updated.body.results.map(({ properties }) => properties.jobtitle)]).toEqual([
      200,
      ['Engineer', 'Engineer'],
    ]);
    const upserts = ['Bea', 'cy'].map((name) => ({ id: `${name}@one.example`, idProperty: 'email', properties: {} }));
    const upserted = await batch(`${path}/upsert`, upserts);
    expect(upserted.status).toBe(200);
    expect(Object.fromEntries(upserted.body.results.map((record) => [record.id, record.new]))).toEqual({
      [world.portal.recordBy('contacts', 'email', 'bea@one.example')?.id ?? '']: false,
      [world.portal.recordBy('contacts', 'email', 'cy@one.example')?.id ?? '']: true,
    });
    const archived = await batch(`${path}/archive`, [...ids, { id: '999' }]);
    expect([archived.status, archived.body]).toEqual([204, undefined]);
    const live = [...world.portal.records('contacts')].filter(({ archivedAt }) => !archivedAt);
    expect(live.map(({ properties }) => properties.get('email'))).toEqual(['cy@one.example']);
  });
});

describe('a batch', () => {
  it('answers in an order of its own', async () => {
    const { body } = await batch(`${CONTACTS}/create`, [contact('ada'), contact('bea'), contact('cy')]);
    expect(body.results.map(({ properties }) => properties.email)).not.toEqual(emails());
  });

  it.each(['create', 'update', 'upsert', 'archive'])('to %s takes up to 100 inputs', async (verb) => {
    const inputs = Array.from({ length: 101 }, (_, index) => ({ id: String(index), ...contact(`c${index}`) }));
    expect(await refusal(batch(`${CONTACTS}/${verb}`, inputs))).toMatchObject({
      status: 400,
      message: 'The maximum number of inputs supported in a batch request is 100.',
      category: 'VALIDATION_ERROR',
    });
    expect((await batch(`${CONTACTS}/${verb}`, inputs.slice(1))).status).toBeLessThan(300);
  });

  it.each(['update', 'upsert'])('to %s names each record once', async (verb) => {
    const { id } = world.portal.create('contacts', {});
    const inputs = [id, Number(id)].map((same) => ({ id: same, properties: { firstname: 'Ada' } }));
    expect(await refusal(batch(`${CONTACTS}/${verb}`, inputs))).toMatchObject({
      status: 400,
      message: `Duplicate IDs found in batch input: [${id}]. IDs must be unique`,
      context: { ids: [id] },
    });
  });

  it('connects new records', async () => {
    const company = world.portal.create('companies', {}).id;
    const types = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 1 }];
    const { body } = await batch(`${CONTACTS}/create`, [
      { ...contact('ada'), associations: [{ to: { id: company }, types }] },
    ]);
    expect(world.portal.associatedRecords('companies', company, 'contacts')).toMatchObject([
      [body.results[0]?.id, [{ label: 'Primary' }, { label: null }]],
    ]);
  });
});

describe('without trace ids, all is done or nothing', () => {
  it('when one of several is a conflict, which names the first', async () => {
    const { id } = world.portal.create('contacts', { email: 'bea@one.example' });
    world.portal.create('contacts', { email: 'cy@one.example' });
    expect(
      await refusal(
        batch(
          `${CONTACTS}/create`,
          ['ada', 'bea', 'cy'].map((name) => contact(name)),
        ),
      ),
    ).toEqual({
      status: 409,
      message: `Contact already exists. Existing ID: ${id}`,
      correlationId: expect.any(String),
      category: 'CONFLICT',
    });
    expect(emails()).toEqual(['bea@one.example', 'cy@one.example']);
  });

  it('when two of them want the same address', async () => {
    const answer = await refusal(batch(`${CONTACTS}/create`, [contact('ada'), contact('ADA')]));
    expect(answer).toMatchObject({ status: 409, message: 'Contact already exists' });
    expect(emails()).toEqual([]);
  });

  it('when values are wrong, and hears of those of all inputs', async () => {
    const inputs = [contact('ada', { no_a: '1' }), contact('bea'), contact('cy', { no_b: '2' })];
    const answer = await refusal(batch(`${CONTACTS}/create`, inputs));
    expect(answer.errors?.map(({ message }) => message)).toEqual([
      'Property "no_a" does not exist',
      'Property "no_b" does not exist',
    ]);
    expect([answer.status, emails()]).toEqual([400, []]);
  });

  it('when only some have a trace id', async () => {
    const inputs = [{ ...contact('ada'), objectWriteTraceId: 't-1' }, contact('bea', { no_b: '2' })];
    expect((await batch(`${CONTACTS}/create`, inputs)).status).toBe(400);
    expect(emails()).toEqual([]);
  });

  it('when records are updated', async () => {
    const ids = ['ada', 'bea'].map((name) => world.portal.create('contacts', { firstname: name }).id);
    const inputs = ids.map((id, index) => ({
      id,
      properties: { firstname: 'New', ...(index === 1 && { no_b: '2' }) },
    }));
    expect((await batch(`${CONTACTS}/update`, inputs)).status).toBe(400);
    expect(world.portal.record('contacts', ids[0] ?? '')?.properties.get('firstname')).toBe('ada');
  });
});

describe('with a trace id each, the good are done and the bad are named', () => {
  it('when records are created', async () => {
    const { id } = world.portal.create('contacts', { email: 'bea@one.example' });
    const inputs = [contact('ada'), contact('bea'), contact('cy', { missing: 'x' }), { properties: { fax: '1' } }];
    const { status, body } = await batch(
      `${CONTACTS}/create`,
      inputs.map((input, index) => ({ ...input, objectWriteTraceId: `t-${index}` })),
    );
    expect(status).toBe(207);
    expect(body.results).toMatchObject([{ objectWriteTraceId: 't-0', properties: { email: 'ada@one.example' } }]);
    expect(body).toMatchObject({
      status: 'COMPLETE',
      numErrors: 3,
      errors: [
        {
          status: 'error',
          category: 'CONFLICT',
          message: `Contact already exists. Existing ID: ${id}`,
          context: { objectWriteTraceId: ['t-1'], existingId: [id] },
        },
        {
          status: 'error',
          category: 'VALIDATION_ERROR',
          message: expect.stringContaining('Property values were not valid: [{"isValid":false,'),
          context: { objectWriteTraceId: ['t-2'] },
        },
        { context: { objectWriteTraceId: ['t-3'], properties: ['email', 'firstname', 'lastname'] } },
      ],
    });
    expect(emails()).toEqual(['bea@one.example', 'ada@one.example']);
  });

  it('when the second wants the address that the first just got', async () => {
    const inputs = ['a', 'b'].map((objectWriteTraceId) => ({ ...contact('ada'), objectWriteTraceId }));
    const { status, body } = await batch(`${CONTACTS}/create`, inputs);
    expect([status, body.results.length]).toEqual([207, 1]);
    expect(body.errors?.[0]?.message).toBe(`Contact already exists. Existing ID: ${body.results[0]?.id}`);
  });

  it('when records are updated', async () => {
    const ids = ['ada', 'bea'].map((name) => world.portal.create('contacts', { firstname: name }).id);
    const inputs = ids.map((id, index) => ({
      id,
      properties: { lastname: 'New', ...(index === 1 && { no_b: '2' }) },
      objectWriteTraceId: `t-${index}`,
    }));
    const { status, body } = await batch(`${CONTACTS}/update`, inputs);
    expect([status, body.results.map(({ id }) => id)]).toEqual([207, [ids[0]]]);
    expect(body.errors).toMatchObject([{ context: { objectWriteTraceId: ['t-1'] } }]);
  });

  it('is a plain success when all are good', async () => {
    const { status, body } = await batch(`${CONTACTS}/create`, [{ ...contact('ada'), objectWriteTraceId: 't-1' }]);
    expect(status).toBe(201);
    expect(body).not.toHaveProperty('errors');
    expect(body).not.toHaveProperty('numErrors');
  });
});

describe('a batch update', () => {
  it('does those that it finds, and names the ids of the others', async () => {
    const { id } = world.portal.create('contacts', {});
    const gone = world.portal.create('contacts', {}).id;
    world.portal.archive('contacts', gone);
    const inputs = ['999', id, gone, 'ada@one.example'].map((one) => ({ id: one, properties: { firstname: 'Ada' } }));
    const { status, body } = await batch(`${CONTACTS}/update`, inputs);
    expect([status, body.results.map((record) => record.id)]).toEqual([207, [id]]);
    expect(body).toMatchObject({
      numErrors: 1,
      errors: [
        {
          status: 'error',
          category: 'OBJECT_NOT_FOUND',
          message: 'Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid.',
          context: { ids: ['999', gone, 'ada@one.example'] },
        },
      ],
    });
  });

  it('knows contacts by their ids alone, and other records by a unique property, too', async () => {
    const person = world.portal.create('contacts', { email: 'ada@one.example' });
    const byEmail = [{ id: 'ada@one.example', idProperty: 'email', properties: { firstname: 'Ada' } }];
    expect(await refusal(batch(`${CONTACTS}/update`, byEmail))).toMatchObject({
      status: 400,
      message: 'Unable to perform update/upsert by non-unique 0-1 property email',
    });
    expect(person.properties.has('firstname')).toBe(false);
    world.portal.create('deals', { erp_id: 'E-1' });
    const byErp = [{ id: 'E-1', idProperty: 'erp_id', properties: { amount: '1' } }];
    expect((await batch(`${DEALS}/update`, byErp)).body.results[0]?.properties.amount).toBe('1');
    const byName = [{ id: 'Pilot', idProperty: 'dealname', properties: { amount: '1' } }];
    expect((await refusal(batch(`${DEALS}/update`, byName))).message).toBe(
      'Unable to perform update/upsert by non-unique 0-3 property dealname',
    );
  });
});

describe('an upsert', () => {
  it('makes a record with the value that names it, or updates the one that has it', async () => {
    const deal = { dealname: 'Pilot', dealstage: 'closedwon' };
    const upsert = () => batch(`${DEALS}/upsert`, [{ id: 'E-1', idProperty: 'erp_id', properties: deal }]);
    const [first, second] = [await upsert(), await upsert()];
    expect([first.body.results[0]?.new, second.body.results[0]?.new]).toEqual([true, false]);
    expect(second.body.results[0]?.id).toBe(first.body.results[0]?.id);
    expect(first.body.results[0]?.properties).toMatchObject({ erp_id: 'E-1', ...deal });
  });

  it('wants of a new record what every new record has', async () => {
    const inputs = [{ id: 'E-1', idProperty: 'erp_id', properties: { amount: '1' } }];
    expect(await refusal(batch(`${DEALS}/upsert`, inputs))).toMatchObject({
      status: 400,
      context: { properties: ['dealname', 'dealstage'] },
    });
  });

  it('by a property that is not unique is refused', async () => {
    const inputs = [{ id: 'one.example', idProperty: 'domain', properties: { name: 'One' } }];
    expect((await refusal(batch(`${OBJECTS}/companies/batch/upsert`, inputs))).message).toBe(
      'Unable to perform update/upsert by non-unique 0-2 property domain',
    );
  });

  it('by id updates only', async () => {
    const { id } = world.portal.create('deals', {});
    const inputs = [id, '999'].map((one) => ({ id: one, properties: { amount: '1' } }));
    const { status, body } = await batch(`${DEALS}/upsert`, inputs);
    expect([status, body.results.map((record) => record.new)]).toEqual([207, [false]]);
    expect(body.errors).toMatchObject([{ category: 'OBJECT_NOT_FOUND', context: { ids: ['999'] } }]);
  });

  it('parts good from bad by trace ids, but not by e-mail address', async () => {
    const upsert = (idProperty: string) => {
      const inputs = ['a', 'b'].map((name, index) => ({
        ...{ id: `${name}@one.example`, idProperty, objectWriteTraceId: name },
        properties: { firstname: name, ...(index === 1 && { no_b: '2' }) },
      }));
      return batch(`${CONTACTS}/upsert`, inputs);
    };
    expect((await upsert('email')).status).toBe(400);
    expect([...world.portal.records('contacts')]).toEqual([]);
    const { status, body } = await upsert('code');
    expect(status).toBe(207);
    expect(body.results).toMatchObject([{ new: true, properties: { code: 'a@one.example' } }]);
    expect(body.errors).toMatchObject([{ context: { objectWriteTraceId: ['b'] } }]);
  });
});
