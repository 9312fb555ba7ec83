/** What noise, or how many steps, fit what is left of a budget; answers never exceed it. */
import type { Mechanism } from './mechanism.ts';
import { epsilonByPld } from './pld.ts';
import { epsilonByRdp } from './rdp.ts';
import { leastEnough, mostAllowed } from './search.ts';

export interface BudgetQuestion {
  /** ε that prior and new steps may reach together. */
  readonly epsilon: number;
  readonly delta: number;
  /** What the ledger holds already. */
  readonly prior?: readonly Mechanism[];
}

type Accounting = (mechanisms: readonly Mechanism[], delta: number) => number;

/** Beyond this noise a mechanism says nothing; an answer there would only mean that nothing is left. */
const LARGEST_NOISE = 1e6;

/**
 * Least noise multiplier (to one part in 1e4, from above) with which the steps fit; 0 if there are none to pay for,
 * Infinity if no noise is enough.
 */
export function calibrateNoiseMultiplier(
  question: BudgetQuestion & { readonly samplingRate: number; readonly steps: number },
): number {
  const { samplingRate, steps, epsilon, delta, prior = [] } = question;
  if (samplingRate === 0 || steps === 0) return 0;
  if (epsilonByPld(prior, delta) >= epsilon) return Infinity;
  const fits =
    (accounting: Accounting) =>
    (noiseMultiplier: number): boolean =>
      accounting([...prior, { samplingRate, noiseMultiplier, steps }], delta) <= epsilon;
  // Rényi accounting is quick and its answer an upper bound: a good place to start.
  const rough = leastEnough(fits(epsilonByRdp), { start: 1, tolerance: 0.05, limit: LARGEST_NOISE });
  const start = Number.isFinite(rough) ? rough : 1;
  return leastEnough(fits(epsilonByPld), { start, tolerance: 1e-4, limit: LARGEST_NOISE });
}

/** Most steps at fixed noise that fit; Infinity where steps cost nothing. */
export function stepsWithinBudget(
  question: BudgetQuestion & { readonly mechanism: Omit<Mechanism, 'steps'> },
): number {
  const { mechanism, epsilon, delta, prior = [] } = question;
  if (mechanism.samplingRate === 0) return Infinity;
  const fits =
    (accounting: Accounting) =>
    (steps: number): boolean =>
      accounting([...prior, { ...mechanism, steps }], delta) <= epsilon;
  const rough = mostAllowed(fits(epsilonByRdp), 1);
  return mostAllowed(fits(epsilonByPld), rough);
}
