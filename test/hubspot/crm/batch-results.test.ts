import { describe, expect, it } from 'vitest';
import { type BatchInput, batchResults } from '../../../src/hubspot/crm/batch-results.ts';

const record = (id: string, properties: Readonly<Record<string, string>>, more: object = {}) => ({
  ...{ id, properties, createdAt: '2026-11-23T09:00:00Z', updatedAt: '2026-11-23T09:00:00Z', archived: false },
  ...more,
});
const input = (traceId: string, properties: Readonly<Record<string, string>>, more: Partial<BatchInput> = {}) => ({
  ...{ traceId, properties },
  ...more,
});
/** The id of the record of each input, or the code of its failure. */
function outcomes(body: unknown, inputs: readonly BatchInput[]): readonly string[] {
  const resultOf = batchResults(body, inputs);
  return inputs.map((each) => {
    const result = resultOf(each);
    return 'record' in result ? result.record.id : result.failure.code;
  });
}

const ADA = input('0', { email: 'Ada@one.example', city: 'York' });
const BEA = input('1', { email: 'bea@one.example', city: 'York' });
const CY = input('2', { email: 'cy@one.example', closedate: '1764547200000' });

describe('the results of a batch', () => {
  it('belong to the inputs with their trace ids, in any order', () => {
    const results = [record('302', {}, { objectWriteTraceId: '1' }), record('301', {}, { objectWriteTraceId: '0' })];
    expect(outcomes({ results }, [ADA, BEA])).toEqual(['301', '302']);
  });

  it('without trace ids belong to the inputs whose values they have', () => {
    const results = [
      record('303', { email: 'cy@one.example', closedate: '2025-12-01T00:00:00Z' }),
      record('302', { email: 'bea@one.example', city: 'York' }),
      record('301', { email: 'ada@one.example', city: 'York' }),
    ];
    expect(outcomes({ results }, [ADA, BEA, CY])).toEqual(['301', '302', '303']);
  });

  it('without trace ids belong to nobody when several inputs can be meant', () => {
    const results = [record('301', { city: 'York' }), record('302', { city: 'York' })];
    const unknown = 'HUBSPOT_BAD_RESPONSE';
    expect(outcomes({ results }, [ADA, BEA])).toEqual([unknown, unknown]);
    // Equal inputs are one as good as the other.
    const twins = [input('0', { city: 'York' }), input('1', { city: 'York' })];
    expect(outcomes({ results }, twins)).toEqual(['301', '302']);
  });

  it('of updates and upserts belong to the inputs with their ids', () => {
    const results = [record('12', { code: 'B' }), record('11', {})];
    const inputs = [input('0', {}, { id: '11' }), input('1', {}, { id: 'b', idProperty: 'code' })];
    expect(outcomes({ results }, inputs)).toEqual(['11', '12']);
  });

  it('do not take the place of an error that names the input', () => {
    const error = { status: 'error', category: 'CONFLICT', message: 'x', context: { objectWriteTraceId: ['0'] } };
    const body = { results: [record('302', { city: 'York' })], numErrors: 1, errors: [error] };
    expect(outcomes(body, [ADA, BEA])).toEqual(['HUBSPOT_BAD_REQUEST', '302']);
  });

  it('are unknown for inputs that HubSpot does not mention, and when it only counts errors', () => {
    expect(outcomes({ results: [] }, [ADA])).toEqual(['HUBSPOT_BAD_RESPONSE']);
    expect(outcomes({ results: [], numErrors: 1 }, [ADA, BEA])).toEqual(Array(2).fill('HUBSPOT_BAD_RESPONSE'));
    expect(outcomes({ results: ['x', { id: 1 }] }, [ADA])).toEqual(['HUBSPOT_BAD_RESPONSE']);
  });

  it.each([undefined, null, 'x', [], { results: 'x' }])('cannot be read from %j', (body) => {
    expect(() => batchResults(body, [ADA])).toThrow('may have succeeded');
  });
});
