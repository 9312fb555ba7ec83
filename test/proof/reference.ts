/** `prove reference`: the whole path from the reference file to the published figures, with the product's own code. */
import { performance } from 'node:perf_hooks';
import { ConsortiumId } from '#shared/ids.ts';
import { calibrateNoiseMultiplier } from '#shared/privacy/calibrate.ts';
import type { Charter } from '#shared/round/charter.ts';
import {
  DEFAULT_ROUNDS,
  FEW_ROUNDS_STEPS,
  presetCharter,
  REFERENCE_SPLIT,
  SAMPLING_RATE,
} from '#shared/round/presets.ts';
import type { Proof } from './proof.ts';
import { type ReferenceBank, readReferenceBanks } from './reference/banks.ts';
import { trainRivalOn, trainFederated } from './reference/models.ts';
import {
  type ModelName,
  parseReferenceOptions,
  REFERENCE_HELP,
  type ReferenceOptions,
} from './reference/options.ts';
import { publishedDelta } from './reference/published.ts';
import { type ModelResult, referenceReport } from './reference/report.ts';
import { figuresOf, scoresOf, testRows, type TestRows } from './reference/test-rows.ts';

export const proof: Proof = {
  summary: 'the published results of the reference data, from the file to the table',
  help: REFERENCE_HELP,
  run: async (args, say) => {
    const options = parseReferenceOptions(args);
    const delta = publishedDelta(options.column);
    const noiseMultiplier = noiseFor(options, delta);
    const banks = await readReferenceBanks(
      options,
      charterOf(options, { noiseMultiplier, delta, seed: 1 }),
      say,
    );
    const rows = testRows(banks);
    const results: ModelResult[] = [];
    for (let seed = 1; seed <= options.seeds; seed++) {
      const charter = charterOf(options, { noiseMultiplier, delta, seed });
      for (const model of options.models) {
        const result = await runModel(model, charter, { banks, rows, say });
        say(`seed ${String(seed)}, ${model}: AP ${result.figures.overall.prAuc?.toFixed(4) ?? '–'}`);
        results.push({ ...result, seed });
      }
    }
    return referenceReport({ options, banks, noiseMultiplier, delta, results });
  },
};

function noiseFor({ epsilon, recipe }: ReferenceOptions, delta: number): number {
  if (epsilon === null) return 0;
  const steps = recipe === 'few-rounds' ? FEW_ROUNDS_STEPS : DEFAULT_ROUNDS[recipe];
  return calibrateNoiseMultiplier({ samplingRate: SAMPLING_RATE, steps, epsilon, delta, prior: [] });
}

function charterOf(
  { recipe }: ReferenceOptions,
  terms: { readonly noiseMultiplier: number; readonly delta: number; readonly seed: number },
): Charter {
  return presetCharter({
    consortium: { id: ConsortiumId.parse(`con_${'0'.repeat(26)}`), name: 'reference' },
    title: 'reference results',
    features: 'card-v1',
    split: REFERENCE_SPLIT,
    recipe,
    noiseMultiplier: terms.noiseMultiplier,
    delta: terms.delta,
    modelSeed: terms.seed,
    leaveOutKnownCards: false,
  });
}

interface Setting {
  readonly banks: readonly ReferenceBank[];
  readonly rows: readonly TestRows[];
  readonly say: (line: string) => void;
}

async function runModel(
  model: ModelName,
  charter: Charter,
  { banks, rows, say }: Setting,
): Promise<Omit<ModelResult, 'seed'>> {
  const started = performance.now();
  const weights = await weightsOf(model, charter, { banks, say });
  const seconds = (performance.now() - started) / 1000;
  const scores = banks.map((bank, b) => scoresOf(bank, charter, weights[b] ?? new Float64Array()));
  return { model, figures: figuresOf(rows, scores), seconds };
}

/** The model that each bank would use. */
async function weightsOf(
  model: ModelName,
  charter: Charter,
  { banks, say }: Pick<Setting, 'banks' | 'say'>,
): Promise<readonly Float64Array[]> {
  switch (model) {
    case 'pooled': {
      const pooled = trainRivalOn(
        'pooled',
        banks.map(({ train }) => train),
        charter,
      );
      return banks.map(() => pooled);
    }
    case 'local':
      return banks.map(({ train }) => trainRivalOn('local', [train], charter));
    case 'federated': {
      const { rounds } = charter.recipe;
      const { weights } = await trainFederated(banks, charter, (done) => {
        if (done % Math.ceil(rounds / 5) === 0) say(`round ${String(done)} of ${String(rounds)}`);
      });
      return banks.map(() => weights);
    }
  }
}
