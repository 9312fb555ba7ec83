/** What further steps would cost, by the ledger's own accountant, on this machine. */
import { type Accountant } from '#shared/privacy/accountant.ts';
import { stepsWithinBudget } from '#shared/privacy/calibrate.ts';
import { type Mechanism } from '#shared/privacy/mechanism.ts';
import { type PrivacyStateView } from '#shared/privacy/ledger-view.ts';

export interface WhatIf {
  /** ε of charges, holds and these steps together. */
  readonly end: number;
  /** What these steps add: ε(ledger + steps) − ε(ledger). */
  readonly cost: number;
  readonly left: number;
  readonly isOver: boolean;
}

export interface WhatIfQuestion {
  readonly state: Pick<PrivacyStateView, 'charged' | 'held'>;
  readonly budget: { readonly epsilon: number; readonly delta: number };
  readonly mechanism: Mechanism;
  readonly accountant: Accountant;
}

export function whatIf({ state, budget, mechanism, accountant }: WhatIfQuestion): WhatIf {
  const prior = [...state.charged, ...state.held];
  const before = accountant.epsilon(prior, budget.delta);
  const end = accountant.epsilon([...prior, mechanism], budget.delta);
  return {
    end,
    cost: end - before,
    left: budget.epsilon - end,
    isOver: end > budget.epsilon,
  };
}

/** Most steps of this rate and noise that still fit; some tenths of a second of work. */
export function mostSteps({ state, budget, mechanism }: Omit<WhatIfQuestion, 'accountant'>): number {
  const { samplingRate, noiseMultiplier } = mechanism;
  return stepsWithinBudget({
    epsilon: budget.epsilon,
    delta: budget.delta,
    prior: [...state.charged, ...state.held],
    mechanism: { samplingRate, noiseMultiplier },
  });
}
