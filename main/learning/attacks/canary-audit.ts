/**
 * An audit of the noisy sum with one run (Steinke, Nasr and Jagielski 2023, arXiv:2305.08846, Dirac canaries): planted rows
 * whose clipped gradients point along coordinates of their own go through the real sampling, clipping, noise and rounding,
 * and whoever sees every step guesses which of them took part. It tests this program, not a bank's data: every row of it is
 * made up, and none of it is released.
 */
import type { Charter, NoiseSampler } from '#shared/round/charter.ts';
import type { EngineSetup, GradientEngine } from '../engine.ts';
import { accountedNoiseMultiplier, noiseStandardDeviation } from '../dp-sgd/noise.ts';
import { noiseGridExponent, noisySums } from '../dp-sgd/noisy-sums.ts';
import type { SampledUnits } from '../dp-sgd/unit-batch.ts';
import type { Chance } from '../kernel/chance.ts';
import { publicNormal, publicRandom } from '../model/public-random.ts';
import { type AuditGuesses, auditLowerBound } from './audit-bound.ts';

export interface AuditTerms {
  readonly unit: EngineSetup['unit'];
  readonly clippingNorm: number;
  /** σ; 0 for the control run that has to be found out. */
  readonly noiseMultiplier: number;
  /** The one that is tested: exact noise takes another way than rounded noise. */
  readonly sampler: NoiseSampler;
  readonly samplingRate: number;
  readonly steps: number;
  /** m, at most 1,024: one input of the shadow network each. */
  readonly canaries: number;
  readonly delta: number;
}

export interface AuditPorts {
  /** The engine whose clipping is tested. */
  readonly openEngine: (setup: EngineSetup) => Promise<GradientEngine>;
  /** The chance whose sampling and noise are tested. */
  readonly chance: Chance;
  readonly onStep?: (done: number, steps: number) => void;
}

export interface AuditOutcome {
  /** ε is at least this with 95 % confidence: the best of several numbers of guesses, each at its share of 5 %. */
  readonly lowerBound: number;
  readonly guesses: AuditGuesses;
}

const CONFIDENCE_P = 0.05;
/** r as shares of m; the error probability is shared out among them (Bonferroni). */
const GUESSED_SHARES = [0.1, 0.2, 0.5, 1];
/** Ordinary rows beside the canaries, one a unit. */
const ORDINARY_UNITS = 500;
/** Input of a canary: so large that its gradient is clipped to C, all but a millionth of it along its own coordinate. */
const CANARY_INPUT = 1000;
/** Of the sums, in real units: no sum of the shadow run comes near it. */
const CLAMP = 2 ** 20;
/** Rows of one unit where accounts are clipped: their sum has to be clipped as one. */
const ROWS_OF_ACCOUNT = 2;

export async function canaryAudit(terms: AuditTerms, ports: AuditPorts): Promise<AuditOutcome> {
  const isIn = Uint8Array.from({ length: terms.canaries }, () => ports.chance.word() & 1);
  return judge(await scoresOf(terms, isIn, ports), isIn, terms.delta);
}

/** σ as the ledger would charge the shadow run: exact noise pays for the rounding of the sum beneath it. */
export function auditedNoiseMultiplier(terms: AuditTerms): number {
  return accountedNoiseMultiplier(shadowCharter(terms));
}

type ShadowCharter = Pick<Charter, 'privacy' | 'grids' | 'model' | 'secureAggregation'>;

/** The audit's terms as a charter has them, so that the deviation of the noise and its price are the product's own. */
function shadowCharter({
  unit,
  clippingNorm,
  noiseMultiplier,
  sampler,
  delta,
  canaries,
}: AuditTerms): ShadowCharter {
  return {
    privacy: {
      ...{ unit: unit === 'row' ? 'transaction' : 'account', noise: 'full' },
      ...{ clippingNorm, noiseMultiplier, sampler, delta },
    },
    grids: {
      sum: { exponent: noiseGridExponent((noiseMultiplier || 1) * clippingNorm), clamp: CLAMP },
      difference: { exponent: -16, clamp: 4 },
    },
    model: { kind: 'mlp', layers: [canaries, 1], activation: 'tanh', seed: 0, outputBias: 0 },
    secureAggregation: { kind: 'off' },
  };
}

