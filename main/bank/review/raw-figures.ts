/**
 * When the figures are computed that only people look at (local effect, leak tests). They come from rows, so no rule may
 * decide by them (privacy.md 2g.12); a person may, and the screen says that ε does not cover a person's choice.
 */
import type { ScopeRecord } from '../store/scopes.ts';

/** Under a scope: on its first round and every fifth after it. */
export const RAW_FIGURES_EVERY = 5;

/** By hand always, since a person reviews that very update. A function of the plan alone: the hub may know it. */
export function showsRawFigures(scope: Pick<ScopeRecord, 'firstIndex'> | undefined, index: number): boolean {
  return scope === undefined || (index - scope.firstIndex) % RAW_FIGURES_EVERY === 0;
}
