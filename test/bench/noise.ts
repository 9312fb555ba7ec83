/** What a number of noise costs: the continuous sampler that sums use, and the exact one that score histograms use. */
import { performance } from 'node:perf_hooks';
import { createChance } from '#main/learning/kernel/chance.ts';
import { aesKeystream } from '#main/platform/engine/keystream.ts';
import { systemRandom } from '#main/platform/random.ts';
import type { BenchResult } from './result.ts';

const NUMBERS = 500_000;
const REPEATS = 5;
/** Grid steps of a preset's deviation: 2^11 to 2^12. */
const DEVIATION = 3277;

export function benchNoise(): Promise<readonly BenchResult[]> {
  const chance = createChance(aesKeystream(systemRandom));
  const target = new Float64Array(NUMBERS);
  const rounded = nanoseconds(() => {
    chance.normals(target);
  });
  const exact = (deviation: number): BenchResult => {
    const value = nanoseconds(() => {
      chance.discreteNormals(target, deviation);
    });
    const name = `noise: discrete Gaussian, deviation ${String(deviation)}`;
    return { name, value, unit: 'ns a number', ratio: value / rounded, against: 'rounded Gaussian' };
  };
  return Promise.resolve([
    { name: 'noise: rounded Gaussian', value: rounded, unit: 'ns a number' },
    exact(10),
    exact(DEVIATION),
  ]);
}

/** Median of a few. */
function nanoseconds(draw: () => void): number {
  const times = Array.from({ length: REPEATS }, () => {
    const from = performance.now();
    draw();
    return ((performance.now() - from) * 1e6) / NUMBERS;
  }).sort((a, b) => a - b);
  return times[REPEATS >> 1] ?? Number.NaN;
}
