/** Slice `noise`: the statistics accept the product's noise, clipping and sampling, and refuse every planted wrong build by name. */
import type { Check } from '../proof.ts';
import { PLANTED, RIGHT } from './noise/builds.ts';
import type { Build } from './noise/pipeline.ts';
import { productSource, type SourceFile, weakSources } from './noise/source.ts';
import { type Judged, LIMIT, type Statistic, STATISTICS } from './noise/statistics.ts';
import type { PrivacySlice } from './slice.ts';

export type Verdict = 'accepted' | 'refused';

export interface NoiseRow {
  readonly build: string;
  readonly statistic: string;
  /** What was found, beside what is right. */
  readonly found: string;
  readonly expected: Verdict;
  readonly verdict: Verdict;
}

export function noiseRows(seed: string): readonly NoiseRow[] {
  const right = RIGHT.flatMap((build) =>
    STATISTICS.map((statistic) => row({ build, statistic, seed, expected: 'accepted' })),
  );
  const planted = PLANTED.flatMap(({ build, refusedBy }) =>
    refusedBy.map((statistic) => row({ build, statistic, seed, expected: 'refused' })),
  );
  return [...right, ...planted, ...sourceRows(productSource())];
}

interface RowInput {
  readonly build: Build;
  readonly statistic: Statistic;
  readonly seed: string;
  readonly expected: Verdict;
}

function row({ build, statistic, seed, expected }: RowInput): NoiseRow {
  const judged = statistic.judge(build, seed);
  const verdict = judged.errors <= LIMIT ? 'accepted' : 'refused';
  return { build: build.name, statistic: statistic.name, found: words(judged), expected, verdict };
}

function words({ found, right, errors }: Judged): string {
  return `${found.toFixed(4)} (right ${String(Number(right.toPrecision(3)))}), ${errors.toFixed(1)} standard errors`;
}

/** A generator of 32 bits, handed in where the key stream belongs. */
const PLANTED_SOURCE: SourceFile = {
  path: 'main/bank/training/planted.ts',
  text: 'const chance = createChance(fromSeed32(clock.now()));',
};

function sourceRows(source: readonly SourceFile[]): readonly NoiseRow[] {
  const judge = (build: string, expected: Verdict, files: readonly SourceFile[]): NoiseRow => {
    const weak = weakSources(files);
    return {
      build,
      statistic: 'makers of noise without a fresh AES-256 key',
      found: weak.length === 0 ? `none in ${String(files.length)} files` : weak.join('; '),
      expected,
      verdict: weak.length === 0 ? 'accepted' : 'refused',
    };
  };
  return [
    judge("the product's source", 'accepted', source),
    judge('a seeded 32-bit generator', 'refused', [...source, PLANTED_SOURCE]),
  ];
}

export const noise: PrivacySlice = {
  name: 'noise',
  summary: 'noise, clipping and sampling by their statistics, and planted wrong builds',
  minutes: 1,
  run: ({ seed, say }) => {
    const rows = noiseRows(`noise ${String(seed)}`);
    say(`${String(rows.length)} judgements, limit ${String(LIMIT)} standard errors`);
    return Promise.resolve({ table: table(rows), figures: { limit: LIMIT, rows }, checks: rows.map(check) });
  },
};

function check({ build, statistic, found, expected, verdict }: NoiseRow): Check {
  return {
    name: `${build}, ${statistic}: ${expected}`,
    passed: verdict === expected,
    detail: `${verdict}: ${found}`,
  };
}

function table(rows: readonly NoiseRow[]): string {
  const width = Math.max(...rows.map(({ build }) => build.length));
  return rows
    .map((one) => `${one.build.padEnd(width)}  ${one.verdict.padEnd(8)}  ${one.statistic}: ${one.found}`)
    .join('\n');
}
