/** The canary audit many times over: what it proves at known ε, without noise, and with the noise ten times too small. */
import { canaryAudit } from '#main/learning/attacks/canary-audit.ts';
import { type Chance, createChance } from '#main/learning/kernel/chance.ts';
import { createKernel } from '#main/learning/kernel/pool.ts';
import { aesKeystream } from '#main/platform/engine/keystream.ts';
import { epsilonByPld } from '#shared/privacy/pld.ts';
import { seededRandom } from '../../../fakes/random.ts';

export interface AuditRow {
  readonly name: string;
  /** By the ledger's accounting of the settings; Infinity without noise. */
  readonly claimed: number;
  readonly runs: number;
  readonly lowest: number;
  readonly median: number;
  readonly highest: number;
  /** Runs whose bound is above the claim: a block. */
  readonly flagged: number;
  readonly published: string;
}

interface Case {
  readonly name: string;
  readonly noiseMultiplier: number;
  readonly claimedMultiplier: number;
  readonly change?: (chance: Chance) => Chance;
  readonly published: string;
}

const CASES: readonly Case[] = [
  { name: 'σ = 2', noiseMultiplier: 2, claimedMultiplier: 2, published: '.1 to .45' },
  { name: 'σ = 1', noiseMultiplier: 1, claimedMultiplier: 1, published: '.7 to 1.1' },
  { name: 'no noise, claimed σ = 2', noiseMultiplier: 0, claimedMultiplier: 2, published: '4.4 to 5.3' },
  {
    ...{ name: 'noise × 0.1, claimed σ = 2', noiseMultiplier: 2, claimedMultiplier: 2 },
    ...{ change: tenfoldLess, published: '3.6 to 4.4, found' },
  },
  {
    ...{ name: 'noise × 0.1, claimed σ = 1', noiseMultiplier: 1, claimedMultiplier: 1 },
    ...{ change: tenfoldLess, published: '4.05 to 4.4, not found' },
  },
];

const SETTINGS = { samplingRate: 0.05, steps: 200, delta: 1e-5 } as const;

function tenfoldLess(chance: Chance): Chance {
  return {
    ...chance,
    normals: (target) => {
      chance.normals(target);
      target.forEach((value, i) => (target[i] = 0.1 * value));
    },
  };
}

export async function auditRows(
  runs: number,
  seed: number,
  unit: 'row' | 'account',
): Promise<readonly AuditRow[]> {
  const rows: AuditRow[] = [];
  for (const one of CASES) {
    const claimed = epsilonByPld([{ ...SETTINGS, noiseMultiplier: one.claimedMultiplier }], SETTINGS.delta);
    const bounds: number[] = [];
    for (let run = 0; run < runs; run++)
      bounds.push(await bound(one, unit, `${String(seed)} ${unit} ${one.name} ${String(run)}`));
    bounds.sort((a, b) => a - b);
    rows.push({
      ...{ name: `${one.name}, unit ${unit}`, claimed, runs, published: one.published },
      lowest: bounds[0] ?? Number.NaN,
      median: bounds[Math.floor(runs / 2)] ?? Number.NaN,
      highest: bounds.at(-1) ?? Number.NaN,
      flagged: bounds.filter((lower) => lower > claimed).length,
    });
  }
  return rows;
}

async function bound(
  { noiseMultiplier, change }: Case,
  unit: 'row' | 'account',
  seed: string,
): Promise<number> {
  const chance = createChance(aesKeystream(seededRandom(`audit ${seed}`)));
  const outcome = await canaryAudit(
    { ...SETTINGS, unit, noiseMultiplier, sampler: 'rounded-gaussian', clippingNorm: 0.3, canaries: 1000 },
    {
      chance: change === undefined ? chance : change(chance),
      openEngine: (setup) =>
        Promise.resolve(createKernel({ ...setup, threads: 1, startThread: () => undefined })),
    },
  );
  return outcome.lowerBound;
}
