/** From the operator's choices, or a file, to the charter that is signed. */
import { Buffer } from 'node:buffer';
import { FailureError } from '#shared/failure.ts';
import type { ConsortiumId } from '#shared/ids.ts';
import { calibrateNoiseMultiplier } from '#shared/privacy/calibrate.ts';
import { Charter, type EvaluationHistogram } from '#shared/round/charter.ts';
import { histogramsOfRun } from '#shared/round/evaluation.ts';
import { presetHistogram } from '#shared/round/histogram-preset.ts';
import { noisyPreset } from '#shared/round/noisy-presets.ts';
import { presetCharter } from '#shared/round/presets.ts';
import { invalidInput } from '#shared/contract/serve.ts';
import { accountedNoiseMultiplier } from '#main/learning/dp-sgd/noise.ts';
import { readFileIfPresent } from '#main/platform/files.ts';
import type { PresetChoice } from './command-line.ts';

export interface Founded {
  readonly id: ConsortiumId;
  readonly name: string;
}

/** Throws `charter-invalid` for choices that don't fit together. */
export function charterFromPreset(choice: PresetChoice, consortium: Founded): Charter {
  const { preset, recipe, rounds, title, delta, unit } = choice;
  const histogram = histogramOf(choice);
  const withNoise = (noiseMultiplier: number): Charter =>
    presetCharter({
      consortium: { id: consortium.id, name: consortium.name },
      title: title ?? `Card fraud, ${recipe}`,
      features: preset,
      split: choice.split,
      recipe,
      ...(rounds === undefined ? {} : { rounds }),
      histogram,
      noiseMultiplier,
      sampler: choice.sampler,
      delta,
      unit,
      modelSeed: choice.modelSeed,
      participation: choice.participation,
    });
  return checked(accountedAs(noiseOf(choice, histogram), withNoise), 'The charter');
}

/** The charter whose noise is accounted as `wanted`: exact noise needs a little more, for the rounding of the sum. */
function accountedAs(wanted: number, withNoise: (noiseMultiplier: number) => Charter): Charter {
  let noiseMultiplier = wanted;
  for (;;) {
    const charter = withNoise(noiseMultiplier);
    const accounted = accountedNoiseMultiplier(charter);
    if (accounted >= wanted) return charter;
    noiseMultiplier *= (wanted / accounted) * (1 + 1e-9);
  }
}

/** Throws `file-not-readable` or `charter-invalid`, naming the field. */
export function charterFromFile(file: string): Charter {
  const content = readFileIfPresent(file);
  if (content === undefined) throw new FailureError('file-not-readable', `There is no file ${file}`);
  return checked(parseJson(Buffer.from(content).toString('utf8'), file), file);
}

function checked(document: unknown, what: string): Charter {
  const charter = Charter.safeParse(document);
  if (charter.success) return charter.data;
  throw new FailureError('charter-invalid', invalidInput(what, charter.error).message);
}

/** The usual score histograms, or none; their noise follows the run's ε where that is chosen. */
function histogramOf({ privacy, recipe, unit, evaluation }: PresetChoice): EvaluationHistogram {
  if (evaluation.kind === 'none' || privacy.kind === 'none') return { kind: 'off' };
  const epsilon = privacy.kind === 'epsilon' ? privacy.epsilon : Infinity;
  const kind = recipe === 'few-rounds' || recipe === 'one-step' ? recipe : 'plain';
  const usual = presetHistogram({ recipe: kind, unit, epsilon });
  if (usual.kind === 'off' || evaluation.everyRounds === undefined) return usual;
  return { ...usual, everyRounds: evaluation.everyRounds };
}

/** Training and score histograms together cost at most the ε that was asked for. */
function noiseOf(
  { privacy, recipe, rounds, delta, unit }: PresetChoice,
  histogram: EvaluationHistogram,
): number {
  switch (privacy.kind) {
    case 'none':
      return 0;
    case 'noise-multiplier':
      return privacy.noiseMultiplier;
    case 'epsilon': {
      const noisy = noisyPreset({
        ...{ unit, rounds },
        recipe: recipe === 'one-step' ? recipe : 'few-rounds',
      });
      const { samplingRate, steps } = noisy;
      const prior = histogramsOfRun(histogram, noisy.rounds);
      return calibrateNoiseMultiplier({ epsilon: privacy.epsilon, delta, samplingRate, steps, prior });
    }
  }
}

function parseJson(content: string, file: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    throw new FailureError('charter-invalid', `${file} is not JSON`);
  }
}
