/** How fast and how exact the ε that is shown is: 10,000 steps, and the reference table of test/vectors. */
import { performance } from 'node:perf_hooks';
import { epsilonByPld } from '#shared/privacy/pld.ts';
import { mechanismOf, reference, type ReferenceRow } from '../shared/privacy/reference.ts';
import type { BenchResult } from './result.ts';

const LONGEST = 10_000;
const REFERENCE = "Google's dp_accounting 0.6.0 (PLD, grid 1e-5)";

export function benchAccounting(): Promise<readonly BenchResult[]> {
  const subsampled = reference.rows.filter((row) => row.q < 1);
  const times = subsampled
    .filter((row) => row.steps === LONGEST)
    .map(millisecondsOf)
    .sort((a, b) => a - b);
  const deviations = subsampled.flatMap(deviationOf);
  return Promise.resolve([
    {
      name: 'accounting: ε of 10,000 steps, median',
      value: times[times.length >> 1] ?? Number.NaN,
      unit: 'ms',
    },
    { name: 'accounting: ε of 10,000 steps, slowest', value: times.at(-1) ?? Number.NaN, unit: 'ms' },
    {
      name: `accounting: worst deviation, ${String(deviations.length)} mechanisms`,
      value: 100 * Math.max(...deviations),
      unit: '% of max(ε, 0.01)',
      against: REFERENCE,
    },
  ]);
}

function epsilonOf(row: ReferenceRow): number {
  return epsilonByPld([mechanismOf(row)], row.delta);
}

function millisecondsOf(row: ReferenceRow): number {
  const start = performance.now();
  epsilonOf(row);
  return performance.now() - start;
}

/** Where the reference has a fine figure; its own grid blurs ε below 0.01. */
function deviationOf(row: ReferenceRow): readonly number[] {
  const fine = row.eps_pld_fine;
  return typeof fine === 'number' ? [Math.abs(epsilonOf(row) - fine) / Math.max(fine, 0.01)] : [];
}
