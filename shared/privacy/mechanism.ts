/**
 * The subsampled Gaussian mechanism as a ledger sees it: one segment of equal steps, and how segments combine.
 * Adjacency everywhere in this folder: add or remove one unit of privacy (a transaction's row or an account).
 */
import { z } from 'zod';

/** Steps of one kind: Poisson sampling, L2 clipping at C, Gaussian noise of standard deviation noiseMultiplier × C. */
export const Mechanism = z.strictObject({
  /** q: probability that a unit takes part in a step; 1 is a release over all units. */
  samplingRate: z.number().min(0).max(1),
  /** z: noise standard deviation ÷ L2 sensitivity; 0 is no noise, so no privacy. */
  noiseMultiplier: z.number().min(0),
  steps: z.int().min(0),
});
export type Mechanism = Readonly<z.infer<typeof Mechanism>>;

/** How a set of segments has to be accounted for. */
export type Composition =
  | { readonly kind: 'free' }
  | { readonly kind: 'unprotected' }
  /** Full-batch releases only: exactly one Gaussian mechanism with this noise multiplier. */
  | { readonly kind: 'gaussian'; readonly noiseMultiplier: number }
  | { readonly kind: 'subsampled'; readonly segments: readonly Mechanism[] };

/**
 * Segments that cost something, equal ones added up, in one fixed order: so that the order of a ledger can't
 * change its ε, and a ledger that grows by equal rounds costs no more to evaluate.
 */
export function mergeMechanisms(mechanisms: readonly Mechanism[]): readonly Mechanism[] {
  const merged = new Map<string, Mechanism>();
  for (const mechanism of mechanisms) {
    assertMechanism(mechanism);
    if (mechanism.samplingRate === 0 || mechanism.steps === 0) continue;
    const key = `${String(mechanism.samplingRate)}/${String(mechanism.noiseMultiplier)}`;
    merged.set(key, { ...mechanism, steps: mechanism.steps + (merged.get(key)?.steps ?? 0) });
  }
  return [...merged.values()].sort(
    (a, b) => a.samplingRate - b.samplingRate || a.noiseMultiplier - b.noiseMultiplier,
  );
}

export function classify(mechanisms: readonly Mechanism[]): Composition {
  const segments = mergeMechanisms(mechanisms);
  if (segments.length === 0) return { kind: 'free' };
  if (segments.some((segment) => segment.noiseMultiplier === 0)) return { kind: 'unprotected' };
  if (segments.some((segment) => segment.samplingRate < 1)) return { kind: 'subsampled', segments };
  const squaredShift = segments.reduce((sum, { steps, noiseMultiplier: z }) => sum + steps / z / z, 0);
  return { kind: 'gaussian', noiseMultiplier: 1 / Math.sqrt(squaredShift) };
}

/** A NaN would make every comparison false and a cost vanish, so it must not get past here. */
function assertMechanism({ samplingRate, noiseMultiplier, steps }: Mechanism): void {
  const isValid =
    samplingRate >= 0 &&
    samplingRate <= 1 &&
    noiseMultiplier >= 0 &&
    Number.isFinite(noiseMultiplier) &&
    steps >= 0 &&
    Number.isSafeInteger(steps);
  if (!isValid) {
    throw new RangeError(
      `not a mechanism: sampling rate ${String(samplingRate)}, noise multiplier ${String(noiseMultiplier)}, steps ${String(steps)}`,
    );
  }
}

export function assertDelta(delta: number): void {
  if (!(delta > 0 && delta < 1)) throw new RangeError(`delta ${String(delta)} is not between 0 and 1`);
}
