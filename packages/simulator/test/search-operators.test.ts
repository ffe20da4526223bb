import { beforeEach, describe, expect, it } from 'vitest';
import type { PropertyType } from '../src/crm/properties/property-definitions.ts';
import { SearchedPortal } from './helpers/searched-portal.ts';

type Operands = { readonly value?: unknown; readonly highValue?: unknown; readonly values?: readonly unknown[] };

let searched: SearchedPortal;

beforeEach(() => {
  searched = new SearchedPortal();
});

/** Which of `values`, each in a record of its own, the filter finds; there is one more record without a value. */
async function found(type: PropertyType, values: readonly string[], operator: string, operands: Operands = {}) {
  const { portal } = searched;
  portal.defineProperty('contacts', { name: 'probe', type, fieldType: 'text' });
  const names = new Map(values.map((value) => [portal.create('contacts', { probe: value }).id, value]));
  names.set(portal.create('contacts', {}).id, 'nothing');
  const filter = { propertyName: 'probe', operator, ...operands };
  const ids = await searched.find({ filterGroups: [{ filters: [filter] }] });
  return ids.map((id) => names.get(id));
}

describe('a filter on numbers', () => {
  const NUMBERS = ['-3', '0.1', '9.99', '10', '10.00', '1e1', '250'];

  it.each<[string, Operands, readonly string[]]>([
    ['EQ', { value: '10' }, ['10', '10.00', '1e1']],
    ['EQ', { value: 10 }, ['10', '10.00', '1e1']],
    ['EQ', { value: '11' }, []],
    ['NEQ', { value: '10.0' }, ['-3', '0.1', '9.99', '250']],
    ['LT', { value: '9.99' }, ['-3', '0.1']],
    ['LTE', { value: '9.99' }, ['-3', '0.1', '9.99']],
    ['GT', { value: '10' }, ['250']],
    ['GTE', { value: '10' }, ['10', '10.00', '1e1', '250']],
    ['BETWEEN', { value: '0.1', highValue: '9.99' }, ['0.1', '9.99']],
    ['BETWEEN', { value: '9.99', highValue: '0.1' }, []],
    ['IN', { values: ['250', '0.10'] }, ['0.1', '250']],
    ['NOT_IN', { values: ['250', '10'] }, ['-3', '0.1', '9.99']],
    ['HAS_PROPERTY', {}, NUMBERS],
    ['NOT_HAS_PROPERTY', {}, ['nothing']],
  ])('%s %j finds %j', async (operator, operands, expected) => {
    expect(await found('number', NUMBERS, operator, operands)).toEqual(expected);
  });

  it.each<[string, string, readonly string[], readonly string[]]>([
    ['EQ', '9007199254740993', ['9007199254740992', '9007199254740993'], ['9007199254740993']],
    ['GT', '0.1', ['0.1', '0.10000000000000000001'], ['0.10000000000000000001']],
  ])('%s %s tells numbers apart that a float cannot', async (operator, value, values, expected) => {
    expect(await found('number', values, operator, { value })).toEqual(expected);
  });
});

describe.each<[PropertyType, readonly string[]]>([
  ['date', ['2026-04-30', '2026-05-01', '2026-05-02']],
  ['datetime', ['2026-04-30T23:59:59.999Z', '2026-05-01T00:00:00Z', '2026-05-01T00:00:00.001Z']],
])('a filter on values of type %s', (type, [before = '', at = '', after = '']) => {
  const MIDNIGHT_MS = String(Date.UTC(2026, 4, 1));

  it.each<[string, Operands, readonly string[]]>([
    ['EQ', { value: '2026-05-01' }, [at]],
    ['EQ', { value: MIDNIGHT_MS }, [at]],
    ['EQ', { value: '2026-05-01T02:00:00.000+02:00' }, [at]],
    ['NEQ', { value: MIDNIGHT_MS }, [before, after]],
    ['LT', { value: MIDNIGHT_MS }, [before]],
    ['LTE', { value: '2026-05-01T00:00:00Z' }, [before, at]],
    ['GT', { value: MIDNIGHT_MS }, [after]],
    ['GTE', { value: Number(MIDNIGHT_MS) }, [at, after]],
    ['BETWEEN', { value: before, highValue: MIDNIGHT_MS }, [before, at]],
    ['IN', { values: [MIDNIGHT_MS, after] }, [at, after]],
    ['NOT_IN', { values: [MIDNIGHT_MS] }, [before, after]],
    ['HAS_PROPERTY', {}, [before, at, after]],
    ['NOT_HAS_PROPERTY', {}, ['nothing']],
  ])('%s %j finds %j', async (operator, operands, expected) => {
    expect(await found(type, [before, at, after], operator, operands)).toEqual(expected);
  });
});

