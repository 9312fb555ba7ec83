/** Right builds, and wrong ones as they were made elsewhere; each wrong one with the statistic that has to refuse it. */
import { publicPermutation, publicRandom } from '#main/learning/model/public-random.ts';
import type { Charter, PrivacyTerms } from '#shared/round/charter.ts';
import type { Build } from './pipeline.ts';
import {
  batchSizes,
  noiseOfEmptyBatch,
  noiseOfTwoSteps,
  noiseShape,
  noiseVariance,
  repeatedUnits,
  sensitivity,
  type Statistic,
} from './statistics.ts';

/** Another charter than the agreed one, which the statistics know. */
function withPrivacy(change: (privacy: PrivacyTerms) => Partial<PrivacyTerms>) {
  return (charter: Charter): Charter => ({
    ...charter,
    privacy: { ...charter.privacy, ...change(charter.privacy) },
  });
}

export const RIGHT: readonly Build[] = [
  { name: 'the product, rounded Gaussian' },
  {
    name: 'the product, discrete Gaussian',
    charter: withPrivacy(() => ({ sampler: 'discrete-gaussian' })),
  },
];

export interface PlantedBuild {
  readonly build: Build;
  /** Each of these refuses it. */
  readonly refusedBy: readonly Statistic[];
}

export const PLANTED: readonly PlantedBuild[] = [
  {
    build: {
      name: 'variance handed over for the standard deviation (0.01 for 0.1)',
      charter: withPrivacy(({ noiseMultiplier }) => ({ noiseMultiplier: noiseMultiplier ** 2 })),
    },
    refusedBy: [noiseVariance, noiseShape],
  },
  {
    build: {
      name: 'noise × 0.9',
      charter: withPrivacy(({ noiseMultiplier }) => ({ noiseMultiplier: 0.9 * noiseMultiplier })),
    },
    refusedBy: [noiseVariance, noiseShape],
  },
  {
    build: {
      name: 'discrete noise × 0.9',
      charter: withPrivacy(({ noiseMultiplier }) => ({
        sampler: 'discrete-gaussian',
        noiseMultiplier: 0.9 * noiseMultiplier,
      })),
    },
    refusedBy: [noiseVariance, noiseShape],
  },
  {
    build: {
      name: 'clipped at 1.2 C',
      engine: (engine) => ({
        ...engine,
        gradientSum: (request) =>
          engine.gradientSum({ ...request, clippingNorm: 1.2 * (request.clippingNorm ?? 0) }),
      }),
    },
    refusedBy: [sensitivity(1), sensitivity(3)],
  },
  {
    build: { name: 'accounts clipped row by row', clips: 'row' },
    refusedBy: [sensitivity(3)],
  },
  {
    build: {
      name: 'shuffled batches, accounted as Poisson',
      chance: (chance) => ({ ...chance, poissonBatch: shuffled() }),
    },
    refusedBy: [batchSizes, repeatedUnits],
  },
  {
    build: {
      name: 'noise drawn once and used again',
      chance: (chance) => ({
        ...chance,
        normals: onlyOnce((target) => {
          chance.normals(target);
        }),
      }),
    },
    refusedBy: [noiseOfTwoSteps],
  },
  {
    build: {
      name: 'no noise on an empty batch',
      chance: (chance) => {
        let isEmpty = false;
        return {
          ...chance,
          poissonBatch: (batch) => {
            const drawn = chance.poissonBatch(batch);
            isEmpty = drawn.length === 0;
            return drawn;
          },
          normals: (target) => {
            if (!isEmpty) chance.normals(target);
          },
        };
      },
    },
    refusedBy: [noiseOfEmptyBatch],
  },
];

/** A partition of the units into batches of the expected size, in an order that is shuffled each time it is used up. */
function shuffled(): (batch: { readonly rate: number; readonly units: Uint32Array }) => Uint32Array {
  const random = publicRandom(3);
  let order = new Uint32Array();
  let at = 0;
  return ({ rate, units }) => {
    const size = Math.max(1, Math.round(units.length * rate));
    if (at + size > order.length) {
      order = Uint32Array.from(publicPermutation(random, units.length));
      at = 0;
    }
    at += size;
    return order.slice(at - size, at).sort();
  };
}

function onlyOnce(draw: (target: Float64Array) => void): (target: Float64Array) => void {
  let drawn: Float64Array | undefined;
  return (target) => {
    if (drawn === undefined) {
      draw(target);
      drawn = target.slice();
    }
    target.set(drawn);
  };
}