/** What a watcher of every step sees along each canary's coordinate: Σ (noisy sum − clipped sum of the ordinary rows). */
async function scoresOf(
  terms: AuditTerms,
  isIn: Uint8Array,
  { openEngine, chance, onStep }: AuditPorts,
): Promise<Float64Array> {
  const shadow = shadowProblem(terms, isIn);
  const engine = await openEngine(shadow.setup);
  const watched = watchOrdinary(engine, shadow.firstCanaryRow);
  const charter = shadowCharter(terms);
  const gridStep = 2 ** charter.grids.sum.exponent;
  const sums = noisySums(
    watched.engine,
    {
      units: shadow.units,
      samplingRate: terms.samplingRate,
      clippingNorm: terms.clippingNorm,
      noiseStandardDeviation: noiseStandardDeviation(charter),
      sampler: terms.sampler,
      gridStep,
      bound: Math.ceil(charter.grids.sum.clamp / gridStep),
    },
    chance,
  );
  const weights = new Float64Array(terms.canaries + 1);
  const scores = new Float64Array(terms.canaries);
  for (let step = 1; step <= terms.steps; step++) {
    const { integers } = sums.next(weights);
    const ordinary = watched.ordinary();
    for (let j = 0; j < scores.length; j++)
      scores[j] = (scores[j] ?? 0) + gridStep * (integers[j] ?? 0) - (ordinary[j] ?? 0);
    onStep?.(step, terms.steps);
  }
  engine.close();
  return scores;
}

interface ShadowProblem {
  readonly setup: EngineSetup;
  readonly units: SampledUnits;
  /** Rows from here on are canaries'. */
  readonly firstCanaryRow: number;
}

/** One layer, no hidden one: the gradient of a row is its input, scaled. Canary j is `CANARY_INPUT` at input j. */
function shadowProblem({ unit, canaries }: AuditTerms, isIn: Uint8Array): ShadowProblem {
  const included = Array.from(isIn.keys()).filter((canary) => isIn[canary] === 1);
  const rowsOfUnit = unit === 'row' ? 1 : ROWS_OF_ACCOUNT;
  const firstCanaryRow = ORDINARY_UNITS * rowsOfUnit;
  const rows = firstCanaryRow + included.length * rowsOfUnit;
  const features = new Float32Array(rows * canaries);
  const random = publicRandom(rows);
  for (let i = 0; i < firstCanaryRow * canaries; i++) features[i] = publicNormal(random);
  included.forEach((canary, n) => {
    for (let row = 0; row < rowsOfUnit; row++)
      features[(firstCanaryRow + n * rowsOfUnit + row) * canaries + canary] = CANARY_INPUT;
  });
  const data = { features, labels: new Uint8Array(rows) };
  const setup = { network: { layers: [canaries, 1], activation: 'tanh' }, data, unit } as const;
  return { setup, units: unitsOf(rows, rowsOfUnit), firstCanaryRow };
}

function unitsOf(rows: number, rowsOfUnit: number): SampledUnits {
  if (rowsOfUnit === 1) return { kind: 'rows', count: rows };
  return {
    kind: 'accounts',
    accounts: {
      rows: Uint32Array.from({ length: rows }, (_, row) => row),
      ends: Uint32Array.from({ length: rows / rowsOfUnit }, (_, n) => (n + 1) * rowsOfUnit),
    },
  };
}

interface Watched {
  readonly engine: GradientEngine;
  /** The clipped sum of the ordinary units of the last batch. */
  readonly ordinary: () => Float64Array;
}

/** Passes every request on as it is, and keeps what the ordinary units added: batches list units in rising order. */
function watchOrdinary(engine: GradientEngine, firstCanaryRow: number): Watched {
  let ordinary: Float64Array = new Float64Array();
  return {
    engine: {
      gradientSum: (request) => {
        const { rows, accountEnds } = request;
        const known = rows.filter((row) => row < firstCanaryRow);
        const ends = accountEnds?.filter((end) => end <= known.length);
        const { weights, clippingNorm } = request;
        ordinary = engine.gradientSum({
          ...{ weights, clippingNorm, rows: known },
          ...(ends && { accountEnds: ends }),
        }).sum;
        return engine.gradientSum(request);
      },
      close: () => {
        engine.close();
      },
    },
    ordinary: () => ordinary,
  };
}

/** Highest r/2 scores are guessed in, lowest r/2 out. */
function judge(scores: Float64Array, isIn: Uint8Array, delta: number): AuditOutcome {
  const falling = Array.from(scores.keys()).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  const pValue = CONFIDENCE_P / GUESSED_SHARES.length;
  const outcomes = GUESSED_SHARES.map((share): AuditOutcome => {
    const half = Math.floor((share * scores.length) / 2);
    const hits = falling.slice(0, half).filter((canary) => isIn[canary] === 1).length;
    const misses = falling.slice(falling.length - half).filter((canary) => isIn[canary] === 0).length;
    const guesses = { canaries: scores.length, guesses: 2 * half, correct: hits + misses };
    return { lowerBound: auditLowerBound(guesses, { delta, pValue }), guesses };
  });
  return outcomes.reduce((best, one) => (one.lowerBound > best.lowerBound ? one : best));
}
