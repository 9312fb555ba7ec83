/** `prove reference`: the whole path from the reference file to the published figures, with the product's own code. */
import { performance } from 'node:perf_hooks';
import type { FeatureSet } from '#main/bank/features/feature-rows.ts';
import { withSharedCards } from '#main/sample/demo/shared-cards.ts';
import { ConsortiumId } from '#shared/ids.ts';
import { calibrateNoiseMultiplier } from '#shared/privacy/calibrate.ts';
import type { Charter } from '#shared/round/charter.ts';
import { noisyPreset } from '#shared/round/noisy-presets.ts';
import { presetCharter, REFERENCE_SPLIT } from '#shared/round/presets.ts';
import type { Proof } from './proof.ts';
import { readReferenceBanks } from './reference/banks.ts';
import { figuresOf } from './reference/figures.ts';
import { trainRivalOn, trainFederated } from './reference/models.ts';
import {
  type ModelName,
  parseReferenceOptions,
  REFERENCE_HELP,
  type ReferenceOptions,
} from './reference/options.ts';
import { publishedDelta } from './reference/published.ts';
import { type ModelResult, referenceReport } from './reference/report.ts';

export const proof: Proof = {
  summary: 'the published results of the reference data, from the file to the table',
  help: REFERENCE_HELP,
  run: async (args, say) => {
    const options = parseReferenceOptions(args);
    const delta = publishedDelta(options);
    const noiseMultiplier = noiseFor(options, delta);
    const banks = await readReferenceBanks(
      options,
      charterOf(options, { noiseMultiplier, delta, seed: 1 }),
      say,
    );
    const sets = withSharedCards(banks, { leaveOutKnownCards: true });
    const results: ModelResult[] = [];
    for (let seed = 1; seed <= options.seeds; seed++) {
      const charter = charterOf(options, { noiseMultiplier, delta, seed });
      for (const model of options.models) {
        const result = await runModel(model, charter, { sets, say });
        say(`seed ${String(seed)}, ${model}: AP ${result.figures.overall.prAuc?.toFixed(4) ?? '–'}`);
        results.push({ ...result, seed });
      }
    }
    return referenceReport({ options, banks, noiseMultiplier, delta, results });
  },
};

function noiseFor({ epsilon, recipe, unit }: ReferenceOptions, delta: number): number {
  if (epsilon === null) return 0;
  const { samplingRate, steps } = noisyPreset({ recipe, unit });
  return calibrateNoiseMultiplier({ samplingRate, steps, epsilon, delta, prior: [] });
}

function charterOf(
  { recipe, unit }: ReferenceOptions,
  terms: { readonly noiseMultiplier: number; readonly delta: number; readonly seed: number },
): Charter {
  return presetCharter({
    consortium: { id: ConsortiumId.parse(`con_${'0'.repeat(26)}`), name: 'reference' },
    title: 'reference results',
    features: 'card-v1',
    split: REFERENCE_SPLIT,
    recipe,
    unit,
    noiseMultiplier: terms.noiseMultiplier,
    delta: terms.delta,
    modelSeed: terms.seed,
    leaveOutKnownCards: false,
  });
}

interface Setting {
  readonly sets: readonly FeatureSet[];
  readonly say: (line: string) => void;
}

async function runModel(
  model: ModelName,
  charter: Charter,
  setting: Setting,
): Promise<Omit<ModelResult, 'seed'>> {
  const started = performance.now();
  const weights = await weightsOf(model, charter, setting);
  const seconds = (performance.now() - started) / 1000;
  return { model, figures: figuresOf(setting.sets, charter, weights), seconds };
}

/** The model that each bank would use. */
async function weightsOf(
  model: ModelName,
  charter: Charter,
  { sets, say }: Setting,
): Promise<readonly Float64Array[]> {
  switch (model) {
    case 'pooled': {
      const pooled = trainRivalOn(
        'pooled',
        sets.map(({ train }) => train),
        charter,
      );
      return sets.map(() => pooled);
    }
    case 'local':
      return sets.map(({ train }) => trainRivalOn('local', [train], charter));
    case 'federated': {
      const { rounds } = charter.recipe;
      const { weights } = await trainFederated(sets, charter, (done) => {
        if (done % Math.ceil(rounds / 5) === 0) say(`round ${String(done)} of ${String(rounds)}`);
      });
      return sets.map(() => weights);
    }
  }
}
