import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createMetrics } from '../../src/lib/metrics.ts';
import { Semaphore } from '../../src/lib/semaphore.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = read('docs/monitoring.md');

it('the page has one row for each metric, with its labels', () => {
  const metrics = createMetrics();
  metrics.watchPausedPortals(() => 0);
  metrics.watchOperations(() => 0);
  metrics.watchTokenRefreshes(new Semaphore(1));
  const own = metrics.registry.getMetricsAsArray().filter(({ name }) => name.startsWith('gateway_'));
  const shown = own.map((metric) => {
    const labels = 'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames : [];
    return labels.length > 0 ? `${metric.name}{${labels.join()}}` : metric.name;
  });
  const table = page.split('\n## Metrics and alerts\n')[1]?.split('\n### ')[0] ?? '';
  expect([...table.matchAll(/^\| `(gateway_[^`]+)`/gm)].map(([, name]) => name).sort()).toEqual(shown.sort());
});

it('the page says for each alert what to do', () => {
  const union = /export type AlertKind =([^;]+);/.exec(read('src/lib/logging/alert.ts'))?.[1] ?? '';
  const kinds = [...union.matchAll(/'(\w+)'/g)].map(([, kind]) => kind);
  const table = page.split('\n### When an alert rises\n')[1]?.split('\n### ')[0] ?? '';
  expect(
    [...table.matchAll(/^\| `(\w+)` \|(?!.*\| {1,2}\|)/gm)]
      .map(([, kind]) => kind)
      .filter((k) => k !== 'kind')
      .sort(),
  ).toEqual(kinds.sort());
  expect(kinds.length).toBeGreaterThan(4);
});

it('no page names a metric that is not there', () => {
  const metrics = readFileSync(new URL('../../src/lib/metrics.ts', import.meta.url), 'utf8');
  const named = [...page.matchAll(/gateway_[a-z0-9_]+/g)].map(([name]) => name.replace(/_count$/, ''));
  expect(named.filter((name) => !metrics.includes(`'${name}'`))).toEqual([]);
});
