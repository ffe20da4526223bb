import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { isDeepStrictEqual } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { parse } from 'graphql';
import { expect, it } from 'vitest';
import { operationNamed, operationsIn } from '../../src/graphql/analysis/operations.ts';
import { isCompilable } from '../../src/graphql/execution/operation-paths.ts';
import { schema } from '../../src/graphql/schema.ts';
import { type BothAnswers, BothExecutors, type Result } from '../helpers/both-executors.ts';
import { BrokenPortal } from '../helpers/broken-hubspot.ts';
import { announceSeed, FUZZ_SCALE, FUZZ_SEED } from '../helpers/fuzz.ts';
import { Random } from '../helpers/random.ts';
import { type RandomDocument, randomDocument } from '../helpers/random-document.ts';

const DOCUMENTS = 20_000 * FUZZ_SCALE;
/** So many documents meet one handler; then comes another, so that what stays in memory is nobody's cache. */
const PER_HANDLER = 500;
/** Far beyond what any document may take of the event loop, also on a machine that has other things to do. */
const MAX_STALL_MS = 5_000;
const MAX_GROWTH_BYTES = 50 * 1024 * 1024;
const MAX_FIELDS = 12;
const SAMPLE = 5;

/** A document of up to `size` fields, for a portal of which the `share` is broken. Smaller sizes give parts of the same document. */
const cases = fc.record({
  seed: fc.noShrink(fc.integer({ min: 0, max: 2 ** 31 - 1 })),
  size: fc.integer({ min: 1, max: MAX_FIELDS }),
  share: fc.constantFrom(0, 0, 0.01, 0.05, 0.2),
});

/** What the run was like. */
class Report {
  readonly timesMs: number[] = [];
  readonly fields = new Set<string>();
  executed = 0;
  compiled = 0;
  calls = 0;

  print(stallMs: number, cpuMs: number): void {
    const sorted = this.timesMs.toSorted((a, b) => a - b);
    const at = (share: number) => `${(sorted[Math.floor(share * sorted.length)] ?? 0).toFixed(1)} ms`;
    console.info(
      `random documents: ${sorted.length}, of which ${this.executed} executed, some ${this.compiled} compiled; ` +
        `${this.calls} calls of HubSpot; both answers p50 ${at(0.5)}, p99 ${at(0.99)}, p99.9 ${at(0.999)}; ` +
        `longest stall ${stallMs.toFixed(0)} ms; CPU ${(cpuMs / 1_000).toFixed(1)} s`,
    );
  }

  note({ query, operationName }: RandomDocument): void {
    this.executed += 1;
    // A sample tells enough.
    if (this.executed % SAMPLE !== 0) return;
    const operation = operationNamed(operationsIn({ schema, document: parse(query) }), operationName);
    if (operation && isCompilable(operation)) this.compiled += SAMPLE;
    for (const selection of operation?.operation.selectionSet.selections ?? []) {
      if (selection.kind === 'Field') this.fields.add(selection.name.value);
    }
  }
}

it('compiled and interpreted execution give the same answer to random documents and random answers of HubSpot', {
  timeout: 900_000 * FUZZ_SCALE,
}, async () => {
  announceSeed('random documents');
  const report = new Report();
  const stalls = monitorEventLoopDelay({ resolution: 10 });
  const cpu = process.cpuUsage();
  stalls.enable();
  let handler = new BothExecutors();
  let heapBefore = 0;
  await fc.assert(
    fc.asyncProperty(cases, async ({ seed, size, share }) => {
      if (report.timesMs.length % PER_HANDLER === 0) {
        report.calls += handler.calls;
        handler = new BothExecutors();
        if (report.timesMs.length === 4 * PER_HANDLER) heapBefore = heapInUse();
      }
      const document = randomDocument(new Random(seed), size);
      const from = performance.now();
      const answers = await handler.answers(document, new BrokenPortal(seed, share));
      report.timesMs.push(performance.now() - from);

      // One assertion for all: tens of thousands would take longer than what they are about.
      const faults = faultsOf(answers, handler.logs.splice(0));
      if (faults) expect({ document, ...faults }).toBeUndefined();
      if (answers.compiled) report.note(document);
    }),
    { seed: FUZZ_SEED, numRuns: DOCUMENTS },
  );
  const { user, system } = process.cpuUsage(cpu);
  report.print(stalls.max / 1e6, (user + system) / 1_000);

  expect(stalls.max / 1e6).toBeLessThan(MAX_STALL_MS);
  // Refusals alone would prove nothing.
  expect(report.executed).toBeGreaterThan(DOCUMENTS / 2);
  expect(report.compiled).toBeGreaterThan(DOCUMENTS / 4);
  const roots = [schema.getQueryType(), schema.getMutationType()].flatMap((root) =>
    Object.keys(root?.getFields() ?? {}),
  );
  expect(roots.filter((name) => !report.fields.has(name))).toEqual([]);
  handler = new BothExecutors();
  if (FUZZ_SCALE > 1) expect(heapInUse() - heapBefore).toBeLessThan(MAX_GROWTH_BYTES);
});

/** What is wrong with the answers, as far as anything is. */
function faultsOf({ status, interpreted, compiled }: BothAnswers, logs: readonly string[]): object | undefined {
  const codes = (interpreted.errors ?? []).map(({ extensions }) => extensions?.code);
  const isAlike = compiled
    ? isDeepStrictEqual(comparable(compiled), comparable(interpreted))
    : !('data' in interpreted);
  const isInOrder =
    [200, 294, 400, 422].includes(status) && codes.every((code) => code && code !== 'INTERNAL_SERVER_ERROR');
  return isAlike && isInOrder && logs.length === 0 ? undefined : { status, interpreted, compiled, logs };
}

/** Errors in any order, each by its message, its place and its code: facts such as times to wait differ from call to call. */
function comparable({ data, errors = [] }: Result) {
  const reported = errors.map(({ message, path, extensions }) => JSON.stringify([message, path, extensions.code]));
  return { data, errors: reported.sort() };
}

/** After everything was thrown away that nobody holds. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
  return process.memoryUsage().heapUsed;
}
