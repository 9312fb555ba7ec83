/** What further rounds and evaluations would cost, by the ledger's own accountant, on this machine. */
import { type Accountant } from '#shared/privacy/accountant.ts';
import { stepsWithinBudget } from '#shared/privacy/calibrate.ts';
import { type PrivacyStateView } from '#shared/privacy/ledger-view.ts';
import { type Mechanism } from '#shared/privacy/mechanism.ts';

export interface WhatIf {
  /** ε of charges, holds and the plan together. */
  readonly end: number;
  /** What the plan adds: ε(ledger + plan) − ε(ledger). */
  readonly cost: number;
  readonly left: number;
  readonly isOver: boolean;
}

/** What a person moves: rounds of training, and releases of a noisy score histogram. */
export interface Plan {
  readonly rounds: number;
  readonly stepsPerRound: number;
  readonly samplingRate: number;
  readonly noiseMultiplier: number;
  readonly evaluations: number;
  /** s_h: standard deviation of the noise on each count, in rows; one unit moves it by one row. */
  readonly evaluationNoise: number;
}

export interface WhatIfQuestion {
  readonly state: Pick<PrivacyStateView, 'charged' | 'held' | 'lostEpsilon'>;
  readonly budget: { readonly epsilon: number; readonly delta: number };
  readonly plan: Plan;
}

export function trainingOf({ rounds, stepsPerRound, samplingRate, noiseMultiplier }: Plan): Mechanism {
  return { samplingRate, noiseMultiplier, steps: rounds * stepsPerRound };
}

function evaluationOf({ evaluations, evaluationNoise }: Plan): readonly Mechanism[] {
  return evaluations === 0 ? [] : [{ samplingRate: 1, noiseMultiplier: evaluationNoise, steps: evaluations }];
}

export function whatIf({ state, budget, plan }: WhatIfQuestion, accountant: Accountant): WhatIf {
  const prior = [...state.charged, ...state.held];
  // What a recovery could not itemise comes on top, by basic composition.
  const lost = state.lostEpsilon ?? 0;
  const before = lost + accountant.epsilon(prior, budget.delta);
  const end = lost + accountant.epsilon([...prior, trainingOf(plan), ...evaluationOf(plan)], budget.delta);
  return {
    end,
    cost: end - before,
    left: budget.epsilon - end,
    isOver: end > budget.epsilon,
  };
}

/** Most such rounds that still fit beside the evaluations; some tenths of a second of work. */
export function mostRounds({ state, budget, plan }: WhatIfQuestion): number {
  const { samplingRate, noiseMultiplier } = plan;
  const epsilon = budget.epsilon - (state.lostEpsilon ?? 0);
  if (epsilon <= 0) return 0;
  const steps = stepsWithinBudget({
    epsilon,
    delta: budget.delta,
    prior: [...state.charged, ...state.held, ...evaluationOf(plan)],
    mechanism: { samplingRate, noiseMultiplier },
  });
  return Math.floor(steps / plan.stepsPerRound);
}
