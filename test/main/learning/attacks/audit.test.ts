import { describe, expect, it } from 'vitest';
import { auditLowerBound, auditPValue } from '#main/learning/attacks/audit-bound.ts';
import { auditedNoiseMultiplier, type AuditTerms, canaryAudit } from '#main/learning/attacks/canary-audit.ts';
import { type Chance, createChance } from '#main/learning/kernel/chance.ts';
import { createKernel } from '#main/learning/kernel/pool.ts';
import { aesKeystream } from '#main/platform/engine/keystream.ts';
import { epsilonByPld } from '#shared/privacy/pld.ts';
import { seededRandom } from '../../../fakes/random.ts';
import vectors from '../../../vectors/accounting.json' with { type: 'json' };

describe('the audit’s bound', () => {
  it.each(vectors.one_run_audit)(
    'agrees with the paper’s appendix: $v of $r right, m $m, δ $delta',
    (vector) => {
      const guesses = { canaries: vector.m, guesses: vector.r, correct: vector.v };
      expect(auditPValue(guesses, 1, vector.delta)).toBeCloseTo(vector.p_at_eps1, 9);
      const lower = auditLowerBound(guesses, { delta: vector.delta, pValue: vector.p });
      expect(lower).toBeCloseTo(vector.eps_lower, 6);
    },
  );
});

const TERMS: AuditTerms = {
  ...{ unit: 'row', clippingNorm: 0.3, noiseMultiplier: 2, samplingRate: 0.05, steps: 200 },
  ...{ canaries: 1000, delta: 1e-5, sampler: 'rounded-gaussian' },
};
const CLAIMED = epsilonByPld([TERMS], TERMS.delta);

function audit(terms: AuditTerms, seed: number, change: (chance: Chance) => Chance = (chance) => chance) {
  return canaryAudit(terms, {
    chance: change(createChance(aesKeystream(seededRandom(`audit ${String(seed)}`)))),
    openEngine: (setup) =>
      Promise.resolve(createKernel({ ...setup, threads: 1, startThread: () => undefined })),
  });
}

/** Noise a tenth of what it should be: the bug that squares a deviation of .1. */
function tenfoldLess(chance: Chance): Chance {
  return {
    ...chance,
    normals: (target) => {
      chance.normals(target);
      target.forEach((value, i) => (target[i] = 0.1 * value));
    },
    discreteNormals: (target, deviation) => {
      chance.discreteNormals(target, Math.ceil(0.1 * deviation));
    },
  };
}

describe('the canary audit through the real noisy sum', () => {
  it('tests exact noise where the charter draws that, at the ε that the ledger would charge', async () => {
    const exact = { ...TERMS, sampler: 'discrete-gaussian' } as const;
    const claimed = epsilonByPld([{ ...exact, noiseMultiplier: auditedNoiseMultiplier(exact) }], exact.delta);
    expect(claimed).toBeGreaterThan(CLAIMED * 1.02);
    expect(claimed).toBeLessThan(CLAIMED * 1.15);
    expect((await audit(exact, 5)).lowerBound).toBeLessThan(claimed);
    expect((await audit(exact, 6, tenfoldLess)).lowerBound).toBeGreaterThan(claimed + 1);
    // the other way of drawing being sound must not hide it
    const unusedNormals = (chance: Chance): Chance => ({
      ...tenfoldLess(chance),
      normals: (target) => {
        chance.normals(target);
      },
    });
    expect((await audit(exact, 7, unusedNormals)).lowerBound).toBeGreaterThan(claimed + 1);
  });

  it.each(['row', 'account'] as const)(
    'proves less than is claimed, with the %s as the unit',
    async (unit) => {
      expect(CLAIMED).toBeCloseTo(1.56, 2);
      const { lowerBound } = await audit({ ...TERMS, unit }, 1);
      expect(lowerBound).toBeLessThan(CLAIMED);
    },
  );

  it.each(['row', 'account'] as const)(
    'finds noise ten times too small, with the %s as the unit',
    async (unit) => {
      const { lowerBound } = await audit({ ...TERMS, unit }, 2, tenfoldLess);
      expect(lowerBound).toBeGreaterThan(CLAIMED + 1);
    },
  );

  it('finds missing noise, and clipping that lets ten times too much through', async () => {
    expect((await audit({ ...TERMS, noiseMultiplier: 0 }, 3)).lowerBound).toBeGreaterThan(4);
    const loose = await canaryAudit(TERMS, {
      chance: createChance(aesKeystream(seededRandom('loose'))),
      openEngine: (setup) => {
        const engine = createKernel({ ...setup, threads: 1, startThread: () => undefined });
        const gradientSum: typeof engine.gradientSum = (request) =>
          engine.gradientSum({ ...request, clippingNorm: 10 * (request.clippingNorm ?? 0) });
        return Promise.resolve({ ...engine, gradientSum });
      },
    });
    expect(loose.lowerBound).toBeGreaterThan(CLAIMED + 1);
  });

  it('proves something: a run at more noise is told from a run at less', async () => {
    const { lowerBound } = await audit({ ...TERMS, noiseMultiplier: 0.5 }, 4);
    expect(lowerBound).toBeGreaterThan(1);
  });
});
