/** The stepped line of charged ε: one point where it rises, thinned to what a screen can show. */
import { type LedgerEntryView } from '#shared/privacy/ledger-view.ts';

export interface ChargedStep {
  readonly sequence: number;
  readonly epsilon: number;
}

/** Wide enough for any screen; more points would only be drawn on top of each other. */
const MOST_POINTS = 500;

/** In ledger order, starting at ε 0 before the first charge; empty without one. */
export function chargedSteps(entries: readonly LedgerEntryView[]): readonly ChargedStep[] {
  const steps = entries.flatMap(({ sequence, chargedEpsilonAfter }) =>
    chargedEpsilonAfter === null ? [] : [{ sequence, epsilon: chargedEpsilonAfter }],
  );
  const first = steps.at(0);
  if (first === undefined) return [];
  const before = first.epsilon > 0 ? [{ sequence: Math.max(0, first.sequence - 1), epsilon: 0 }] : [];
  const stride = Math.ceil(steps.length / MOST_POINTS);
  return [...before, ...steps.filter((_, index) => index % stride === 0 || index === steps.length - 1)];
}
