/**
 * Slice `canary`: 64 planted records with values found nowhere else, four banks through a whole run; every byte at the banks'
 * sockets and at the loopback bridges of their pages, in logs, temporary files, the hub's store and exports is searched for
 * them in every encoding (I7). Three builds that leak are all caught by the same search.
 */
import { rmSync } from 'node:fs';
import { stream } from '#main/sample/generator/stream.ts';
import type { Check } from '../proof.ts';
import { leakingBuilds, PRODUCT } from './canary/builds.ts';
import { patternsOf } from './canary/encodings.ts';
import { writeBankFiles } from './canary/files.ts';
import { plantCanaries } from './canary/records.ts';
import { type CanaryRun, canaryRun } from './canary/run.ts';
import { createScan } from './canary/scan.ts';
import { scratchFolder } from './scratch.ts';
import { type PrivacySlice } from './slice.ts';

const RECORDS = 64;
const BANKS = 4;
const ROUNDS = 3;
const LEAKING_ROUNDS = 1;

export interface CanaryFigures {
  readonly records: number;
  readonly forms: number;
  readonly product: CanaryRun;
  readonly leaking: readonly CanaryRun[];
}

export const canary: PrivacySlice = {
  name: 'canary',
  summary: 'planted records in no byte that leaves a bank, in any encoding; three leaking builds are caught',
  minutes: 4,
  run: async ({ seed, say }) => {
    const canaries = plantCanaries(RECORDS, BANKS, stream(seed, 'canary'));
    const patterns = patternsOf(canaries);
    const folder = scratchFolder('parley-canary-files-');
    try {
      const files = writeBankFiles(folder, { banks: BANKS, canaries });
      const plan = { files, canaries, scan: createScan(patterns) };
      const product = await canaryRun({ ...plan, build: PRODUCT, rounds: ROUNDS });
      say(runLine(product));
      const leaking: CanaryRun[] = [];
      for (const build of leakingBuilds(canaries)) {
        const run = await canaryRun({ ...plan, build, rounds: LEAKING_ROUNDS });
        say(runLine(run));
        leaking.push(run);
      }
      const figures = { records: RECORDS, forms: patterns.length, product, leaking };
      return { table: table(figures), figures: summary(figures), checks: checks(figures) };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function runLine({ build, hits, recovered, updates, trained }: CanaryRun): string {
  const places = [...new Set(hits.map(({ place }) => place))].join(', ');
  const where = places === '' ? '' : ` (${places})`;
  return `${build.padEnd(36)}${String(hits.length)} hits${where}, ${String(recovered)} rows given away by ${String(updates)} updates; ${String(trained)} planted rows trained`;
}

function table({ records, forms, product, leaking }: CanaryFigures): string {
  const bytes = Object.entries(product.bytes).map(
    ([place, count]) => `${place} ${String(Math.ceil(count / 1024))} KiB`,
  );
  return [
    `${String(records)} planted records in ${String(forms)} forms; searched: ${bytes.join(', ')}`,
    ...[product, ...leaking].map(runLine),
  ].join('\n');
}

/** Hits as their first few: a caught build has thousands. */
function summary({ product, leaking, ...rest }: CanaryFigures): unknown {
  const short = (run: CanaryRun): unknown => ({ ...run, hits: run.hits.length, first: run.hits.slice(0, 3) });
  return { ...rest, product: short(product), leaking: leaking.map(short) };
}

function checks({ product, leaking }: CanaryFigures): readonly Check[] {
  const [hit] = product.hits;
  const missed = leaking.filter(({ hits, recovered }) => hits.length + recovered === 0);
  return [
    {
      name: 'no planted record leaves',
      passed: product.hits.length === 0 && product.recovered === 0 && product.trained === RECORDS,
      detail:
        hit === undefined
          ? `0 hits, ${String(product.recovered)} rows given away, ${String(product.trained)} of ${String(RECORDS)} were trained on`
          : `record ${String(hit.record)} in ${hit.place}: ${hit.form}`,
    },
    {
      name: 'nothing connects elsewhere, and every update is of one length',
      passed: product.foreignAddresses.length === 0 && product.updateLengths === 1,
      detail: `${String(product.foreignAddresses.length)} other addresses, ${String(product.updateLengths)} lengths of ${String(product.updates)} updates`,
    },
    {
      name: 'the search sees rows at the bridge where a page asks for them',
      passed: product.seenOnData > 0,
      detail: `${String(product.seenOnData)} hits once a page asked for one planted row`,
    },
    {
      name: 'the leaking builds are caught',
      passed: missed.length === 0,
      detail:
        missed.length === 0
          ? `${String(leaking.length)} of ${String(leaking.length)}`
          : missed.map(({ build }) => build).join(', '),
    },
  ];
}