describe('a filter on texts', () => {
  const TEXTS = ['Ada', 'ADA', 'Byron', "O'Brien", 'Jean-Luc Picard', 'ada@acme.example', '+1 617 555 1234'];

  it.each<[string, Operands, readonly string[]]>([
    ['EQ', { value: 'aDa' }, ['Ada', 'ADA']],
    ['NEQ', { value: 'ada' }, TEXTS.slice(2)],
    ['LT', { value: 'ada@' }, ['Ada', 'ADA', '+1 617 555 1234']],
    ['GTE', { value: 'JEAN' }, ["O'Brien", 'Jean-Luc Picard']],
    ['BETWEEN', { value: 'B', highValue: 'byron' }, ['Byron']],
    ['IN', { values: ['ada', 'byron'] }, ['Ada', 'ADA', 'Byron']],
    ['IN', { values: ['Ada', 'byron'] }, ['Byron']],
    ['NOT_IN', { values: ['ada', 'Byron'] }, TEXTS.slice(2)],
    ['CONTAINS_TOKEN', { value: 'ADA' }, ['Ada', 'ADA', 'ada@acme.example']],
    ['CONTAINS_TOKEN', { value: 'luc' }, ['Jean-Luc Picard']],
    ['CONTAINS_TOKEN', { value: 'picard jean-luc' }, ['Jean-Luc Picard']],
    ['CONTAINS_TOKEN', { value: 'pic' }, []],
    ['CONTAINS_TOKEN', { value: 'pic*' }, ['Jean-Luc Picard']],
    ['CONTAINS_TOKEN', { value: '*@ACME.example' }, ['ada@acme.example']],
    ['CONTAINS_TOKEN', { value: 'acme.example' }, ['ada@acme.example']],
    ['CONTAINS_TOKEN', { value: "o'b*" }, ["O'Brien"]],
    ['CONTAINS_TOKEN', { value: 'brien' }, []],
    ['CONTAINS_TOKEN', { value: 'j*n*c' }, ['Jean-Luc Picard']],
    ['CONTAINS_TOKEN', { value: 'ada*da' }, []],
    ['CONTAINS_TOKEN', { value: '*y*y*' }, []],
    ['CONTAINS_TOKEN', { value: '617 1234' }, ['+1 617 555 1234']],
    ['CONTAINS_TOKEN', { value: '*' }, TEXTS],
    ['CONTAINS_TOKEN', { value: ' ' }, []],
    ['NOT_CONTAINS_TOKEN', { value: 'ada' }, ['Byron', "O'Brien", 'Jean-Luc Picard', '+1 617 555 1234']],
    ['HAS_PROPERTY', {}, TEXTS],
    ['NOT_HAS_PROPERTY', {}, ['nothing']],
  ])('%s %j finds %j', async (operator, operands, expected) => {
    expect(await found('string', TEXTS, operator, operands)).toEqual(expected);
  });

  it('is not kept busy by a pattern of many wildcards', async () => {
    const value = `${'a*'.repeat(200)}b`;
    expect(await found('string', ['a'.repeat(60_000)], 'CONTAINS_TOKEN', { value })).toEqual([]);
  });
});

