/** Setting, lowering and raising the budget: what the typed values mean, and what is still wrong with them. */
import { type PrivacyStateView } from '#shared/privacy/ledger-view.ts';
import { type PrivacyUnit } from '#shared/round/charter.ts';
import { text } from '../../text/en.ts';
import { epsilonSpent } from '../../ui/format.ts';

export interface BudgetText {
  readonly epsilon: string;
  readonly delta: string;
  readonly unit: PrivacyUnit;
  readonly reason: string;
}

export interface BudgetOutcome {
  readonly kind: 'set' | 'lower' | 'raise' | 'same';
  readonly epsilon: number;
  readonly delta: number;
  readonly errors: Readonly<Partial<Record<'epsilon' | 'delta' | 'reason', string>>>;
}

const words = text.privacy;

export function parseBudget(typed: BudgetText, state: PrivacyStateView): BudgetOutcome {
  const epsilon = Number(typed.epsilon.trim().replace(',', '.'));
  const delta = state.budget?.delta ?? Number(typed.delta.trim());
  const kind = kindOf(epsilon, state.budget?.epsilon ?? null);
  const errors: Partial<Record<'epsilon' | 'delta' | 'reason', string>> = {};
  const spent = state.chargedEpsilon + state.heldEpsilon;
  if (!(epsilon > 0) || !Number.isFinite(epsilon)) errors.epsilon = words.badEpsilon;
  else if (epsilon < spent) errors.epsilon = words.belowSpent(epsilonSpent(spent));
  if (!(delta > 0 && delta < 1)) errors.delta = words.badDelta;
  if (kind === 'raise' && typed.reason.trim() === '') errors.reason = words.needsReason;
  return { kind, epsilon, delta, errors };
}

function kindOf(epsilon: number, before: number | null): BudgetOutcome['kind'] {
  if (before === null) return 'set';
  if (epsilon === before) return 'same';
  return epsilon > before ? 'raise' : 'lower';
}
