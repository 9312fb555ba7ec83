/** How the figures of leak tests are put together. Pure. */
import type { LeakFigure } from '#shared/privacy/leak-view.ts';

export function figure(name: string, value: number | null, more: Partial<LeakFigure> = {}): LeakFigure {
  // a model that left all numbers has no figures
  const known = value !== null && Number.isFinite(value) ? value : null;
  return { name, value: known, chance: null, low: null, high: null, unit: '', ...more };
}

/** A relative distance in words: `0.68 of its length`. */
export function inLengths(relative: number): string {
  if (!Number.isFinite(relative)) return 'nowhere near';
  if (relative < 0.001) return 'less than a thousandth of its length';
  return `${relative.toPrecision(2)} of its length`;
}

/** A count with its thousands told apart. */
export function countText(count: number): string {
  return count.toLocaleString('en');
}