describe('a filter on enumerations', () => {
  const OPTIONS = ['NEW', 'new', 'OPEN;NEW', 'IN_PROGRESS'];

  it.each<[string, Operands, readonly string[]]>([
    ['EQ', { value: 'NEW' }, ['NEW', 'OPEN;NEW']],
    ['EQ', { value: 'New' }, []],
    ['EQ', { value: 'OPEN;NEW' }, []],
    ['NEQ', { value: 'NEW' }, ['new', 'IN_PROGRESS']],
    ['IN', { values: ['new', 'OPEN'] }, ['new', 'OPEN;NEW']],
    ['NOT_IN', { values: ['NEW', 'Open'] }, ['new', 'IN_PROGRESS']],
    ['CONTAINS_TOKEN', { value: 'NEW' }, ['NEW', 'OPEN;NEW']],
    ['CONTAINS_TOKEN', { value: 'IN_*' }, ['IN_PROGRESS']],
    ['NOT_CONTAINS_TOKEN', { value: 'NEW' }, ['new', 'IN_PROGRESS']],
    ['HAS_PROPERTY', {}, OPTIONS],
    ['NOT_HAS_PROPERTY', {}, ['nothing']],
  ])('%s %j finds %j', async (operator, operands, expected) => {
    expect(await found('enumeration', OPTIONS, operator, operands)).toEqual(expected);
  });
});

describe('a filter on booleans', () => {
  it.each<[string, Operands, readonly string[]]>([
    ['EQ', { value: true }, ['true']],
    ['EQ', { value: 'TRUE' }, ['true']],
    ['NEQ', { value: 'true' }, ['false']],
    ['IN', { values: ['true', 'false'] }, ['true', 'false']],
  ])('%s %j finds %j', async (operator, operands, expected) => {
    expect(await found('bool', ['true', 'false'], operator, operands)).toEqual(expected);
  });
});

describe('a value that was cleared', () => {
  it.each<[string, Operands, readonly string[]]>([
    ['HAS_PROPERTY', {}, ['kept']],
    ['NOT_HAS_PROPERTY', {}, ['', 'nothing']],
    ['EQ', { value: '' }, []],
    ['NEQ', { value: 'other' }, ['kept']],
  ])('is no value: %s %j finds %j', async (operator, operands, expected) => {
    expect(await found('string', ['', 'kept'], operator, operands)).toEqual(expected);
  });
});

describe('filters on associations', () => {
  function associated() {
    const { portal } = searched;
    const [one, two] = [portal.create('companies', {}).id, portal.create('companies', {}).id];
    const [ada, byron, alone] = ['ada', 'byron', 'alone'].map(
      (firstname) => portal.create('contacts', { firstname }).id,
    );
    portal.associate({ type: 'contacts', id: ada ?? '' }, { type: 'companies', id: one }, { primary: true });
    portal.associate({ type: 'companies', id: two }, { type: 'contacts', id: byron ?? '' });
    return { one, two, ada, byron, alone };
  }

  it.each(['associations.company', 'associations.companies', 'associations.0-2'])(
    'find the associated records of a record by %s',
    async (propertyName) => {
      const { one, two, ada, byron } = associated();
      const find = (rest: object) => searched.find({ filters: [{ propertyName, ...rest }] });
      expect(await find({ operator: 'EQ', value: one })).toEqual([ada]);
      expect(await find({ operator: 'IN', values: [one, two] })).toEqual([ada, byron]);
      expect(await find({ operator: 'EQ', value: '999' })).toEqual([]);
    },
  );

  it('find them from either side', async () => {
    const { two, byron } = associated();
    const filter = { propertyName: 'associations.contact', operator: 'EQ', value: Number(byron) };
    expect(await searched.find({ filters: [filter] }, 'companies')).toEqual([two]);
  });

  it('find associated records of the same type', async () => {
    const { ada, byron } = associated();
    searched.portal.associate({ type: 'contacts', id: ada ?? '' }, { type: 'contacts', id: byron ?? '' });
    const filter = { propertyName: 'associations.contact', operator: 'EQ', value: ada };
    expect(await searched.find({ filters: [filter] })).toEqual([byron]);
  });

  it('find nobody by a record that is archived', async () => {
    const { one } = associated();
    searched.portal.archive('companies', one);
    const filter = { propertyName: 'associations.company', operator: 'EQ', value: one };
    expect(await searched.find({ filters: [filter] })).toEqual([]);
  });
});
