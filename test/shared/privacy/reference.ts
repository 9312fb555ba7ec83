/** The reference tables of test/vectors as the tests read them: mechanisms in our names, "Infinity" as a number. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Mechanism } from '#shared/privacy/mechanism.ts';

const Figure = z.union([z.number(), z.literal('Infinity').transform(() => Infinity)]);
const Segment = z
  .object({ q: z.number(), sigma: z.number(), steps: z.number() })
  .transform(({ q, sigma, steps }): Mechanism => ({ samplingRate: q, noiseMultiplier: sigma, steps }));

const Row = z.object({
  q: z.number(),
  sigma: z.number(),
  steps: z.number(),
  delta: z.number(),
  eps_rdp: Figure,
  eps_rdp_exact: Figure,
  eps_pld: Figure.nullish(),
  eps_pld_fine: Figure.nullish(),
  eps_exact: Figure.nullish(),
});
export type ReferenceRow = z.infer<typeof Row>;

const Ledger = z.object({
  name: z.string(),
  segments: z.array(Segment),
  delta: z.number(),
  eps_rdp: Figure,
  eps_pld: Figure,
  eps_pld_fine_2e5: Figure,
});

const Accounting = z.object({
  special: z.array(
    z.object({
      x: z.number(),
      erfc: z.coerce.number(),
      log_erfc: z.coerce.number(),
      log_ncdf: z.coerce.number(),
    }),
  ),
  rdp: z.array(z.object({ q: z.number(), sigma: z.number(), order: z.number(), rdp_exact: z.number() })),
  rdp_to_eps: z.array(
    z.object({
      q: z.number(),
      sigma: z.number(),
      steps: z.number(),
      delta: z.number(),
      integer_orders: z.array(z.number()),
      eps: z.number(),
    }),
  ),
  analytic_gaussian_eps: z.array(z.object({ sigma: z.number(), delta: z.number(), eps: z.number() })),
  analytic_gaussian_sigma: z.array(z.object({ eps: z.number(), delta: z.number(), sigma: z.number() })),
  calibration: z.array(
    z.object({
      q: z.number(),
      steps: z.number(),
      target_eps: z.number(),
      delta: z.number(),
      sigma_pld: z.number(),
    }),
  ),
  shuffle_vs_poisson: z.array(
    z.object({
      N: z.number(),
      batch: z.number(),
      sigma: z.number(),
      epochs: z.number(),
      delta: z.number(),
      eps_poisson: z.number(),
      eps_fixed_partition_upper: z.number(),
    }),
  ),
  ledgers: z.array(Ledger),
});

const Reference = z.object({ rows: z.array(Row), ledgers: z.array(Ledger) });

export const accounting = Accounting.parse(readVectors('accounting.json'));
export const reference = Reference.parse(readVectors('epsilon-reference.json'));

function readVectors(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../vectors/${name}`, import.meta.url), 'utf8'));
}

export function mechanismOf(row: { q: number; sigma: number; steps: number }): Mechanism {
  return { samplingRate: row.q, noiseMultiplier: row.sigma, steps: row.steps };
}

/** |value/expected − 1|, or |value| where 0 is expected, and 0 where both are infinite. */
export function relativeError(value: number, expected: number): number {
  if (value === expected) return 0;
  return expected === 0 ? Math.abs(value) : Math.abs(value / expected - 1);
}

/** privacy.md §1: what a correct accountant answers, given Google's figure on its 1e-5 grid. */
export function isWithinReference(epsilon: number, fine: number): boolean {
  return epsilon === fine || (epsilon >= 0.997 * fine - 2e-5 && epsilon <= 1.001 * fine + 1e-4);
}
